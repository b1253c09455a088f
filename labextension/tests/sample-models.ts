/** Made-up registered models: what waits, a deprecated and an archived version, and a stage that diverged. */

import type { ICard, ILineage, IModelVersion, IRegisteredModel, IStageMove } from '../src/core';
import { idOf } from './sample';

const AT = '2026-03-01T09:30:00.000Z';

function version(number: string, extra: Partial<IModelVersion> = {}): IModelVersion {
  return {
    address: `churn/${number}`,
    number,
    id: idOf(7),
    version: 'v7',
    variable: 'model',
    at_utc: AT,
    by: 'Ada',
    change: 'minor',
    reason: 'parameters changed (max_depth), same 3 inputs',
    stages: [],
    aliases: [],
    state: null,
    metrics: { f1: 0.71 },
    alarms: [],
    ...extra
  };
}

export function model(name = 'churn'): IRegisteredModel {
  return {
    name,
    description: 'Who leaves within a month\nMonthly data only',
    owners: ['Ada', 'Grace'],
    stages: ['development', 'staging', 'production'],
    diverged: [],
    metrics: ['f1', 'loss'],
    versions: [
      version('1.2.0', { stages: ['staging'], metrics: { f1: 0.84, loss: 'nan' } }),
      version('1.1.0', {
        alarms: ['20 of 100 rows of test are in train'],
        state: {
          state: 'deprecated',
          why: 'leaked rows',
          use: 'churn/1.0.0',
          starts_on: '2026-12-15',
          by: 'Ada',
          at_utc: AT
        }
      }),
      version('1.0.0', {
        id: idOf(2),
        version: 'v2',
        change: 'first',
        reason: 'the first version',
        stages: ['production'],
        aliases: ['champion']
      }),
      version('0.9.0', {
        id: '',
        version: '',
        metrics: {},
        state: { state: 'archived', why: 'the licence ended', use: '', starts_on: '', by: 'Grace', at_utc: AT }
      })
    ],
    waiting: [{ address: 'churn/1.2.0', stage: 'production', by: 'Ada', at_utc: AT, why: 'please read the report' }],
    holders: [
      {
        holder: 'production',
        is_stage: true,
        holdings: [
          { number: '1.0.0', kind: 'back', since_utc: AT, until_utc: '', by: 'Ada', why: 'complaints', forced: false },
          { number: '1.1.0', kind: 'promote', since_utc: AT, until_utc: AT, by: 'Ada', why: 'must be', forced: true },
          { number: '1.0.0', kind: 'promote', since_utc: AT, until_utc: AT, by: 'Ada', why: 'first', forced: false }
        ]
      },
      {
        holder: 'champion',
        is_stage: false,
        holdings: [{ number: '1.0.0', kind: 'alias', since_utc: AT, until_utc: '', by: 'Ada', why: '', forced: false }]
      }
    ],
    events: [
      {
        at_utc: AT,
        kind: 'back',
        by: 'Ada',
        what: 'churn@production: 1.1.0 -> 1.0.0',
        why: 'complaints',
        forced: false,
        erased: 0
      },
      {
        at_utc: AT,
        kind: 'promote',
        by: '',
        what: 'churn@production: 1.0.0 -> 1.1.0',
        why: '',
        forced: true,
        erased: 1
      }
    ],
    has_more: true
  };
}

/** A check is missing, and a metric is too low, unless the version goes to another stage than production. */
export function move(address: string, stage: string): IStageMove {
  return {
    stage,
    before: stage === 'production' ? 'churn/1.0.0' : '',
    after: address,
    gates:
      stage === 'production'
        ? [
            { gate: 'metrics.f1 >= 0.8', outcome: 'fail', measured: '0.71 >= 0.8 is false', hint: '', is_met: false },
            {
              gate: 'check no-negatives',
              outcome: 'unknown',
              measured: 'no result for v7',
              hint: 'run it: %%mv_check no-negatives v7',
              is_met: false
            },
            { gate: 'alarms.open == 0', outcome: 'pass', measured: '0 == 0', hint: '', is_met: true }
          ]
        : [],
    approved_by: [],
    notes: ['the draft of the policy differs from the policy in force']
  };
}

/** What churn/1.2.0 was made from: data, two cells, a base from elsewhere, a deployment; each kind of edge. */
export function lineage(address = 'churn/1.2.0'): ILineage {
  const root = `registered:${address}`;
  const at = { version: 'v7', version_id: idOf(7) };
  const none = { version: '', version_id: '' };
  return {
    root,
    nodes: [
      { id: 'model', kind: 'model', label: 'model', detail: 'sklearn.tree.DecisionTreeClassifier', ...at },
      { id: 'fit', kind: 'code', label: 'cell [4]', detail: 'model = fit(rows, labels)', ...at },
      { id: 'rows', kind: 'dataset', label: 'rows', detail: 'pandas.DataFrame', version: 'v2', version_id: idOf(2) },
      { id: 'label', kind: 'code', label: 'cell [2]', detail: 'labels = rows.age > 18', ...at },
      { id: 'labels', kind: 'value', label: 'labels', detail: 'pandas.Series', ...at },
      { id: 'base', kind: 'base', label: 'hf:org/base@3f9c2a1', detail: 'declared at the registration', ...none },
      { id: root, kind: 'registered', label: address, detail: '2026-03-01, Ada', ...at },
      { id: 'eu', kind: 'deployment', label: 'scoring-eu', detail: '2026-03-02', ...none }
    ],
    edges: [
      { source: 'fit', target: 'model', how: 'observed' },
      { source: 'rows', target: 'fit', how: 'observed' },
      { source: 'labels', target: 'fit', how: 'observed' },
      { source: 'label', target: 'labels', how: 'observed' },
      { source: 'rows', target: 'label', how: 'observed' },
      { source: 'base', target: 'model', how: 'declared' },
      { source: 'model', target: root, how: 'inherited' },
      { source: root, target: 'eu', how: 'declared' }
    ],
    unknown: ['scaler, which a cell of v7 read: not kept']
  };
}

/** A chain of cells, each of which reads the value of the one before and of the first. */
export function longLineage(cells: number): ILineage {
  const { nodes, edges } = lineage();
  for (let i = 1; i <= cells; i += 1) {
    const label = `step_${i}`;
    const version = { version: `v${i}`, version_id: idOf(i) };
    nodes.push({ id: label, kind: 'value', label, detail: 'dict', ...version });
    nodes.push({ id: `c${i}`, kind: 'code', label: `cell [${i}]`, detail: `${label} = next(step)`, ...version });
    edges.push({ source: `c${i}`, target: label, how: 'observed' });
    edges.push({ source: label, target: i === 1 ? 'fit' : `c${i - 1}`, how: 'observed' });
    edges.push({ source: label, target: 'label', how: 'observed' });
  }
  return { root: 'registered:churn/1.2.0', nodes, edges, unknown: [] };
}

export function card(address = 'churn/1.2.0'): ICard {
  const row = (label: string, text: string): ICard['sections'][number]['rows'][number] => ({
    label,
    text,
    is_stated: !text.includes('not stated')
  });
  return {
    address,
    not_stated: 3,
    sections: [
      { title: 'Model', by_hand: false, rows: [row('Model', address), row('Owners', 'Ada, Grace')] },
      {
        title: 'Use',
        by_hand: true,
        rows: [row('Purpose', 'offers'), row('Intended users', 'not stated'), row('Licence', 'not stated')]
      },
      { title: 'Data', by_hand: false, rows: [row('rows', 'pandas.DataFrame, licence not stated')] }
    ],
    texts: [
      { key: 'purpose', label: 'Purpose', text: 'offers' },
      { key: 'users', label: 'Intended users', text: '' },
      { key: 'licence', label: 'Licence', text: '' }
    ]
  };
}
