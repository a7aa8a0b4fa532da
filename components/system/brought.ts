/**
 * Something that a system counts on and that its plan does not make: somebody brings it, before or after `up`, which never
 * waits for it. A reference of a pod to what is neither made nor named here breaks the rule `brought-references`.
 */
export interface Brought {
  readonly kind: 'Secret' | 'ConfigMap' | 'PersistentVolumeClaim' | 'upload';
  /** Name of the object in the system's namespace, or of the uploaded repository. */
  readonly name: string;
  /** Sets of entries of which one must be there whole. Empty where any entry will do. */
  readonly keys: readonly (readonly string[])[];
  /** Of an upload: the CronJob of which a Job that went well shows that it has come. */
  readonly cronJob?: string;
  /** What it is, such as `bearer token of memory-mcp`. */
  readonly what: string;
  /** What does not work until it is there. */
  readonly without: string;
  /**
   * Who makes it: a person, the External Secrets operator from what a person has put into its store, the controller of Sealed
   * Secrets from what was sealed for it, or a login.
   */
  readonly by: 'person' | 'externalSecret' | 'sealed' | 'login';
  /** How a person brings it: a command line for a shell, without any secret value. */
  readonly command: (stack: string) => string;
  /** What there is to say about the command. Absent where there is nothing. */
  readonly remark?: string;
}
