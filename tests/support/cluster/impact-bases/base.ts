import type { Config } from '../impact-config';

/** A stack to start from. Its namespace is `impact-<name>`. */
export interface Base {
  /** What it is, for the page. */
  readonly about: string;
  /** Its stack file; an encrypted key has its plain value here. */
  readonly config: Config;
  /** Namespaces that must be there before it. */
  readonly needs: readonly string[];
  /** Claims of its own namespace, which then is there before it too. */
  readonly claims?: readonly string[];
}
