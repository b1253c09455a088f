/** Sections of comparisons, their rows and charts. */

import type { Direction, Json, Metric, Status } from './values';

/**
 * One section of a comparison. Known ids may have a renderer of their own; every section can be shown as table and
 * lines.
 */
export interface ISection {
  id: string;
  title: string;
  columns: string[];
  rows: { cells: Json[]; status: Status }[];
  /** Unified diff, without file header. */
  lines: string[];
  note: string;
  charts: IChart[];
  /** Directions of the rows that are metrics, by their names. */
  directions?: { [metric: string]: Direction };
  /** Details: closed until the user opens them. */
  folded?: boolean;
}

export type ChangedRows = 'changed' | 'added' | 'removed';

/** Some of the rows of a table that changed, or were added or removed. */
export interface IRowPage {
  what: ChangedRows;
  total: number;
  start: number;
  /** label: of the row's index, or its position. cells: those that differ; of an added or removed row, the first. */
  rows: { label: Json; cells: { column: string; before: Json; after: Json }[] }[];
  /** How the rows were paired, for instance "key id". */
  how: string;
}

/**
 * A chart that is drawn as SVG, with its numbers as a table.
 * line and scatter: x and y have equal length. bars: one y for each label in `labels`.
 * y: null if there is no value, a word if it is not finite. The plot has a gap there, and the table shows the word.
 * histogram: y are counts, x are the edges of the bins, one more than y. Several series overlap.
 */
export interface IChart {
  kind: 'line' | 'scatter' | 'bars' | 'histogram';
  title: string;
  x_label: string;
  y_label: string;
  labels: string[];
  series: { label: string; x: number[]; y: (Metric | null)[] }[];
  /** The direction, if y is a metric. */
  better?: Direction;
}

/** correlation: of ranks, for a number; null for a text, of which `best` is the best value. */
export interface IAssociation {
  param: string;
  correlation: number | null;
  best: string;
  versions: number;
}
