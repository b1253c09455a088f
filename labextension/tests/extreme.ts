/** A store with long names and texts, twelve metrics and non-finite values, to test layouts. */

import type { IEntry, Metric } from '../src/core';
import { Mock } from './mock';
import * as sample from './sample';

const LONG = 'validation_features_after_imputation_and_target_encoding_2026_11';
const TYPE = 'sklearn.model_selection._search_successive_halving.HalvingRandomSearchCV';
const METRICS = [
  'accuracy',
  'balanced_accuracy',
  'f1_macro',
  'f1_weighted',
  'log_loss',
  'roc_auc_ovr_weighted',
  'precision_at_1_percent_of_customers',
  'recall',
  'mcc',
  'brier',
  'ece',
  'cost_eur'
];

function metricsOf(number: number): { [name: string]: Metric } {
  return Object.fromEntries(
    METRICS.map((name, i) => [
      name,
      name === 'cost_eur'
        ? 1_234_567.5 * number
        : i === 4 && number % 3 === 0
          ? 'nan'
          : i === 9 && number % 4 === 0
            ? 'inf'
            : Number((0.5 + 0.04 * i - 0.01 * number).toFixed(5))
    ])
  );
}

function hardened<T extends IEntry>(entry: T): T {
  return {
    ...entry,
    message:
      entry.number % 2
        ? `${entry.message} — and a message that goes on, as people write them who paste the whole paragraph of their lab notebook into one line`
        : LONG + LONG,
    tags:
      entry.number % 3
        ? entry.tags
        : ['best-so-far-on-the-hold-out-of-november', 'paper', 'sent-to-the-reviewers-2026-11-14'],
    names: [
      ...entry.names,
      { name: LONG, kind: 'dataset', type: 'pandas.core.frame.DataFrame', size_bytes: 12_345_678_901 },
      { name: 'search', kind: 'model', type: TYPE, size_bytes: 3_400 }
    ],
    params: {
      ...entry.params,
      [LONG]: LONG,
      layers: [512, 256, 128, 64, 32, 16, 8],
      url: 'https://example.org/a/very/long/address?with=parameters&and=more'
    },
    metrics: metricsOf(entry.number)
  };
}

export function hard(): Mock {
  const total = 14;
  const mock = new Mock(total);
  const all = sample.history(total).map(hardened);
  const entry = (number: number): IEntry =>
    all.find(one => one.number === number) ?? hardened(sample.entry(number, total));
  const numberOf = (id: string): number => parseInt(id.slice(0, 6), 16);
  const branch = 'feature/try-gradient-boosting-with-monotone-constraints';
  mock.state = {
    ...mock.state,
    branch,
    branches: { ...mock.state.branches, [branch]: sample.idOf(total) },
    head: { ...entry(total), branches: [branch] },
    metrics: [...METRICS].sort(),
    stored_bytes: 123_456_789_012,
    uncommitted: [
      ...(mock.state.uncommitted ?? []),
      { name: LONG, effect: 'changes', kind: 'dataset', type: 'pandas.DataFrame', size_bytes: 1, reason: '' }
    ]
  };
  const diff = sample.diff(2, 7);
  const plan = sample.plan(7, total);
  Object.assign(mock.answers, {
    history: () => ({ total, entries: all }),
    series: ({ metric }: { metric: string }) => ({
      points: [...all].reverse().map(one => ({ id: one.id, number: one.number, value: one.metrics[metric] ?? 'nan' }))
    }),
    version: ({ id }: { id: string }) => ({ ...sample.version(numberOf(id), total), ...entry(numberOf(id)) }),
    compare: ({ ids }: { ids: string[] }) => {
      const versions = ids.map(id => entry(numberOf(id)));
      return {
        ...sample.comparison(ids.map(numberOf), total),
        versions,
        metrics: METRICS.map(name => ({ name, values: versions.map(one => one.metrics[name] ?? null), differs: true }))
      };
    },
    diff: () => ({
      ...diff,
      before: { ...diff.before, message: entry(7).message },
      after: { ...diff.after, message: entry(8).message },
      sections: diff.sections.map(one =>
        one.id === 'metrics'
          ? {
              ...one,
              rows: METRICS.map(name => ({
                cells: [name, metricsOf(2)[name] ?? null, metricsOf(9)[name] ?? null, null],
                status: 'changed' as const
              }))
            }
          : one.id === 'names'
            ? {
                ...one,
                rows: [
                  ...one.rows,
                  {
                    cells: [LONG, 'dataset', 'pandas.core.frame.DataFrame', 12_345_678_901, 12_345_678_999],
                    status: 'changed' as const
                  },
                  { cells: ['search', 'model', TYPE, null, 3400], status: 'added' as const }
                ]
              }
            : one
      )
    }),
    plan: () => ({
      ...plan,
      changes: [
        ...plan.changes,
        {
          name: LONG,
          effect: 'changes',
          kind: 'dataset',
          type: TYPE,
          size_bytes: 12_345_678_901,
          reason:
            'its values are in the file /mnt/data/projects/churn-prediction-2026/features.parquet, which has changed since'
        }
      ]
    }),
    form: () => ({
      names: [
        ...sample.form.names,
        {
          name: LONG,
          kind: 'dataset',
          type: TYPE,
          size_bytes: 12_345_678_901,
          status: 'changed',
          chosen: true,
          problem: ''
        }
      ],
      metrics: metricsOf(3)
    }),
    inspect: ({ name }: { name?: string }) => ({
      found: name ? [{ ...sample.nameHistory(name, total), name }] : [],
      names: [LONG, 'train', 'test', 'model', 'params', 'search', ...METRICS]
    })
  });
  return mock;
}
