/** Remotes, as they were last seen, and the results of transfers. Times are ISO 8601, UTC; "" if unknown. */

/** unsent: versions that the remote lacks. behind: versions of the current branch to pull. */
export interface IRemoteSummary {
  remote: string;
  unsent: number;
  behind: number;
}

export interface IRemote {
  name: string;
  address: string;
  /** How concurrent pushes are kept apart. "single writer": they are not. */
  rule: 'swap' | 'numbered' | 'single writer' | 'read only';
  rights: '' | 'read and write' | 'read only';
  /** Whether values are loaded only when they are needed. */
  lazy: boolean;
  /** Whether everything there is encrypted, so that only owners of keys can read it. */
  encrypted: boolean;
  checked_at_utc: string;
  seen_at_utc: string;
  /** The last push that this store has seen. */
  pushed_by: string;
  pushed_at_utc: string;
  /** Number of versions that the remote lacks. */
  unsent: number;
  problem: string;
  branches: IRemoteBranch[];
}

/** here, there: the ids of the versions; null if that side lacks the branch. is_fetched: `there` is in the store. */
export interface IRemoteBranch {
  branch: string;
  /** "new": only the remote has it. */
  relation: 'same' | 'ahead' | 'behind' | 'diverged' | 'new' | 'only here';
  is_current: boolean;
  here: string | null;
  there: string | null;
  is_fetched: boolean;
  /** Of the newest version at the remote, else of the one here. */
  author: string;
  /** Versions that the remote lacks, and those that the branch here lacks. */
  ahead: ISeenVersions;
  behind: ISeenVersions;
}

/** versions: the first 20 of `count`, children before parents. */
export interface ISeenVersions {
  count: number;
  versions: ISeenVersion[];
}

/** is_here: it was fetched; otherwise message and time are unknown. */
export interface ISeenVersion {
  id: string;
  name: string;
  author: string;
  message: string;
  saved_at_utc: string;
  is_here: boolean;
}

/** A remote to add. encrypt: make a new remote that only owners of keys can read. */
export interface IAddedRemote {
  name: string;
  address: string;
  options?: { [key: string]: string };
  lazy?: boolean;
  encrypt?: boolean;
}

/** branch: default: the current one. branch_as: its name at the remote. */
export interface IPushParams {
  remote?: string;
  branch?: string;
  branch_as?: string;
  /** Names of versions that may be sent although they look as if they had a secret. */
  allow_secrets?: string[];
}

/** count: number of versions that were sent or brought. versions: the names of the first 20. */
export interface ITransferAmount {
  count: number;
  versions: string[];
  size_bytes: number;
  duration_s: number;
}

/** branches: that moved at the remote. is_empty: there was nothing to do. */
export interface ITransferred extends ITransferAmount {
  branches: string[];
  is_empty: boolean;
}

export interface IPulled extends ITransferAmount {
  branch: string;
  /** "fetched": the versions came, and `note` says why the branch did not move. "moved": not the notebook. */
  outcome: 'up to date' | 'ahead' | 'fetched' | 'moved' | 'loaded' | 'merged';
  /** The version at which the branch is now, or "". */
  version: string;
  /** Of the versions by which the branch moved. */
  authors: string[];
  note: string;
}

/** What a merge does. base, ours, theirs: names of versions; base is "" without a common ancestor. */
export interface IMergePlan {
  base: string;
  ours: string;
  theirs: string;
  names: INameMerge[];
  notes: string[];
  /** The names whose values are pickled by other people, which need trust. */
  untrusted: string[];
}

/** What a merge does to one variable. unresolved: number of conflicts that need a decision. */
export interface INameMerge {
  name: string;
  effect: 'theirs' | 'ours' | 'removed' | 'inside' | 'average' | 'conflict';
  sentence: string;
  /** The first ones of `conflict_count`. */
  conflicts: IMergeRow[];
  conflict_count: number;
  unresolved: number;
  /** Of a conflict of the whole value: how the sides differ. The first row describes each side. */
  facts: IMergeRow[];
}

/** One place in a value, or one fact about it, at the common ancestor and on both sides, as text. */
export interface IMergeRow {
  place: string;
  base: string;
  ours: string;
  theirs: string;
}

/** Who can read an encrypted remote: public keys, as age1… or ssh-…. own: of this user. */
export interface IRemoteMembers {
  keys: string[];
  own: string;
}
