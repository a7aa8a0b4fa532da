// Before anything else is loaded: an older Node would end in the middle of a preview, with an error that tells nothing.
const oldest = Number(/\d+/.exec(require('./package.json').engines.node));

module.exports = { oldest, isSupported: Number(process.versions.node.split('.')[0]) >= oldest };

// Whoever asks for it is the Pulumi CLI, by `nodeargs` of Pulumi.yaml; the commands ask by `require`.
if (module.parent?.id === 'internal/preload' && !module.exports.isSupported) {
  console.error(
    `error: memory-fleet needs Node ${oldest} or newer, and the Pulumi CLI found Node ${process.versions.node} (${process.execPath}): ` +
      `put a newer one first in PATH, such as the project's own: PATH="$PWD/node_modules/.bin:$PATH" pulumi preview`,
  );
  process.exit(1);
}
