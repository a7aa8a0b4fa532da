#!/usr/bin/env node
// Stands in for the engine's Node language host, which is on no registry: it starts the program as that one does, by the SDK's
// own runner, and knows of no plugins beside those that the program asks for.
const { spawn } = require('node:child_process');
const grpc = require('@grpc/grpc-js');
const { LanguageRuntimeService } = require('@pulumi/pulumi/proto/language_grpc_pb.js');
const messages = require('@pulumi/pulumi/proto/language_pb.js');
const { PluginInfo } = require('@pulumi/pulumi/proto/plugin_pb.js');

const [engine] = process.argv.slice(2).filter((word) => !word.startsWith('-'));
/** Code by which the runner says that the program has told the operator what is wrong. */
const toldOperator = 32;

/** Runs the program of a project, as https://github.com/pulumi/pulumi/tree/master/sdk/nodejs/cmd/pulumi-language-nodejs has it. */
function run(request, done) {
  const info = request.getInfo();
  const { nodeargs = '' } = info.getOptions()?.toJavaScript() ?? {};
  const flags = {
    monitor: request.getMonitorAddress(),
    engine,
    organization: request.getOrganization(),
    project: request.getProject(),
    'root-directory': info.getRootDirectory(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    parallel: request.getParallel(),
    ...(request.getDryrun() ? { 'dry-run': true } : {}),
  };
  const words = Object.entries(flags).flatMap(([name, value]) => (value === true ? [`--${name}`] : [`--${name}`, `${value}`]));
  const runner = require.resolve('@pulumi/pulumi/cmd/run', { paths: [request.getPwd()] });
  const child = spawn('node', [...nodeargs.split(' ').filter(Boolean), runner, ...words, info.getEntryPoint()], {
    cwd: request.getPwd(),
    // Of what the program prints, the engine shows what the host prints; the first line is the host's address.
    stdio: ['ignore', process.stderr, process.stderr],
    env: {
      ...process.env,
      PULUMI_NODEJS_TYPESCRIPT: 'true',
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
  });
  child.on('error', done);
  child.on('close', (code) => {
    const response = new messages.RunResponse();
    if (code === toldOperator) response.setBail(true);
    else if (code !== 0) response.setError(`Program exited with non-zero exit code: ${code}`);
    done(null, response);
  });
}

const answers = {
  handshake: (_, done) => done(null, new messages.LanguageHandshakeResponse()),
  getPluginInfo: (_, done) => done(null, new PluginInfo()),
  getRequiredPlugins: (_, done) => done(null, new messages.GetRequiredPluginsResponse()),
  getRequiredPackages: (_, done) => done(null, new messages.GetRequiredPackagesResponse()),
  run: ({ request }, done) => run(request, done),
};
const server = new grpc.Server();
server.addService(LanguageRuntimeService, answers);
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
