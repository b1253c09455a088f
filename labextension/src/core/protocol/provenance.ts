/** Results about where a value or a change of a metric comes from. */

import type { Metric } from './values';

export interface IVersionName {
  id: string;
  name: string;
  message: string;
}

/** The origin of the value that a variable has in `version`. */
export interface IBlame {
  name: string;
  version: IVersionName;
  /** The version that brought the value in. */
  since: IVersionName;
  /** An older version with the same value, whose cells these are: a rollback or a cherry brought it back. */
  equal_to: IVersionName | null;
  /** The cells that made it, in the order in which they ran; [] if none is known. */
  cells: {
    source: string;
    execution_count: number | null;
    /** The version that recorded the cell. */
    version: IVersionName;
    /** false: the cell called a method of the value or passed it to a function, which can have changed it. */
    is_sure: boolean;
    /** since: the version since which the input has the value that was read; null if it is unknown for the reason. */
    inputs: { name: string; since: IVersionName | null; reason: string }[];
  }[];
}

/** Why a metric differs between two versions: the causes in order, the most important one first. */
export interface IExplanation {
  metric: string;
  /** The expression that measures it. */
  expression: string;
  /** The names of the versions. */
  before: string;
  after: string;
  /** The metric in both, as it was recorded. */
  values: Metric[];
  /** The metric of the later version when everything is computed again; null if nothing was. */
  repeated: Metric | null;
  /** One sentence: what explains the change. */
  verdict: string;
  causes: ICause[];
  /** The metric of the later version with the earlier value of this name, nothing computed again. */
  exchanged: { [name: string]: Metric };
  notes: string[];
  /** Number of measurements, and how long they took. */
  tests: number;
  seconds: number;
  /** No test is started that would probably end later. */
  limit_s: number;
}

/** One version that was tested for a condition. value: the left side of a comparison. */
export interface ITestedVersion {
  version: IVersionName;
  verdict: 'good' | 'bad' | 'skipped';
  value: null | boolean | number | string;
  /** Why it is bad or was skipped. */
  why: string;
}

export interface IBisection {
  condition: string;
  last_good: ITestedVersion;
  first_bad: ITestedVersion;
  /** Versions between the two that could not be tested. */
  between: ITestedVersion[];
  /** In the order of the tests. */
  tested: ITestedVersion[];
  /** Number of versions from the good to the bad one, and of their different contents. */
  versions: number;
  distinct: number;
}

/** A change between two versions, and what it does to a metric. Numbers that are not known are null. */
export interface ICause {
  kind: string;
  /** The variables that it concerns; [] for packages and modules. */
  names: string[];
  /** Sentences, and lines of code that begin with "+ " or "- ". */
  what: string[];
  /** What the data is used for: "train", "validation" or "test". */
  role: string;
  /** The metric of the later version without this change, and of the earlier one with it alone. */
  without: Metric | null;
  alone: Metric | null;
  effect: Metric | null;
  /** The share of the change that it explains. */
  share: Metric | null;
  /** How much a repetition alone changes the metric. */
  noise: Metric;
  /** Why it was not tested, and the limit with which it would be; 0 if the limit is not the reason. */
  why_not: string;
  needs_s: number;
  /** Names that were computed again for the test. */
  again: string[];
  /** The versions between the two in which the value changed, if there are several. */
  steps: { version: string; what: string; value: Metric; effect: Metric }[];
}
