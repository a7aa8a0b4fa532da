/** Values that examples, charts and images bring along: whoever reads their documentation knows them. */
const known: ReadonlySet<string> = new Set([
  ...['password', 'passwd', 'passw0rd', 'secret', 'admin', 'postgres', 'default', 'example', 'todo', 'none', 'null'],
  ...['devpassword', 'testpassword', 'dev-key', 'rae_password', 'secure_password', 'minioadmin', 'redis', 'falkordb'],
]);

/** What stands where a value is to be written. */
const forms: readonly (readonly [form: RegExp, words: string])[] = [
  [/^change[-_ ]?me/i, 'it begins with "changeme", as examples do'],
  [/^change[-_ ]this/i, 'it begins with "change-this", as examples do'],
  [/^replace[-_ ]?(me|this|with)/i, 'it begins with "replace", as examples do'],
  [/placeholder/i, 'it calls itself a placeholder'],
  [/^(sk-)?your[-_ ]/i, 'it begins with "your-", as examples do'],
  [/^<[^<>]*>$/, 'it stands in "<>", as examples do'],
  [/^(\$\(.*\)|`.*`|\$\{?\w+\}?|\{\{.*\}\})$/s, 'it is a command or a variable that nobody has put the value in for'],
  [/^([*x.])\1{2,}$/i, 'it is a row of one sign'],
];

/** Why a value is no secret, without the value; nothing where it may be one. */
export function placeholderFault(value: string): string | undefined {
  const text = value.trim();
  if (text === '') return 'it is empty';
  if (known.has(text.toLowerCase())) return 'it is a known default';
  return forms.find(([form]) => form.test(text))?.[1];
}
