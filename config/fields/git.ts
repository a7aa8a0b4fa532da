import { text } from './text';

// The rules of git-check-ref-format: no part begins with "." or ends with ".lock"; no "..", "@{", "//", control
// character, blank or one of ~^:?*[\; neither "/" nor "." at the end; not "@" alone. "-" in front would be an option.
const reference =
  '(?!-)(?!.*(\\.\\.|@\\{|//))(?!.*(^|/)\\.)(?!.*\\.lock(/|$))(?!/)[^\\x00-\\x20\\x7f~^:?*[\\\\]+(?<![/.])';

const rules = 'without blanks, "..", "~", "^", ":", "?", "*", "[" and "\\"';

/** A git branch name. */
export const gitBranch = text(
  new RegExp(`^(?!HEAD$|refs/)${reference}$`),
  `a git branch name, such as main, ${rules}`,
  244,
  (value) => (value.startsWith('refs/') ? 'a git branch name alone, such as main: without refs/heads/' : undefined),
);

/** What a fetch can ask a remote for. */
export const gitReference = text(new RegExp(`^(?!@$)${reference}$`), `a branch, a tag or a commit, ${rules}`, 244);
