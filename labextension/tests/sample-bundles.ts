/** What is in a bundle, what an export would write, and a re-run: made up, the same every time. */

import type { IBundle, IExportEstimate, IRerun, IRerunPlan } from '../src/core';

export const BUNDLE: IBundle = {
  version: {
    name: 'v7',
    message: 'deeper trees',
    note: 'for the paper',
    author: 'ada',
    saved_at_utc: '2026-11-20T09:30:00.000Z',
    params: { depth: 4 },
    metrics: { acc: 0.91, loss: 'nan' }
  },
  variables: [
    variable('model', 'model', 'sklearn.tree.DecisionTreeClassifier', 15_900_000, '', true),
    { ...variable('train', 'dataset', 'pandas.DataFrame', 48_300_000, 'parquet'), together: ['train', 'view'] },
    { ...variable('view', 'dataset', 'numpy.ndarray', 8_000, 'npy'), together: ['train', 'view'] },
    variable('params', 'hyperparameters', 'dict', 412, 'json')
  ],
  files: [
    { name: 'bundle.json', size_bytes: 4_100 },
    { name: 'modules/features.py', size_bytes: 900 },
    { name: 'notebook.ipynb', size_bytes: 21_000 }
  ],
  parts: { count: 20, size_bytes: 31_000_000 },
  python: '3.11.7',
  packages: 85,
  digest: 'ab'.repeat(32),
  signature: 'valid',
  signer: 'mine'
};

function variable(
  name: string,
  kind: string,
  type: string,
  size_bytes: number,
  format: string,
  needs_trust = false
): IBundle['variables'][number] {
  return { name, kind, type, size_bytes, format, needs_trust, together: [name] };
}

export const ESTIMATE: IExportEstimate = {
  variables: BUNDLE.variables.map(one => ({
    ...one,
    file_bytes: one.format ? one.size_bytes / 2 : 0,
    is_exact: one.name !== 'train',
    secret: one.name === 'params' ? "params['key']: an AWS access key" : '',
    problem: ''
  })),
  modules: [{ path: 'features.py', size_bytes: 900, secret: '' }],
  cells: 12,
  notebook_bytes: 21_000,
  packages: 85,
  group_bytes: 64_000_000,
  inputs: [
    { path: 'train.csv', size_bytes: 9_000_000, is_kept: true, reason: '' },
    { path: 'huge.bin', size_bytes: 9e9, is_kept: false, reason: 'it is above the limit' }
  ]
};

export function rerunPlan(id: string, here: boolean): IRerunPlan {
  return {
    version: { id, name: 'v7', message: 'deeper trees' },
    cells: 5,
    python: '3.11.9',
    environment: here ? 'this environment' : 'a new environment with Python 3.11 and 12 of 85 packages',
    packages: { numpy: '2.3.4', pandas: '2.3.3' },
    differences: ['Python 3.11.7 is 3.11.9 here'],
    lacks: ['the code that measured loss'],
    files: ['train.csv']
  };
}

export function rerun(id: string, here: boolean): IRerun {
  return {
    plan: rerunPlan(id, here),
    verdict: 'different',
    reproduced: false,
    runs: 3,
    ended: '',
    duration_s: 12.5,
    items: [
      { what: 'metric', name: 'acc', verdict: 'bit-identical', detail: '', cause: '', tested: false },
      {
        what: 'variable',
        name: 'model',
        verdict: 'different',
        detail: '4 of 31 nodes',
        cause: 'the order of sets, which depends on the hash seed',
        tested: true
      },
      { what: 'variable', name: 'train', verdict: 'bit-identical', detail: '', cause: '', tested: false },
      {
        what: 'output',
        name: 'cell 3',
        verdict: 'cannot tell',
        detail: 'line 2',
        cause: 'the time, or an id of the process',
        tested: true
      }
    ]
  };
}
