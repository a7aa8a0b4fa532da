#!/usr/bin/env node
// The commands are TypeScript and run as they are, so that there is no build that could be out of date.
require('ts-node').register({ dir: __dirname });
require('./cli.ts');
