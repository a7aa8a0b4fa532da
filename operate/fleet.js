#!/usr/bin/env node
const { spawn } = require('node:child_process');
const { dirname, join } = require('node:path');
const { isSupported } = require('../supported-node');

if (isSupported) {
  require('../compile-cache');
  // The commands are TypeScript and run as they are, so that there is no build that could be out of date.
  require('ts-node').register({ dir: __dirname });
  require('./cli.ts');
} else {
  // The one that the project brings. A terminal sends its signals to both; the child decides how to end.
  const node = join(dirname(require.resolve('node/package.json')), 'bin', 'node');
  const child = spawn(node, [__filename, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
}
