/** Results about registered models. Times are ISO 8601, UTC. An address is MODEL/NUMBER. */

import type { Metric } from './values';

export interface IModelSummary {
  name: string;
  /** The first line of the description. */
  description: string;
  /** The number of the newest version, and when it was registered. */
  newest: string;
  at_utc: string;
  versions: number;
  /** The number of the version that each stage holds. */
  stages: { [stage: string]: string };
  /** Number of requests that nobody has decided. */
  waiting: number;
}

/** starts_on: the day from which a version is deprecated; "" for at once. use: what to use instead, or "". */
export interface IVersionState {
  state: 'active' | 'deprecated' | 'archived';
  why: string;
  use: string;
  starts_on: string;
  by: string;
  at_utc: string;
}

export interface IModelVersion {
  address: string;
  number: string;
  /** The id and the name of the version in the history; "" if its record is gone. */
  id: string;
  version: string;
  variable: string;
  at_utc: string;
  by: string;
  /** "first", "major", "minor" or "patch", and why the version has this number. */
  change: string;
  reason: string;
  stages: string[];
  aliases: string[];
  /** null: active. */
  state: IVersionState | null;
  /** Those of `IRegisteredModel.metrics` that the version has. */
  metrics: { [name: string]: Metric };
  /** Sentences of the alarms that a check found and nobody accepted. */
  alarms: string[];
}

export interface IApprovalRequest {
  address: string;
  stage: string;
  by: string;
  at_utc: string;
  why: string;
}

/** One holder of a stage or alias. until_utc: "" while it holds it. forced: gates failed and were overridden. */
export interface IHolding {
  number: string;
  /** The kind of the event: "promote", "back", "alias" ... */
  kind: string;
  since_utc: string;
  until_utc: string;
  by: string;
  why: string;
  forced: boolean;
}

/** One entry of the audit log. erased: number of texts that were erased. */
export interface IModelEvent {
  at_utc: string;
  kind: string;
  by: string;
  what: string;
  why: string;
  forced: boolean;
  erased: number;
}

export interface IRegisteredModel {
  name: string;
  description: string;
  owners: string[];
  /** The stages of the policy, in its order. */
  stages: string[];
  /** Stages that two stores moved differently before they were merged. */
  diverged: string[];
  /** The metrics that matter: of the gates, and the default metric; else the first one. */
  metrics: string[];
  /** Newest first. */
  versions: IModelVersion[];
  waiting: IApprovalRequest[];
  /** Stages and aliases that have or had a holder; their holders, newest first. */
  holders: { holder: string; is_stage: boolean; holdings: IHolding[] }[];
  /** The audit log, newest first. has_more: there are older events. */
  events: IModelEvent[];
  has_more: boolean;
}

/** The outcome of a gate. measured: the values that it compared. hint: what to do if it failed. */
export interface IGate {
  gate: string;
  outcome: 'pass' | 'fail' | 'unknown' | 'first';
  measured: string;
  hint: string;
  is_met: boolean;
}

/** What a move of a stage would do. before, after: addresses, or "". */
export interface IStageMove {
  stage: string;
  before: string;
  after: string;
  gates: IGate[];
  approved_by: string[];
  notes: string[];
}

/** One thing of a lineage. version_id: of the version that it belongs to; "" for none, or if its record is gone. */
export interface ILineageNode {
  id: string;
  kind: 'dataset' | 'code' | 'model' | 'value' | 'registered' | 'deployment' | 'base';
  label: string;
  /** Its type, the first line of a cell, or when and by whom. */
  detail: string;
  version: string;
  version_id: string;
}

/**
 * `source` went into `target`. observed: a cell read one and bound the other, no more. declared: a user or a
 * registration said so. inherited: the version has the value unchanged from an earlier version.
 */
export interface ILineageEdge {
  source: string;
  target: string;
  how: 'observed' | 'declared' | 'inherited';
}

/** root: the id of the node that was asked for. unknown: sentences about what is missing. */
export interface ILineage {
  root: string;
  nodes: ILineageNode[];
  edges: ILineageEdge[];
  unknown: string[];
}

/** The card of a registered version. not_stated: the number of rows that nobody stated. */
export interface ICard {
  address: string;
  not_stated: number;
  /** by_hand: people state these rows; else they are read from the version. */
  sections: { title: string; by_hand: boolean; rows: { label: string; text: string; is_stated: boolean }[] }[];
  /** All rows that people can state, with the text that holds now, or "". */
  texts: { key: string; label: string; text: string }[];
}
