/** A made-up store: the same every time, with as many versions as wanted. */

import type {
  IBlame,
  ICommitForm,
  IComparison,
  IDiff,
  IEntry,
  IHistoryEntry,
  INameHistory,
  IPlan,
  IRowPage,
  IState,
  IVersion,
  Kind
} from '../src/core';

/** The present of all samples. */
export const NOW = new Date('2026-11-21T12:00:00Z');

const MESSAGES = [
  'deeper trees',
  'drop the leaking column',
  '',
  'lr 3e-4, warm up',
  'baseline',
  'fill missing ages by group',
  'early stopping after 20 rounds',
  'more rows from the March export',
  'ensemble of both',
  'smaller batches'
];
const TAGS: { [n: number]: string[] } = { 2: ['baseline'], 7: ['best-so-far', 'paper'], 12: ['candidate'] };

function chance(seed: number): number {
  const x = Math.sin(seed * 12.9898) * 43758.5453;
  return x - Math.floor(x);
}

export function idOf(number: number): string {
  return `${number.toString(16).padStart(6, '0')}${'ab12cd34ef'.repeat(4)}`.slice(0, 40);
}

const NAMES: { name: string; kind: Kind; type: string; size_bytes: number }[] = [
  { name: 'train', kind: 'dataset', type: 'pandas.DataFrame', size_bytes: 48_300_000 },
  { name: 'test', kind: 'dataset', type: 'pandas.DataFrame', size_bytes: 12_100_000 },
  { name: 'model', kind: 'model', type: 'sklearn.RandomForestClassifier', size_bytes: 15_900_000 },
  { name: 'params', kind: 'hyperparameters', type: 'dict', size_bytes: 412 },
  { name: 'history', kind: 'metric', type: 'list', size_bytes: 2_310 },
  { name: 'featurize', kind: 'code', type: 'function', size_bytes: 1_204 }
];

export const LEAK = '40 of 200 rows of test also stand in train (exact), since train was read again; v4 had none';

/** Minutes before NOW at which a version of `total` was saved: the last ones today, then some each day. */
function minutesAgo(number: number, total: number): number {
  const back = total - number;
  return 7 + back * 41 + Math.floor(back / 6) * 700 + Math.floor(chance(number) * 20);
}

export function entry(number: number, total: number, extra: Partial<IEntry> = {}): IEntry {
  const side = onSide(number, total);
  return {
    id: idOf(number),
    name: `v${number}`,
    number,
    parents: parentsOf(number, total).map(idOf),
    branch: side ? 'try-boosting' : 'main',
    message: MESSAGES[number % MESSAGES.length] ?? '',
    note: number % 9 === 3 ? 'Validated on the hold-out of 14 November; the loss curve still falls at the end.' : '',
    author: 'ada',
    saved_at_utc: new Date(NOW.getTime() - minutesAgo(number, total) * 60_000).toISOString(),
    auto: number % 10 === 2 ? 'before rollback to v1' : '',
    alarm: number % 10 === 5 ? LEAK : '',
    tags: TAGS[number] ?? [],
    branches: number === total ? ['main'] : side && number === total - 1 ? ['try-boosting'] : [],
    names: NAMES.slice(0, 3 + (number % 4)),
    params: {
      max_depth: 4 + (number % 7),
      learning_rate: 0.001 * (1 + (number % 5)),
      loss: number % 2 ? 'log' : 'hinge'
    },
    metrics: {
      acc: Number((0.7 + 0.25 * (1 - Math.exp(-number / (total / 3))) + 0.03 * (chance(number) - 0.5)).toFixed(4)),
      loss: Number((1.2 * Math.exp(-number / (total / 2)) + 0.1 * chance(number + 7)).toFixed(4))
    },
    raw_bytes: 76_000_000 + number * 1000,
    new_bytes: Math.round(1000 + 4_000_000 * chance(number + 3) ** 4),
    duration_s: 0.05 + 0.2 * chance(number),
    ...extra
  };
}

/** Every 12 versions a side branch of two goes off and comes back. */
function onSide(number: number, total: number): boolean {
  const at = (total - number) % 12;
  return total > 8 && number > 2 && (at === 1 || at === 3);
}

function parentsOf(number: number, total: number): number[] {
  if (number <= 1) {
    return [];
  }
  const below = (from: number, side: boolean): number => {
    let n = from;
    while (n > 1 && onSide(n, total) !== side) {
      n -= 1;
    }
    return n;
  };
  if (onSide(number, total)) {
    return (total - number) % 12 === 1 ? [number - 2] : [below(number - 1, false)];
  }
  const main = below(number - 1, false);
  return (total - number) % 12 === 0 && onSide(number - 1, total) && number !== total ? [main, number - 1] : [main];
}

/** The history of `total` versions, newest first, with the graph's columns. */
export function history(total: number): IHistoryEntry[] {
  const found: IHistoryEntry[] = [];
  let lanes: (number | null)[] = [];
  for (let n = total; n >= 1; n -= 1) {
    if (!lanes.includes(n)) {
      lanes = put(lanes, n);
    }
    const column = lanes.indexOf(n);
    const parents = parentsOf(n, total);
    let next: (number | null)[] = lanes.map(one => (one === n ? null : one));
    const edges: [number, number][] = [];
    const targets = new Map<number, number>();
    next.forEach((one, i) => {
      if (one !== null) {
        edges.push([i, i]);
        targets.set(one, i);
      }
    });
    parents.forEach(parent => {
      const there = targets.get(parent);
      if (there === undefined) {
        next = next[column] === null || next[column] === undefined ? setAt(next, column, parent) : put(next, parent);
        targets.set(parent, next.indexOf(parent));
      }
      edges.push([column, targets.get(parent) ?? column]);
    });
    lanes = next;
    while (lanes.length && lanes[lanes.length - 1] === null) {
      lanes.pop();
    }
    found.push({ ...entry(n, total), graph: { column, edges } });
  }
  return found;
}

function put(lanes: (number | null)[], value: number): (number | null)[] {
  const free = lanes.indexOf(null);
  return free < 0 ? [...lanes, value] : setAt(lanes, free, value);
}

function setAt(lanes: (number | null)[], at: number, value: number): (number | null)[] {
  const next = [...lanes];
  next[at] = value;
  return next;
}

export function state(total: number, extra: Partial<IState> = {}): IState {
  const head = total ? entry(total, total) : null;
  return {
    protocol: 1,
    release: '0.1.0',
    store: '/study/.nbmodelver',
    notebook: 'churn.ipynb',
    branch: 'main',
    branches: total ? { main: idOf(total), 'try-boosting': idOf(Math.max(1, total - 1)) } : {},
    tags: { baseline: idOf(2), 'best-so-far': idOf(7), paper: idOf(7), candidate: idOf(12) },
    head,
    versions: total,
    stored_bytes: 41_800_000,
    busy: false,
    queued: [],
    auto: false,
    uncommitted: total
      ? [
          {
            name: 'train',
            effect: 'changes',
            kind: 'dataset',
            type: 'pandas.DataFrame',
            size_bytes: 48_300_000,
            reason: ''
          },
          {
            name: 'scaler',
            effect: 'appears',
            kind: 'model',
            type: 'sklearn.StandardScaler',
            size_bytes: 900,
            reason: ''
          },
          { name: 'old_params', effect: 'vanishes', kind: 'hyperparameters', type: 'dict', size_bytes: 300, reason: '' }
        ]
      : [],
    undo: total > 1 ? idOf(total - 1) : null,
    redo: null,
    metrics: total ? ['acc', 'loss'] : [],
    params: total ? ['max_depth', 'learning_rate', 'loss'] : [],
    settings: {},
    ...extra
  };
}

export function plan(number: number, total: number): IPlan {
  return {
    version: { id: idOf(number), name: `v${number}`, message: entry(number, total).message },
    changes: [
      {
        name: 'train',
        effect: 'changes',
        kind: 'dataset',
        type: 'pandas.DataFrame',
        size_bytes: 48_300_000,
        reason: ''
      },
      {
        name: 'model',
        effect: 'changes',
        kind: 'model',
        type: 'sklearn.RandomForestClassifier',
        size_bytes: 15_900_000,
        reason: ''
      },
      { name: 'old_params', effect: 'appears', kind: 'hyperparameters', type: 'dict', size_bytes: 300, reason: '' },
      {
        name: 'scaler',
        effect: 'vanishes',
        kind: 'model',
        type: 'sklearn.StandardScaler',
        size_bytes: 900,
        reason: ''
      },
      {
        name: 'connection',
        effect: 'lost',
        kind: 'other',
        type: 'sqlite3.Connection',
        size_bytes: 0,
        reason: 'a connection to a database cannot be kept'
      },
      { name: 'test', effect: 'stays', kind: 'dataset', type: 'pandas.DataFrame', size_bytes: 12_100_000, reason: '' },
      { name: 'featurize', effect: 'stays', kind: 'code', type: 'function', size_bytes: 1_204, reason: '' }
    ],
    load_bytes: 64_200_300,
    environment: ['pandas 2.2.3 then, 2.3.1 now', 'scikit-learn 1.6.0 then, not installed now'],
    notes: ['The random state is put back as well.'],
    saves_first: true,
    unsaved: ['log']
  };
}

export function version(number: number, total: number): IVersion {
  const base = entry(number, total);
  return {
    ...base,
    kept: base.names.map(one => ({
      ...one,
      notes: one.name === 'model' ? ['the tree builder comes back without its thread pool'] : []
    })),
    skipped: [{ name: 'connection', path: 'connection', reason: 'a connection to a database cannot be kept' }],
    cells: [
      {
        source:
          "train = pd.read_parquet('train.parquet')\ntrain['age'] = train.groupby('city').age.transform(lambda s: s.fillna(s.median()))",
        execution_count: 14,
        duration_s: 1.84,
        ok: true,
        outputs: ''
      },
      {
        source: 'model.fit(train[features], train.churned)\nacc = model.score(test[features], test.churned)\nacc',
        execution_count: 15,
        duration_s: 12.2,
        ok: true,
        outputs: '0.9134'
      },
      {
        source: '1 / 0',
        execution_count: 16,
        duration_s: 0.01,
        ok: false,
        outputs: 'ZeroDivisionError: division by zero'
      }
    ],
    environment: {
      python: '3.11.7',
      platform: 'Linux',
      packages: { numpy: '2.1.0', pandas: '2.2.3', 'scikit-learn': '1.6.0' }
    },
    git: { commit: 'f3c1a2b4d5e6f7a8b9c0', branch: 'main', dirty: true },
    has_notebook: true
  };
}

export const form: ICommitForm = {
  names: [
    {
      name: 'train',
      kind: 'dataset',
      type: 'pandas.DataFrame',
      size_bytes: 48_300_000,
      status: 'changed',
      chosen: true,
      problem: ''
    },
    {
      name: 'test',
      kind: 'dataset',
      type: 'pandas.DataFrame',
      size_bytes: 12_100_000,
      status: 'same',
      chosen: true,
      problem: ''
    },
    {
      name: 'model',
      kind: 'model',
      type: 'sklearn.RandomForestClassifier',
      size_bytes: 15_900_000,
      status: 'changed',
      chosen: true,
      problem: ''
    },
    {
      name: 'scaler',
      kind: 'model',
      type: 'sklearn.StandardScaler',
      size_bytes: null,
      status: 'new',
      chosen: true,
      problem: ''
    },
    {
      name: 'params',
      kind: 'hyperparameters',
      type: 'dict',
      size_bytes: 412,
      status: 'same',
      chosen: true,
      problem: ''
    },
    { name: 'tmp', kind: 'other', type: 'list', size_bytes: 4_000, status: 'new', chosen: false, problem: '' },
    {
      name: 'connection',
      kind: 'other',
      type: 'sqlite3.Connection',
      size_bytes: null,
      status: 'new',
      chosen: false,
      problem: 'a connection to a database cannot be kept'
    }
  ],
  metrics: { acc: 0.9134, loss: 0.214 }
};

const bell = (middle: number, spread: number): number[] =>
  Array.from({ length: 20 }, (_, i) => Math.round(900 * Math.exp(-(((i - middle) / spread) ** 2))));
const edges = Array.from({ length: 21 }, (_, i) => 18 + i * 3.5);

export function diff(before: number, after: number): IDiff {
  return {
    before: { id: idOf(before), name: `v${before}`, message: 'baseline' },
    after: { id: idOf(after), name: `v${after}`, message: 'fill missing ages by group' },
    sections: [
      {
        id: 'alarms',
        title: 'Alarms',
        columns: ['level', 'finding', 'since'],
        lines: [],
        note: 'not checked: leak:train,validation',
        charts: [],
        rows: [
          { cells: ['alarm', LEAK, `v${after}`], status: 'added' },
          {
            cells: ['note', 'acc fell from 0.93 to 0.91, which is within chance for 200 rows', `v${after}`],
            status: 'added'
          },
          { cells: ['accepted: the months repeat', '3 of 12 rows of months stand in train', 'v1'], status: 'added' }
        ]
      },
      {
        id: 'names',
        title: 'Variables',
        columns: ['variable', 'kind', 'type', 'bytes before', 'bytes after'],
        lines: [],
        note: '',
        charts: [],
        rows: [
          { cells: ['train', 'dataset', 'pandas.DataFrame', 47_100_000, 48_300_000], status: 'changed' },
          { cells: ['test', 'dataset', 'pandas.DataFrame', 12_100_000, 12_100_000], status: 'same' },
          {
            cells: ['model', 'model', 'sklearn.LogisticRegression → sklearn.RandomForestClassifier', 3_100, 15_900_000],
            status: 'changed'
          },
          { cells: ['scaler', 'model', 'sklearn.StandardScaler', 900, null], status: 'removed' },
          { cells: ['featurize', 'code', 'function', null, 1_204], status: 'added' }
        ]
      },
      {
        id: 'params',
        title: 'Hyperparameters',
        columns: ['name', 'before', 'after', 'change'],
        lines: [],
        note: '',
        charts: [],
        rows: [
          { cells: ['max_depth', 4, 9, 5], status: 'changed' },
          { cells: ['learning_rate', 0.001, 0.001, null], status: 'same' },
          { cells: ['loss', 'hinge', 'log', null], status: 'changed' },
          { cells: ['n_estimators', null, 200, null], status: 'added' },
          { cells: ['layers', [64, 64], [64, 32, 16], null], status: 'changed' }
        ]
      },
      {
        id: 'metrics',
        title: 'Metrics',
        columns: ['name', 'before', 'after', 'change'],
        lines: [],
        note: '',
        rows: [
          { cells: ['acc', 0.8712, 0.9134, 0.0422], status: 'changed' },
          { cells: ['loss', 0.3301, 0.214, -0.1161], status: 'changed' },
          { cells: ['rows', 120_000, 120_000, null], status: 'same' }
        ],
        charts: [
          {
            kind: 'line',
            title: 'Loss over epochs',
            x_label: 'epoch',
            y_label: 'loss',
            labels: [],
            series: [
              { label: `v${before}`, x: [1, 2, 3, 4, 5, 6, 7, 8], y: [1.1, 0.8, 0.62, 0.5, 0.43, 0.39, 0.35, 0.33] },
              { label: `v${after}`, x: [1, 2, 3, 4, 5, 6, 7, 8], y: [1, 0.66, 0.48, 0.37, 0.3, null, 0.23, 0.214] }
            ]
          }
        ]
      },
      {
        id: 'rows.train',
        title: 'train · rows',
        columns: ['what', 'count', 'how', 'before', 'after'],
        lines: [],
        note: '118,000 → 120,000 rows · 117,880 the same · 2,000 added · 120 changed',
        charts: [],
        rows: [
          { cells: ['rows added', 2_000, 'at the end', null, null], status: 'added' },
          { cells: ['rows changed', 120, 'paired by customer', null, null], status: 'changed' },
          { cells: ['column age', 90, 'from null', null, 41], status: 'changed' }
        ]
      },
      {
        id: 'profile.train',
        title: 'train',
        columns: ['what', 'before', 'after', 'change'],
        lines: [],
        note: 'distinct values, top values and histograms are of a sample of the rows',
        rows: [
          { cells: ['type', 'pandas.DataFrame', 'pandas.DataFrame', null], status: 'same' },
          { cells: ['rows', 118_000, 120_000, '+1.69 %'], status: 'changed' },
          { cells: ['age · nulls', 4_120, 0, '-100 %'], status: 'changed' },
          { cells: ['age · mean', 41.2, 40.6, '-1.46 %'], status: 'changed' },
          {
            cells: [
              'age · histogram',
              { low: '18', high: '88', counts: bell(7, 4) },
              { low: '18', high: '88', counts: bell(9, 3) },
              null
            ],
            status: 'changed'
          },
          { cells: ['city', null, 'category', null], status: 'added' },
          { cells: ['zip', 'int64', null, null], status: 'removed' }
        ],
        charts: [
          {
            kind: 'histogram',
            title: 'age',
            x_label: 'age',
            y_label: 'rows',
            labels: [],
            series: [
              { label: `v${before}`, x: edges, y: bell(7, 4) },
              { label: `v${after}`, x: edges, y: bell(9, 3) }
            ]
          }
        ]
      },
      {
        id: 'profile.model',
        title: 'model',
        columns: ['what', 'before', 'after', 'change'],
        lines: [],
        note: '',
        rows: [
          { cells: ['type', 'sklearn.LogisticRegression', 'sklearn.RandomForestClassifier', null], status: 'changed' },
          { cells: ['importance of age', 0.21, 0.34, '+61.9 %'], status: 'changed' }
        ],
        charts: [
          {
            kind: 'bars',
            title: 'Importances',
            x_label: 'feature',
            y_label: 'importance',
            labels: ['age', 'tenure', 'monthly_charges', 'city', 'contract'],
            series: [
              { label: `v${before}`, x: [], y: [0.21, 0.32, 0.22, null, 0.25] },
              { label: `v${after}`, x: [], y: [0.34, 0.24, 0.2, 0.13, 0.09] }
            ]
          }
        ]
      },
      {
        id: 'code',
        title: 'Code',
        columns: [],
        rows: [],
        note: '',
        charts: [],
        lines: [
          '@@ -1,6 +1,7 @@',
          ' import pandas as pd',
          "-train = pd.read_parquet('train.parquet')",
          "+train = pd.read_parquet('train.parquet').dropna(subset=['tenure'])",
          "+train['age'] = train.groupby('city').age.transform(lambda s: s.fillna(s.median()))",
          ' ',
          '-model = LogisticRegression()',
          '+model = RandomForestClassifier(max_depth=9, n_estimators=200)',
          ' model.fit(train[features], train.churned)'
        ]
      },
      {
        id: 'packages',
        title: 'Packages',
        columns: ['package', 'before', 'after'],
        lines: [],
        note: '',
        charts: [],
        rows: [
          { cells: ['pandas', '2.2.3', '2.3.1'], status: 'changed' },
          { cells: ['xgboost', null, '2.1.0'], status: 'added' }
        ]
      },
      {
        id: 'failed.weird',
        title: 'weird',
        columns: [],
        rows: [],
        lines: [],
        charts: [],
        note: 'not compared: ValueError: shapes do not fit'
      },
      {
        id: 'drift.train',
        title: 'Drift of train',
        columns: ['column', 'psi'],
        lines: [],
        note: '',
        charts: [],
        rows: [{ cells: ['age', 0.21], status: 'changed' }]
      }
    ]
  };
}

export function comparison(numbers: readonly number[], total: number): IComparison {
  const versions = numbers.map(n => entry(n, total));
  const row = <T>(values: T[], name: string): { name: string; values: T[]; differs: boolean } => ({
    name,
    values,
    differs: new Set(values.map(v => JSON.stringify(v))).size > 1
  });
  return {
    versions,
    params: ['max_depth', 'learning_rate', 'loss']
      .map(name =>
        row(
          versions.map(v => v.params[name] ?? null),
          name
        )
      )
      .concat([
        row(
          versions.map(() => 42),
          'seed'
        )
      ]),
    metrics: ['acc', 'loss'].map(name =>
      row(
        versions.map(v => v.metrics[name] ?? null),
        name
      )
    ),
    charts: [
      {
        kind: 'scatter',
        title: 'acc by max_depth',
        x_label: 'max_depth',
        y_label: 'acc',
        labels: [],
        series: [
          {
            label: 'acc',
            x: versions.map(v => Number(v.params['max_depth'])),
            y: versions.map(v => v.metrics['acc'] ?? null)
          }
        ]
      }
    ]
  };
}

export function nameHistory(name: string, total: number): INameHistory {
  const said = ['first', 'rows 118,000 → 120,000', 'age: nulls 4,120 → 0', 'column city added'];
  return {
    name,
    steps: [total, total - 3, total - 5, 1]
      .filter(n => n > 0)
      .map((n, i, all) => ({
        entry: entry(n, total),
        status: i === all.length - 1 ? 'added' : 'changed',
        type: 'pandas.DataFrame',
        size_bytes: 48_300_000 - i * 400_000,
        said: said[all.length - 1 - i] ?? ''
      }))
  };
}

/** Pages of 120 changed rows, of which every other one has two changed cells, and of 2,000 added rows. */
export function rowPage(what: IRowPage['what'], start: number, count: number): IRowPage {
  const total = { changed: 120, added: 2_000, removed: 0 }[what];
  const rows = Array.from({ length: Math.max(0, Math.min(count, total - start)) }, (_, i) => {
    const at = start + i;
    const age = { column: 'age', before: null, after: 18 + (at % 60) };
    const city = { column: 'city', before: what === 'changed' ? 'Köln' : null, after: 'Bonn' };
    return { label: 10_000 + at, cells: what === 'added' || at % 2 ? [age, city] : [age] };
  });
  return { what, total, start, rows, how: what === 'changed' ? 'customer' : '' };
}

/** model was fitted in v5 and changed in v7; of others no cell is known. */
export function blame(name: string, number: number): IBlame {
  const version = (of: number): IBlame['since'] => ({ id: idOf(of), name: `v${of}`, message: entry(of, of).message });
  return {
    name,
    version: version(number),
    since: version(name === 'model' ? 7 : 3),
    equal_to: null,
    cells:
      name === 'model'
        ? [
            {
              source: 'model = Forest(depth=depth).fit(train)',
              execution_count: 5,
              version: version(5),
              is_sure: true,
              inputs: [
                { name: 'depth', since: version(2), reason: '' },
                { name: 'train', since: null, reason: 'assigned again later' }
              ]
            },
            {
              source: 'tune(model)',
              execution_count: null,
              version: version(7),
              is_sure: false,
              inputs: [{ name: 'model', since: version(5), reason: '' }]
            }
          ]
        : []
  };
}
