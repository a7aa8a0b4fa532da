/**
 * A value as YAML that every reader takes for the same value. Text of several lines is a literal block, so that a script
 * can be read and comes out byte for byte.
 */
export function toYaml(value: unknown): string {
  // Loaded on first use: most runs of the program render nothing.
  const { stringify } = require('yaml') as typeof import('yaml');
  return stringify(value, {
    // Kubernetes' tools still know the words and numbers of YAML 1.1, so text that looks like one is quoted.
    compat: 'yaml-1.1',
    aliasDuplicateObjects: false,
    blockQuote: 'literal',
    lineWidth: 0,
  });
}
