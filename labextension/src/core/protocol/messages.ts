/**
 * The JSON messages between a panel and the kernel, over a comm of the JupyterLab plugin or of the widget.
 * The JSON schemas in `tests/golden/panel/` hold for both sides.
 * Sizes are bytes, durations seconds.
 */

import type { IBundle, IDestination, IExportEstimate, IExportOptions, IWrittenFile } from './bundles';
import type { ICard, ILineage, IModelSummary, IRegisteredModel, IStageMove } from './models';
import type { IBisection, IBlame, IExplanation } from './provenance';
import type {
  IAddedRemote,
  IMergePlan,
  IPulled,
  IPushParams,
  IRemote,
  IRemoteMembers,
  IRemoteSummary,
  ITransferred
} from './remotes';
import type { IRerun, IRerunPlan } from './reruns';
import type { ChangedRows, IAssociation, IChart, IRowPage, ISection } from './sections';
import type { Direction, Json, Metric, Status } from './values';

export type * from './bundles';
export type * from './frames';
export type * from './models';
export type * from './provenance';
export type * from './remotes';
export type * from './reruns';
export type * from './sections';
export type * from './values';

export const PROTOCOL = 1;

export type Kind = 'model' | 'dataset' | 'hyperparameters' | 'metric' | 'code' | 'other';
export type Effect = 'changes' | 'appears' | 'vanishes' | 'stays' | 'lost';

// -- frames

/** Kernel to panel after every change, whoever made it: the complete state. */
export interface IPush {
  push: 'state';
  state: IState;
}

// -- results

/** The kernel's state. */
export interface IState {
  protocol: number;
  /** The release of nbmodelver in the kernel's environment. */
  release: string;
  /** The path of the store; null if there is none yet. */
  store: string | null;
  /** The notebook's file name, or "". */
  notebook: string;
  branch: string;
  /** The id of the version that each branch or tag names. */
  branches: { [name: string]: string };
  tags: { [name: string]: string };
  /** The current version; null before the first one. */
  head: IEntry | null;
  /** Number of versions, and their size on disk. */
  versions: number;
  stored_bytes: number;
  /** Whether a cell is running. If so, commit and rollback are refused or queued. */
  busy: boolean;
  /** Requests that wait for the cell to end. Those of other panels have negative ids, which `cancel` accepts too. */
  queued: { request: number; method: string; what: string }[];
  auto: boolean;
  /**
   * The variables compared with the current version; null if they have not been compared since the last cell started,
   * as that would take more than a few ms. `hello` then starts a comparison, whose result is pushed.
   */
  uncommitted: IChange[] | null;
  /** The name of the version that undo or redo restores; null if there is none. */
  undo: string | null;
  redo: string | null;
  /** Names of the metrics and parameters of all versions. */
  metrics: string[];
  /** The directions of `metrics`; a metric that is missing has an unknown direction. */
  directions?: { [metric: string]: Direction };
  params: string[];
  settings: { [key: string]: Json };
  /** Only with a remote: how the store stands to origin, or to its only remote, and who commits in this kernel. */
  remote?: IRemoteSummary;
  author?: string;
}

/** A version in a list. */
export interface IEntry {
  id: string;
  name: string;
  number: number;
  parents: string[];
  branch: string;
  message: string;
  note: string;
  author: string;
  /** ISO 8601, UTC. */
  saved_at_utc: string;
  /** Why nbmodelver created the version automatically, or "". */
  auto: string;
  /** The sentence of an alarm that this version brought in, or "". */
  alarm: string;
  tags: string[];
  /** Branches whose newest version this is. */
  branches: string[];
  /** Branches of remotes at this version, such as "origin/main". */
  tracked?: string[];
  /** Whether another version has the same number. */
  is_twin?: boolean;
  /** The remote that alone has values of this version. They are loaded when they are needed. */
  values_at?: string;
  names: { name: string; kind: Kind; type: string; size_bytes: number }[];
  params: { [name: string]: Json };
  metrics: { [name: string]: Metric };
  raw_bytes: number;
  new_bytes: number;
  duration_s: number;
}

/** An entry of the history with its place in the graph: columns count from 0, edges lead from this row to the next. */
export interface IHistoryEntry extends IEntry {
  graph: { column: number; edges: [from: number, to: number][] };
}

export interface IHistoryFilter {
  /** Searched in message, note, tags and names. */
  text?: string;
  kind?: Kind;
  tag?: string;
  branch?: string;
  /** Versions in which this name is new or changed. */
  name?: string;
  /** A range of a metric. No range contains a non-finite value. */
  metric?: { name: string; at_least?: number; at_most?: number };
  /** false: without the versions that nbmodelver created automatically. */
  auto?: boolean;
}

/** One version with all its data. */
export interface IVersion extends IEntry {
  kept: { name: string; kind: Kind; type: string; size_bytes: number; notes: string[] }[];
  skipped: { name: string; path: string; reason: string }[];
  cells: { source: string; execution_count: number | null; duration_s: number | null; ok: boolean; outputs: string }[];
  environment: { [key: string]: Json };
  git: { commit: string; branch: string; dirty: boolean } | null;
  /** Whether the version contains the notebook document. */
  has_notebook: boolean;
}

export interface IChange {
  name: string;
  effect: Effect;
  kind: Kind;
  type: string;
  size_bytes: number;
  reason: string;
}

export interface IPlan {
  version: { id: string; name: string; message: string };
  changes: IChange[];
  load_bytes: number;
  environment: string[];
  notes: string[];
  saves_first: boolean;
  /** Variables that would be replaced and that no version can hold. Undo restores them while the kernel runs. */
  unsaved?: string[];
}

export interface IDiff {
  before: { id: string; name: string; message: string };
  after: { id: string; name: string; message: string };
  sections: ISection[];
}

/** Several versions side by side: a row for each parameter and metric, a value for each version (null: none). */
export interface IComparison {
  versions: IEntry[];
  params: { name: string; values: Json[]; differs: boolean }[];
  metrics: { name: string; values: (Metric | null)[]; differs: boolean; direction?: Direction }[];
  charts: IChart[];
  /** The parameters that `metric` goes with beyond chance. */
  associated?: IAssociation[];
  metric?: string;
}

/** The history of a name, newest first: only the versions in which it is new, changed or removed. */
export interface INameHistory {
  name: string;
  steps: { entry: IEntry; status: Status; type: string; size_bytes: number; said: string }[];
}

/** What the next commit could contain. */
export interface ICommitForm {
  names: {
    name: string;
    kind: Kind;
    type: string;
    size_bytes: number | null;
    /** Compared with the current version. */
    status: 'new' | 'changed' | 'same';
    /** Whether %mv_commit without arguments would commit it. */
    chosen: boolean;
    /** Why it cannot be committed, or "". */
    problem: string;
  }[];
  /** Numbers in the notebook that look like metrics by their name. */
  metrics: { [name: string]: Metric };
}

export interface IActionResult {
  /** One line about what was done, as the magic prints it. */
  said: string;
  state: IState;
}

// -- methods

/**
 * The parameters and the result of each method. A version is given by its id or by any revision ("v3", "HEAD~1", a
 * tag).
 */
export interface IMethods {
  hello: [{}, IState];
  history: [{ filter: IHistoryFilter; offset: number; limit: number }, { total: number; entries: IHistoryEntry[] }];
  /** A metric or parameter over the versions, oldest first. */
  series: [{ metric: string; filter?: IHistoryFilter }, { points: { id: string; number: number; value: Metric }[] }];
  version: [{ id: string }, IVersion];
  profile: [{ id: string; name: string }, { section: ISection }];
  /**
   * The history of a name, or of the variables that a notebook cell assigns. Without either: only the names of all
   * variables.
   */
  inspect: [{ name?: string; cell?: { id: string; source: string } }, { found: INameHistory[]; names: string[] }];
  /** Since which version a variable has its value, and the cells that made it. */
  blame: [{ id: string; name: string }, IBlame];
  diff: [{ before: string; after: string; names?: string[] }, IDiff];
  /** Rows in which a table differs between two versions. */
  rows: [{ before: string; after: string; name: string; what: ChangedRows; start: number; count: number }, IRowPage];
  compare: [{ ids: string[] }, IComparison];
  /** What a model of two versions can be run on: test and validation data first. */
  datasets: [{ before: string; after: string }, { datasets: { name: string; roles: string[]; type: string }[] }];
  /**
   * Runs both versions of a model on data. target: a variable, or a column of the data. queue: as in `why`. A request
   * that is cancelled ends also while a model predicts.
   */
  predict: [
    { before: string; after: string; model: string; data: string; target?: string; queue?: boolean },
    { section: ISection }
  ];
  /**
   * Why a metric differs. It runs code of the versions in scratch namespaces, and changes nothing. expression: measures
   * the metric; default: the recorded one. limit_s: in which the tests should end. queue: wait for a running cell
   * instead of being refused. A request that is cancelled returns what is known by then.
   */
  why: [
    { metric: string; before: string; after: string; expression?: string; limit_s?: number; queue?: boolean },
    IExplanation
  ];
  /** The first version between two in which a condition does not hold any more. queue: as in `why`. */
  bisect: [{ good: string; bad: string; condition: string; queue?: boolean }, IBisection];
  plan: [{ id: string; names?: string[] }, IPlan];
  form: [{}, ICommitForm];
  /**
   * names: null for the variables that %mv_commit without arguments takes. queue: wait for a running cell instead of
   * being refused.
   */
  commit: [
    {
      names: string[] | null;
      message: string;
      note?: string;
      tags?: string[];
      metrics?: { [n: string]: Metric | [Metric, 'higher' | 'lower'] };
      queue?: boolean;
    },
    IActionResult & { entry: IEntry; skipped: IVersion['skipped'] }
  ];
  rollback: [{ id: string; names?: string[]; queue?: boolean }, IActionResult & { plan: IPlan }];
  undo: [{ queue?: boolean }, IActionResult & { plan: IPlan }];
  redo: [{ queue?: boolean }, IActionResult & { plan: IPlan }];
  switch: [{ branch: string; create?: boolean; queue?: boolean }, IActionResult];
  tag: [{ id: string; name: string; move?: boolean }, IActionResult];
  untag: [{ name: string }, IActionResult];
  note: [{ id: string; note: string }, IActionResult];
  /** Where an export would be written. */
  destination: [{ id: string; path?: string }, IDestination];
  /** What an export would write. */
  estimate: [{ id: string }, IExportEstimate];
  /**
   * path: relative to the notebook's folder; default: the version's name, beside the notebook. overwrite: replace an
   * existing file. A file that ends in ".ipynb" becomes a notebook that carries the bundle.
   */
  export: [{ id: string; path?: string } & IExportOptions, IActionResult & IWrittenFile];
  /** The content of a bundle that is too large for the page. path: as in `export`. Every hash is checked. */
  bundle: [{ path: string }, IBundle];
  /**
   * Adds the version of a bundle to the store. A missing store is created. names: import only these variables, and
   * those that share objects with them. digest: of the file that the page has shown. untrusted: variables that a
   * rollback restores only with trust.
   */
  import: [
    { path: string; names?: string[]; digest?: string; queue?: boolean },
    IActionResult & { entry: IEntry; again: boolean; untrusted: string[] }
  ];
  /** here: in the environment of the kernel instead of a new one. Nothing runs. */
  rerun_plan: [{ id: string; here?: boolean }, IRerunPlan];
  /**
   * Runs a version again, in processes of its own. once: without runs that test causes. offline: refuse connections.
   * limit_s: of one cell.
   */
  rerun: [{ id: string; here?: boolean; once?: boolean; offline?: boolean; limit_s?: number }, IRerun];
  /** The notebook document of a version as nbformat JSON; null if the version contains none. */
  document: [{ id: string }, { notebook: { [key: string]: Json } | null; name: string }];
  /** The document that the page shows, for the next version. path: relative to the server's root. */
  live: [{ path: string; notebook: { [key: string]: Json } }, {}];
  set: [{ key: string; value: Json }, IActionResult];
  /**
   * The user's preferences for every notebook. A setting that is missing keeps the store's value. Held until there is a
   * store.
   */
  wish: [{ auto: boolean; settings: { ignore?: string; default_metric?: string } }, {}];
  auto: [{ on: boolean }, IActionResult];
  /** stages: of the policy, in its order, and others that hold a version. */
  models: [{}, { models: IModelSummary[]; stages: string[] }];
  /** limit: the number of events. */
  model: [{ name: string; limit?: number }, IRegisteredModel];
  /** What a promotion would do, with the outcome of every gate. Nothing is moved. */
  gates: [{ address: string; stage: string }, IStageMove];
  /** What a move of a stage to its former holder would do. */
  way_back: [{ model: string; stage: string }, IStageMove];
  /** force: move although gates fail. settle: the stage diverged, and this move decides. */
  promote: [
    { address: string; stage: string; why: string; force?: boolean; settle?: boolean; queue?: boolean },
    IActionResult
  ];
  back: [{ model: string; stage: string; why: string; queue?: boolean }, IActionResult];
  decide: [
    {
      address: string;
      stage: string;
      outcome: 'request' | 'approve' | 'refuse' | 'withdraw';
      why: string;
      queue?: boolean;
    },
    IActionResult
  ];
  /** use: the address of the replacement. starts_on: the first day, YYYY-MM-DD; default: at once. */
  deprecate: [{ address: string; why: string; use?: string; starts_on?: string; queue?: boolean }, IActionResult];
  archive: [{ address: string; why: string; queue?: boolean }, IActionResult];
  /** Makes a deprecated or archived version active again. */
  restore: [{ address: string; why: string; queue?: boolean }, IActionResult];
  /** The lineage of a registered version. Of any version with `variable`. */
  lineage: [{ address: string; variable?: string }, ILineage];
  card: [{ address: string }, ICard];
  /** States rows of the cards of a model: texts by their keys. "" takes an earlier text back. */
  state_card: [{ address: string; texts: { [key: string]: string }; queue?: boolean }, IActionResult];
  /** Where the file of a card would be written; as `destination`. */
  card_destination: [{ address: string; path?: string }, IDestination];
  /** The end of the file's name says the format: .md, .html or .json. As `export`. */
  write_card: [{ address: string; path?: string; overwrite?: boolean }, IActionResult & IWrittenFile];
  /** All remotes, as they were last seen. */
  remotes: [{}, { remotes: IRemote[] }];
  /** What a merge of the remote's branch would do. take: "ours" or "theirs" by name. trust: as in `pull_from`. */
  merge_plan: [{ remote?: string; take?: { [name: string]: string }; trust?: boolean }, IMergePlan];
  /** Brings all that is new. Branches and the notebook stay. lazy: without values; default: as the remote is set. */
  fetch_from: [{ remote?: string; lazy?: boolean }, IActionResult & ITransferred];
  push_to: [IPushParams, IActionResult & ITransferred];
  /**
   * Brings a branch, and the notebook to its newest version. merge: if both sides have new versions. trust: load
   * pickled values of other people, which can run code.
   */
  pull_from: [
    {
      remote?: string;
      branch?: string;
      merge?: boolean;
      take?: { [name: string]: string };
      trust?: boolean;
      queue?: boolean;
    },
    IActionResult & IPulled
  ];
  add_remote: [IAddedRemote, IActionResult];
  /** Finds out again what a remote can do and what one's rights allow. */
  check_remote: [{ name: string }, IActionResult];
  /** Removes a remote from the store. Nothing changes there. */
  remove_remote: [{ name: string }, IActionResult];
  remote_members: [{ name: string }, IRemoteMembers];
  share_remote: [{ name: string; key: string }, IActionResult];
  /** Stops a running request at its next step, or removes a queued one. That request then fails with "Cancelled". */
  cancel: [{ request: number }, {}];
}

export type Method = keyof IMethods;
export type Params<M extends Method> = IMethods[M][0];
export type Result<M extends Method> = IMethods[M][1];
