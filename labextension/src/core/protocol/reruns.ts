/** The plan and the result of a re-run. */

import type { IVersionName } from './provenance';

export interface IRerunPlan {
  version: IVersionName;
  /** The number of cells. */
  cells: number;
  /** The release of Python; "" if it is not installed. */
  python: string;
  environment: string;
  /** Recorded releases of the packages that the cells import. */
  packages: { [name: string]: string };
  /** How the environment differs from the recorded one. */
  differences: string[];
  /** What the record does not have, as noun phrases. */
  lacks: string[];
  /** Files that are copied, because cells name them. */
  files: string[];
}

export type Agreed = 'bit-identical' | 'numerically equal' | 'cannot tell' | 'different' | 'missing';

export interface IRerunItem {
  what: 'output' | 'metric' | 'variable';
  name: string;
  verdict: Agreed;
  /** What differs, or "". */
  detail: string;
  /** The likely cause, or "". tested: it was tested by running again. */
  cause: string;
  tested: boolean;
}

export interface IRerun {
  plan: IRerunPlan;
  verdict: Agreed;
  reproduced: boolean;
  /** How often the cells ran. */
  runs: number;
  /** Why the first run ended before its last cell, or "". */
  ended: string;
  /** Of the first run. */
  duration_s: number;
  items: IRerunItem[];
}
