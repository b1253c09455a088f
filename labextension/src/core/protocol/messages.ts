/**
 * What a panel and the kernel say to each other: JSON messages, over a comm of the JupyterLab plugin or of the widget.
 * The kernel's side is `nbmodelver/kernel/panel/`; `tests/golden/panel/` holds both to the same JSON schemas.
 * Words are those of the project: version, name, part, plan, kind. Sizes are bytes, durations seconds.
 */

export const PROTOCOL = 1;

export type Kind = 'model' | 'dataset' | 'hyperparameters' | 'metric' | 'code' | 'other';
export type Effect = 'changes' | 'appears' | 'vanishes' | 'stays' | 'lost';
export type Status = 'added' | 'removed' | 'changed' | 'same';
/** Which way a metric is better. The kernel decides it, by its name or by what a version says; a page never does. */
export type Direction = 'higher' | 'lower' | 'unknown';

/** JSON has no NaN and no infinities: a metric that is none of its numbers is a word. Parameters are kept in the same words. */
export type Metric = number | 'nan' | 'inf' | '-inf';
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

// -- frames

/** Panel to kernel. Ids are the panel's own and rise. */
export interface IRequest {
  id: number;
  method: string;
  params: object;
}

/** Kernel to panel: exactly one of these ends a request; progress may come before it. */
export type Reply = { id: number; result: unknown } | { id: number; error: IFailure };
export interface IProgress {
  id: number;
  progress: { done: number; total: number; what: string };
}

/** Kernel to panel, unasked, after every change by anyone: the whole state again. */
export interface IPush {
  push: 'state';
  state: IState;
}

/** code: the class of the error ("Busy", "UnknownVersion", "Cancelled" ...). hint: the way out, or "". */
export interface IFailure {
  code: string;
  message: string;
  hint: string;
}

// -- what is shown

/** The kernel's side at one moment. */
export interface IState {
  protocol: number;
  /** The release of nbmodelver in the kernel's environment. */
  release: string;
  /** The store's place; null before there is one. */
  store: string | null;
  /** The notebook's file name, or "". */
  notebook: string;
  branch: string;
  /** Name of a branch or tag to the id of its version. */
  branches: { [name: string]: string };
  tags: { [name: string]: string };
  /** The present version, or null before the first. */
  head: IEntry | null;
  /** How many versions there are, and the bytes they take on disk. */
  versions: number;
  stored_bytes: number;
  /** True while a cell runs: then commit and rollback are refused, or queued. */
  busy: boolean;
  /** Requests that wait for the cell to end. Those of other panels have negative numbers, which `cancel` takes as well. */
  queued: { request: number; method: string; what: string }[];
  auto: boolean;
  /**
   * Live names against the present version; null when not looked at since the last cell began, as it would take more
   * than a few milliseconds. Then `hello` starts a look, and what it found is pushed.
   */
  uncommitted: IChange[] | null;
  /** The name of the version that undo or redo would go to; null when there is none. */
  undo: string | null;
  redo: string | null;
  /** Names of all metrics and parameters that any version has. */
  metrics: string[];
  /** Of `metrics`; one that is missing is unknown. */
  directions?: { [metric: string]: Direction };
  params: string[];
  settings: { [key: string]: Json };
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
  /** Why nbmodelver made it by itself, or "". */
  auto: string;
  tags: string[];
  /** Branches that end here. */
  branches: string[];
  names: { name: string; kind: Kind; type: string; size_bytes: number }[];
  params: { [name: string]: Json };
  metrics: { [name: string]: Metric };
  raw_bytes: number;
  new_bytes: number;
  duration_s: number;
}

/** An entry of the history with its place in the graph: columns from 0, edges from this row down to the next. */
export interface IHistoryEntry extends IEntry {
  graph: { column: number; edges: [from: number, to: number][] };
}

export interface IHistoryFilter {
  /** In message, note, tags and names. */
  text?: string;
  kind?: Kind;
  tag?: string;
  branch?: string;
  /** Versions in which this name is new or changed. */
  name?: string;
  /** What is no finite number is in no range. */
  metric?: { name: string; at_least?: number; at_most?: number };
  /** false: without those that nbmodelver made by itself. */
  auto?: boolean;
}

/** One version with everything about it. */
export interface IVersion extends IEntry {
  kept: { name: string; kind: Kind; type: string; size_bytes: number; notes: string[] }[];
  skipped: { name: string; path: string; reason: string }[];
  cells: { source: string; execution_count: number | null; duration_s: number | null; ok: boolean; outputs: string }[];
  environment: { [key: string]: Json };
  git: { commit: string; branch: string; dirty: boolean } | null;
  /** True when the version holds the notebook document. */
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
  /** Variables that are replaced and that no version can hold: undo brings them back while the kernel runs. */
  unsaved?: string[];
}

/** One part of a comparison. Known ids may be drawn in their own way; every one can be drawn as its table and lines. */
export interface ISection {
  id: string;
  title: string;
  columns: string[];
  rows: { cells: Json[]; status: Status }[];
  /** Unified diff, without file header. */
  lines: string[];
  note: string;
  charts: IChart[];
  /** Of rows that are metrics, by their names. */
  directions?: { [metric: string]: Direction };
}

/**
 * A chart to be drawn as SVG, with its numbers as a table behind it.
 * line and scatter: x and y of equal length. bars: one y for each label in `labels`.
 * y: null where there is none, a word where it is no finite number; there is a gap in the drawing, and the word in the table.
 * histogram: y are counts, x are the bins' edges, one more than y; several series lie over each other.
 */
export interface IChart {
  kind: 'line' | 'scatter' | 'bars' | 'histogram';
  title: string;
  x_label: string;
  y_label: string;
  labels: string[];
  series: { label: string; x: number[]; y: (Metric | null)[] }[];
  /** Where y is a metric. */
  better?: Direction;
}

export interface IDiff {
  before: { id: string; name: string; message: string };
  after: { id: string; name: string; message: string };
  sections: ISection[];
}

/** Several versions side by side: a row for each parameter and metric, a cell for each version (null: has none). */
export interface IComparison {
  versions: IEntry[];
  params: { name: string; values: Json[]; differs: boolean }[];
  metrics: { name: string; values: (Metric | null)[]; differs: boolean; direction?: Direction }[];
  charts: IChart[];
}

/** A name through the versions, newest first; only those in which it is new, changed or gone. */
export interface INameHistory {
  name: string;
  steps: { entry: IEntry; status: Status; type: string; size_bytes: number; said: string }[];
}

/** What the next commit could keep. */
export interface ICommitForm {
  names: {
    name: string;
    kind: Kind;
    type: string;
    size_bytes: number | null;
    /** Against the present version. */
    status: 'new' | 'changed' | 'same';
    /** True when a plain %mv_commit would take it. */
    chosen: boolean;
    /** Why it cannot be kept, or "". */
    problem: string;
  }[];
  /** Numbers in the notebook that are metrics by their name. */
  metrics: { [name: string]: Metric };
}

export interface IActionResult {
  /** One line about what was done, as the magic would print it. */
  said: string;
  state: IState;
}

// -- methods

/** Method to its parameters and its result. Versions are given by id, or by any revision ("v3", "HEAD~1", a tag). */
export interface IMethods {
  hello: [{}, IState];
  history: [{ filter: IHistoryFilter; offset: number; limit: number }, { total: number; entries: IHistoryEntry[] }];
  /** A metric or parameter over the versions, oldest first. */
  series: [{ metric: string; filter?: IHistoryFilter }, { points: { id: string; number: number; value: Metric }[] }];
  version: [{ id: string }, IVersion];
  profile: [{ id: string; name: string }, { section: ISection }];
  /** By name; or by a notebook cell's id and source: then what that cell makes; or neither: then only the names there are. */
  inspect: [{ name?: string; cell?: { id: string; source: string } }, { found: INameHistory[]; names: string[] }];
  diff: [{ before: string; after: string; names?: string[] }, IDiff];
  compare: [{ ids: string[] }, IComparison];
  plan: [{ id: string; names?: string[] }, IPlan];
  form: [{}, ICommitForm];
  /** names: null for what a plain %mv_commit takes. queue: wait for a running cell instead of being refused. */
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
  /** Where an export would be written. path: the text for the field. file: the whole path. problem: "FileExists" where it may be replaced. */
  destination: [{ id: string; path?: string }, { name: string; path: string; file: string; problem: IFailure | null }];
  /** path: relative to the notebook's folder; without it beside the notebook, by the version's name. overwrite: a file that is there may be replaced. */
  export: [{ id: string; path?: string; overwrite?: boolean }, IActionResult & { path: string; size_bytes: number }];
  /** The notebook document of a version, as nbformat JSON; null when it was not kept. */
  document: [{ id: string }, { notebook: { [key: string]: Json } | null; name: string }];
  /** The live document as the page has it, so that the next version holds it. path: relative to the server's root. */
  live: [{ path: string; notebook: { [key: string]: Json } }, {}];
  set: [{ key: string; value: Json }, IActionResult];
  /** What the user's own settings say for every notebook; a setting that is not among them stays as the store says. Held until there is a store. */
  wish: [{ auto: boolean; settings: { ignore?: string; default_metric?: string } }, {}];
  auto: [{ on: boolean }, IActionResult];
  /** Stops a running request at its next step, or withdraws a queued one; that one then fails with "Cancelled". */
  cancel: [{ request: number }, {}];
}

export type Method = keyof IMethods;
export type Params<M extends Method> = IMethods[M][0];
export type Result<M extends Method> = IMethods[M][1];
