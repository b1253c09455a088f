/** What a bundle contains, and what an export would write. Sizes are bytes. */

import type { IFailure } from './frames';
import type { Json, Metric } from './values';

/** The content of a bundle. Everything in it was written by somebody else and is shown as text only. */
export interface IBundle {
  version: {
    name: string;
    message: string;
    note: string;
    author: string;
    saved_at_utc: string;
    params: { [name: string]: Json };
    metrics: { [name: string]: Metric };
  };
  variables: IBundleVariable[];
  /** The members except the manifest and the parts. */
  files: { name: string; size_bytes: number }[];
  /** The exact copies of all values. */
  parts: { count: number; size_bytes: number };
  python: string;
  packages: number;
  /** SHA-256 of the manifest. */
  digest: string;
  /**
   * pinned: valid, and the user pinned its key. unchecked: it was not verified; the import does that, and refuses one
   * that is wrong.
   */
  signature: 'none' | 'unchecked' | 'valid' | 'pinned';
  /** The public key, or "". */
  signer: string;
}

export interface IBundleVariable {
  name: string;
  kind: string;
  type: string;
  size_bytes: number;
  /** The open format that holds it as well, or "". */
  format: string;
  needs_trust: boolean;
  /** The variables that share objects with it, itself included: they are imported together. */
  together: string[];
}

/** What an export would write. */
export interface IExportEstimate {
  variables: IExportVariable[];
  /** secret: position and reason of a secret, or "". */
  modules: { path: string; size_bytes: number; secret: string }[];
  cells: number;
  notebook_bytes: number;
  packages: number;
  /** The exact copies of all values, before they are compressed. */
  group_bytes: number;
  /** Files that cells read. is_kept: the version has their content. reason: why it has not, or "". */
  inputs: { path: string; size_bytes: number; is_kept: boolean; reason: string }[];
}

export interface IExportVariable extends IBundleVariable {
  /** The size of the file in the open format, 0 without one. */
  file_bytes: number;
  /** Whether `format` and `file_bytes` are exact: large values are estimated. */
  is_exact: boolean;
  /** Position and reason of a secret, or "". */
  secret: string;
  /** Why it cannot be loaded here, or "". */
  problem: string;
}

/** path: the text for the field. file: the absolute path. problem: "FileExists" if the file may be replaced. */
export interface IDestination {
  name: string;
  path: string;
  file: string;
  problem: IFailure | null;
}

export interface IWrittenFile {
  path: string;
  size_bytes: number;
}

export interface IExportOptions {
  overwrite?: boolean;
  /** Names of variables and modules. */
  allow_secrets?: string[];
  /** Only these variables, and those that share objects with them. */
  names?: string[];
  /** Without datasets and input files. */
  without_data?: boolean;
  without_files?: boolean;
  /** Models in open formats as well, which loads them. */
  with_models?: boolean;
  /** Only the cells on which the exported variables depend. */
  slice?: boolean;
  sign?: boolean;
}
