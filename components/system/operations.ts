import type { Brought } from './brought';
import type { Endpoint } from './described';
import type { DrillFacts } from './drill';
import type { HttpCall } from './http-call';
import type { ProductionPoint } from './production';
import type { ToolCall } from './tool-call';

/**
 * What a system offers to the operator's commands. It is plain data and pure functions, part of the plan like the objects
 * are: a command knows no system, and a new system gets every command by declaring this.
 */
export interface Operations {
  /**
   * What clients talk to. The first is the main one, which a command takes where none is named. Empty where the system is
   * there for others.
   */
  readonly servers: readonly ServerFacts[];
  /** Full keys of the stack file that let somebody in to the servers. Absent where no key does. */
  readonly entrances?: {
    /** For pods of the cluster. Absent where there is none. */
    readonly pods?: string;
    /** For users from outside, such as `memoryMcp.hostname`. */
    readonly users: readonly string[];
  };
  /** Empty where nothing is backed up. */
  readonly backups: readonly BackupFacts[];
  /** Data that no backup covers. Absent where there are none. */
  readonly unsaved?: readonly UnsavedData[];
  /** Tokens that servers read. Absent where none needs one of its own. */
  readonly tokens?: readonly TokenFacts[];
  /** Repositories of source code that the system knows. Absent where it is not about code. */
  readonly repositories?: readonly RepositoryFacts[];
  /** What the plan counts on and does not make. Absent where it makes everything. */
  readonly brought?: readonly Brought[];
  /** Points of the production checklist that only the system knows. Absent where there is none. */
  readonly production?: readonly ProductionPoint[];
  /** Keys of the stack file that make the plan fit what runs already. Absent where nothing can be adopted by a key. */
  readonly fittingKeys?: FittingKeys;
}

/** Data that no backup covers: a lost volume would lose them. */
export interface UnsavedData {
  /** What they are, such as `memories`. */
  readonly name: string;
  /** Claim that they are on. */
  readonly claim: string;
  /** Key of the system's settings that gives them a backup. */
  readonly key: string;
}

/** A repository of source code. */
export interface RepositoryFacts {
  readonly name: string;
  /** Where its files come from, such as `https://git.example.com/team/alpha.git at main`. */
  readonly source: string;
  /** Job of its first indexing, where the plan has one. */
  readonly job?: string;
  /** Deployment that indexes what changes, where it is watched. */
  readonly watcher?: string;
  /** How a working tree becomes its content. Absent where its files come from elsewhere. */
  readonly upload?: UploadFacts;
}

export interface UploadFacts {
  /** CronJob that serves as template for taking an upload in and indexing it. */
  readonly cronJob: string;
  /** Init container of its pod that waits for the upload. */
  readonly container: string;
  /** Command that takes, in that container, so many bytes of a compressed tar archive from its standard input. */
  readonly command: (bytes: number) => readonly string[];
  /** Top folder or file that is never uploaded, because the system keeps its own there. */
  readonly reserved: readonly string[];
  /** Time that all of it may take, in seconds. */
  readonly deadlineSeconds: number;
  /** The last line of a run that went well, as a regular expression whose named groups are figures. */
  readonly indexed: string;
}

/** Full keys of a stack file, such as `memoryMcp.volume.size`. */
export interface FittingKeys {
  readonly namespace: string;
  /** Whether others live in that namespace too. */
  readonly sharedNamespace: string;
  readonly storageClass: string;
  readonly volumeSize: string;
}

/** A server that clients talk to. */
export interface ServerFacts {
  /** Its name among the servers of the system, such as `mcp-indexer`. */
  readonly name: string;
  /**
   * How MCP is carried: streamable HTTP, or a stream of events beside requests of their own. `rest`: it is not; agents start
   * an MCP server of their own, which asks this one by plain HTTP.
   */
  readonly transport: 'http' | 'sse' | 'rest';
  readonly endpoint: Endpoint;
  readonly client: ClientFacts;
  /** Calls of tools that show that the server works; none where it is `rest`. */
  readonly probe: (id: string) => Probe;
  /** Requests that show that a server works which is `rest`. */
  readonly requests?: (id: string) => Probe<HttpCall>;
  /** The workload that has to be restarted after a change that it reads at its start. */
  readonly workload: { readonly kind: 'Deployment' | 'StatefulSet'; readonly name: string };
  /** Container and image of the server itself; its tag is what the server must report as its version. */
  readonly container: string;
  readonly image: string;
  /** Labels of the server's pods. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** Ports of the pod: for requests, guarded where a proxy stands in front of the server, and for health. */
  readonly ports: { readonly requests: number; readonly health: number };
  readonly paths: {
    /** What clients ask; of `rest` a path that answers nobody without a key. */
    readonly mcp: string;
    readonly live: string;
    /** The same as `live` where the server offers one answer for both. */
    readonly ready: string;
    /** Whether `live` and `ready` are on a port of their own, to which no route leads. @default false */
    readonly healthApart?: boolean;
    /** What the answer of `ready` has to name among its checks, because its status says nothing of it. @default nothing */
    readonly checks?: readonly string[];
    /** Answers with JSON that has a `version`. Absent where the server does not tell. */
    readonly version?: string;
    /** What the route forwards; everything else is not reachable from outside. */
    readonly routed: string;
  };
  /** Host name of the route, where there is one. */
  readonly hostname?: string;
  /** Tools that the server must offer. */
  readonly tools: readonly string[];
  readonly access: Access;
  /** Whether the server itself answers under any host name, so that only its route refuses strange ones. @default false */
  readonly takesAnyHost?: boolean;
  /** Longest time from a start to the first answer, in seconds. */
  readonly startupSeconds: number;
}

/** What the configuration of an agent's client says about the server. */
export interface ClientFacts {
  /** Name of the server's entry. Servers of the same name are one thing by several transports; a client takes one of them. */
  readonly name: string;
  /** Environment variable from which the entry takes what the client must show. */
  readonly tokenVariable: string;
  /** What an agent has to know to use the tools, as Markdown for its instructions. */
  readonly guidance: string;
  /** MCP server that the client starts itself, for a server that is `rest`. */
  readonly stdio?: StdioFacts;
}

/** An MCP server on the client's own machine. */
export interface StdioFacts {
  readonly command: string;
  readonly args: readonly string[];
  /** Its environment, besides those two. */
  readonly env: Readonly<Record<string, string>>;
  /** Its variables for the URL of the server and for what it must show. */
  readonly urlVariable: string;
  readonly keyVariable: string;
  /** How the command comes there. */
  readonly remark: string;
}

/** What a client must show. */
export type Access =
  | { readonly mode: 'none' }
  | { readonly mode: 'bearer'; readonly secret: SecretEntry }
  /** One entry for each client: its name and its key. */
  | { readonly mode: 'gateway'; readonly header: string; readonly secretName: string }
  /** A key for each client, which a proxy beside the server asks for. */
  | {
      readonly mode: 'clients';
      readonly header: string;
      readonly secretName: string;
      /** Entry with the key of the client as which commands ask. Absent where none is for that. */
      readonly own?: string;
    };

/** An entry of a Secret. */
export interface SecretEntry {
  readonly name: string;
  readonly key: string;
}

/** What a server is asked, in its own protocol. */
export type Call = ToolCall | HttpCall;

/** One call and what its answer must be. @typeParam C the call, by default of a tool of MCP */
export interface ProbeStep<C extends Call = ToolCall> {
  /** What the step shows, such as `recall finds it`. */
  readonly title: string;
  /** Read when the step is run: it may name what one before it was answered. */
  readonly call: C;
  /** Says what is wrong with the answer; undefined where nothing is. */
  readonly problem: (answer: unknown) => string | undefined;
}

/** What is looked at in a pod of the server, because no answer of it tells. */
export interface InsideStep {
  readonly title: string;
  /** Run in the server's container. Read when the step is run. */
  readonly command: readonly string[];
  /** Says what is wrong with its standard output; undefined where nothing is. */
  readonly problem: (output: string) => string | undefined;
  readonly remedy: string;
}

/** What shows that a server works: that it keeps and finds what it is told, or only that it answers. */
export interface Probe<C extends Call = ToolCall> {
  /** Leaves something behind. */
  readonly write: readonly ProbeStep<C>[];
  /** Sees that what was left is whole. @default nothing */
  readonly inside?: readonly InsideStep[];
  /** Finds it, as often as it is asked, also after a restart. What is measured are these calls. */
  readonly read: readonly ProbeStep<C>[];
  /** Changes and removes it. */
  readonly change: readonly ProbeStep<C>[];
  /**
   * Removes what any of the above may have left. It is looked for first: a server may take a call that removes what is
   * not there for a fault of its own, and call itself not ready. Absent where nothing is left.
   */
  readonly cleanUp?: { readonly find: C; readonly remove: (found: unknown) => readonly C[] };
}

/**
 * How data of a system are kept elsewhere. Commands know no store: they run the jobs that are named here, and read the
 * last line of their logs.
 */
export type BackupFacts = ResticBackup | SnapshotBackup | GitBackup;

/** What every backup has, wherever it goes. */
export interface ScheduledBackup {
  /** What is kept there, such as `collections`: its name among the backups of the system. */
  readonly name: string;
  /** CronJobs of the backup, by what they do; each serves as template for a run on demand. */
  readonly cronJobs: { readonly backup: string };
  /** Time that one run may take, in seconds. */
  readonly deadlineSeconds: number;
  /** Age of the newest backup that is still acceptable, in seconds. */
  readonly maxAgeSeconds: number;
}

/** A repository of restic. The last line of each log is JSON, see components/kit/parts/backup/scripts. */
export interface ResticBackup extends ScheduledBackup {
  readonly kind: 'restic';
  readonly cronJobs: { readonly backup: string; readonly restore: string; readonly drill: string };
  /** Where backups are, in words. */
  readonly place: string;
  /** Whose backups they are, in the repository. */
  readonly host: string;
  /** Age of the newest good drill that is still acceptable, in seconds. Absent where none is scheduled. */
  readonly drillMaxAgeSeconds?: number;
  /** Entries of Secrets without which no run succeeds. */
  readonly needs: readonly SecretEntry[];
}

/** Snapshots of volumes, made by their storage. The last line of each log is JSON, see components/kit/parts/snapshots/scripts. */
export interface SnapshotBackup extends ScheduledBackup {
  readonly kind: 'snapshots';
  readonly cronJobs: { readonly backup: string; readonly verify: string };
  /** Names of the claims of a set, in the order in which they are cut. */
  readonly claims: readonly string[];
  /** VolumeSnapshotClass. Absent = the default of the driver. */
  readonly className?: string;
  /** Label that all of their snapshots have. */
  readonly label: { readonly name: string; readonly value: string };
}

/** A server that pushes its git repositories to remotes: its data live elsewhere by design. */
export interface GitBackup extends ScheduledBackup {
  readonly kind: 'git';
  readonly stores: readonly BackupStore[];
  /** Entry of the Secret that the server shows to its remotes. */
  readonly credentials: SecretEntry;
  /** How a backup is tried out. */
  readonly drill: DrillFacts;
}

/** One remote that backups go to. */
export interface BackupStore {
  /** What is kept there, such as `memories of scope team`. */
  readonly name: string;
  readonly kind: 'git';
  readonly url: string;
  readonly branch: string;
  /** Folder that the content is restored to, relative to the volume of the server. */
  readonly folder: string;
}

/** The token that a server needs for its remotes. */
export interface TokenFacts {
  /** Name of the server that reads it, at its start. */
  readonly server: string;
  readonly secret: SecretEntry;
  /** Full key of the stack file that says where it comes from, such as `notes.token`. */
  readonly key: string;
  readonly source: 'existing' | 'config' | 'externalSecret' | 'sealed' | 'bootstrap';
  /** Where the server's own login makes the token: a CronJob that serves as template for a login on demand. */
  readonly login?: {
    readonly cronJob: string;
    /** Time that a person has to approve it, in seconds. */
    readonly approvalSeconds: number;
    readonly log: LoginLog;
  };
}

/** What a login writes into its log, as regular expressions. */
export interface LoginLog {
  /** The first group is the URL that a person opens. */
  readonly url: string;
  /** The first group is the code that the person enters there. */
  readonly code: string;
  /** Why a login has failed, in words, by what it then says. */
  readonly failures: Readonly<Record<string, string>>;
}
