#!/usr/bin/env node
// Stands in for the engine's Node language host, which is on no registry, where an engine asks for one and runs no program:
// it needs no plugins and does nothing else.
const grpc = require('@grpc/grpc-js');
const { LanguageRuntimeService } = require('@pulumi/pulumi/proto/language_grpc_pb.js');
const messages = require('@pulumi/pulumi/proto/language_pb.js');
const { PluginInfo } = require('@pulumi/pulumi/proto/plugin_pb.js');

const answers = {
  handshake: () => new messages.LanguageHandshakeResponse(),
  getPluginInfo: () => new PluginInfo(),
  getRequiredPlugins: () => new messages.GetRequiredPluginsResponse(),
  getRequiredPackages: () => new messages.GetRequiredPackagesResponse(),
};
const service = Object.fromEntries(
  Object.entries(answers).map(([name, answer]) => [name, (_call, done) => done(null, answer())]),
);
const server = new grpc.Server();
server.addService(LanguageRuntimeService, service);
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
