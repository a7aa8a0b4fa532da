/** Says why a text is no YAML that the engine would read. */
export class YamlError extends Error {}
