// The spec reporter plus one closing line per layer, so that what ran, and what did not, can be read from any log.
const { reporters } = require('mocha');

module.exports = class LayerReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      console.log(`${process.env.LAYER ?? 'tests'}: ${passes} passed, ${failures} failed, ${pending} skipped\n`);
    });
  }
};
