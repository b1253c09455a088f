/** Made-up results of what runs code of versions. */

import type { IBisection, ICause, IExplanation, ISection, ITestedVersion } from '../src/core';
import { idOf } from './sample';

const NUMPY = {
  kind: 'environment',
  names: [],
  what: ['numpy 2.3 → 2.4'],
  why_not: 'the earlier packages are not in this environment'
};

export function cause(extra: Partial<ICause>): ICause {
  return {
    kind: 'data',
    names: ['train'],
    what: [],
    role: '',
    without: null,
    alone: null,
    effect: null,
    share: null,
    noise: 0,
    why_not: '',
    needs_s: 0,
    again: [],
    steps: [],
    ...extra
  };
}

/** Rows explain the change; a test of the features takes longer than 60 s. */
export function explanation(metric = 'acc', limit_s = 60): IExplanation {
  const isTested = limit_s > 60;
  return {
    metric,
    expression: 'model.score(X, y)',
    before: 'v2',
    after: 'v7',
    values: [0.8712, 0.9134],
    repeated: 0.9134,
    verdict: 'train explains 95 % of it, since v5: 40 rows added',
    causes: [
      cause({
        role: 'train',
        what: ['120 → 160 rows · 40 added', '+ train = pd.concat([train, more])', '- train = load()'],
        without: 0.873,
        alone: 0.912,
        effect: 0.0403,
        share: 0.955,
        again: ['model'],
        steps: [
          { version: 'v4', what: '10 rows added', value: 0.881, effect: 0.01 },
          { version: 'v5', what: '30 rows added', value: 0.9134, effect: 0.0303 }
        ]
      }),
      cause({
        kind: 'parameters',
        names: ['lr'],
        what: ['0.1 → 0.2'],
        without: 0.92,
        alone: 0.86,
        effect: -0.009,
        share: -0.2
      }),
      cause({
        kind: 'random state',
        names: ['SEED'],
        what: ['0 → 1'],
        without: 0.91,
        alone: 0.87,
        effect: 0,
        noise: 0.002
      }),
      isTested
        ? cause({
            kind: 'code',
            names: ['features'],
            what: ['+ a', '- b'],
            without: 0.9,
            alone: 0.8,
            effect: 0.002,
            share: 0.05
          })
        : cause({
            kind: 'code',
            names: ['features'],
            what: ['+ a', '- b'],
            why_not: 'its cells took 100 s and would run four times',
            needs_s: 840
          }),
      cause(NUMPY)
    ],
    exchanged: { model: 0.8712 },
    notes: ['computing model again gives 0.91 to 0.914: it depends on the random state'],
    tests: 9,
    seconds: 12.5,
    limit_s
  };
}

export const DATASETS = [
  { name: 'X_test', roles: ['test'], type: 'pandas.DataFrame' },
  { name: 'y_test', roles: ['test'], type: 'pandas.Series' },
  { name: 'other', roles: [], type: 'numpy.ndarray' }
];

export function predictions(model: string): ISection {
  return {
    id: `predictions.${model}`,
    title: `${model} · predictions`,
    columns: ['what', 'v2', 'v7', 'change', 'how'],
    rows: [
      { cells: ['accuracy', 0.9, 0.8, -0.1, '95 % interval: -0.14 to -0.06'], status: 'changed' },
      { cells: ['right → wrong', null, 20, null, 'rows'], status: 'changed' },
      { cells: ['row 17', 'no', 'yes', null, 'truth: no'], status: 'changed' }
    ],
    lines: [],
    note: 'X_test of v7: 20 of 200 predictions differ',
    charts: [],
    directions: { accuracy: 'higher' }
  };
}

function tested(number: number, verdict: ITestedVersion['verdict'], value: number | null, why = ''): ITestedVersion {
  const id = idOf(number);
  return { version: { id, name: `v${number}`, message: number === 5 ? 'deeper trees' : '' }, verdict, value, why };
}

/** v5 is the first bad one; v4 could not be tested. */
export function bisection(condition: string): IBisection {
  const [good, skipped, bad] = [
    tested(3, 'good', 0.91),
    tested(4, 'skipped', null, 'it has no acc'),
    tested(5, 'bad', 0.8)
  ];
  return {
    condition,
    last_good: good,
    first_bad: bad,
    between: [skipped],
    tested: [tested(2, 'good', 0.92), tested(7, 'bad', 0.7), skipped, bad, good],
    versions: 6,
    distinct: 6
  };
}
