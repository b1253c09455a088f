/** Remotes, what transfers did, and the plan of a merge: made up, the same every time. */

import type {
  IMergePlan,
  IPulled,
  IRemote,
  IRemoteBranch,
  IRemoteMembers,
  ISeenVersion,
  ITransferred
} from '../src/core';
import { idOf } from './sample';

export function seen(number: number, author: string, message: string, is_here = true): ISeenVersion {
  const saved_at_utc = is_here ? '2026-11-20T09:30:00.000Z' : '';
  return { id: idOf(number), name: `v${number}`, author, message: is_here ? message : '', saved_at_utc, is_here };
}

export function branch(change: Partial<IRemoteBranch> = {}): IRemoteBranch {
  return {
    branch: 'main',
    relation: 'same',
    is_current: true,
    here: idOf(14),
    there: idOf(14),
    is_fetched: true,
    author: 'ben',
    ahead: { count: 0, versions: [] },
    behind: { count: 0, versions: [] },
    ...change
  };
}

export const DIVERGED = branch({
  relation: 'diverged',
  there: idOf(13),
  ahead: { count: 1, versions: [seen(14, 'ada', 'mine')] },
  behind: { count: 2, versions: [seen(13, 'ben', 'deeper <b>trees</b>'), seen(12, 'ben', '', false)] }
});

export function remote(change: Partial<IRemote> = {}): IRemote {
  return {
    name: 'origin',
    address: 's3://team-models/study',
    rule: 'swap',
    rights: 'read and write',
    lazy: false,
    encrypted: false,
    checked_at_utc: '2026-11-20T09:30:00Z',
    seen_at_utc: '2026-11-21T11:00:00Z',
    pushed_by: 'ben',
    pushed_at_utc: '2026-11-21T10:00:00Z',
    unsent: 0,
    problem: '',
    branches: [
      branch(),
      branch({ branch: 'idea', relation: 'new', is_current: false, here: null }),
      branch({ branch: 'local', relation: 'only here', is_current: false, there: null, author: 'ada' })
    ],
    ...change
  };
}

export const MOVED: ITransferred = {
  count: 2,
  versions: ['v13', 'v14'],
  size_bytes: 1_200_000,
  duration_s: 0.3,
  branches: ['main'],
  is_empty: false
};

export const PULLED: IPulled = {
  count: 0,
  versions: [],
  size_bytes: 0,
  duration_s: 0.1,
  branch: 'main',
  outcome: 'loaded',
  version: 'v13',
  authors: ['ben'],
  note: ''
};

export const MEMBERS: IRemoteMembers = { keys: ['age1ada', 'ssh-ed25519 ben'], own: 'age1ada' };

/** alpha conflicts as a whole, train in one cell; a choice settles a name. */
export function mergePlan(take: { [name: string]: string } = {}): IMergePlan {
  const open = (name: string): number => (take[name] ? 0 : 1);
  const effect = (name: string, otherwise: 'conflict' | 'inside'): IMergePlan['names'][number]['effect'] =>
    take[name] === 'ours' ? 'ours' : take[name] === 'theirs' ? 'theirs' : otherwise;
  return {
    base: 'v11',
    ours: 'v14',
    theirs: 'v13',
    names: [
      {
        name: 'model',
        effect: 'theirs',
        sentence: 'model from v13',
        conflicts: [],
        conflict_count: 0,
        unresolved: 0,
        facts: []
      },
      {
        name: 'alpha',
        effect: effect('alpha', 'conflict'),
        sentence: 'alpha: both sides changed it',
        conflicts: [],
        conflict_count: 1,
        unresolved: open('alpha'),
        facts: [
          { place: 'value', base: '10', ours: '20', theirs: '30' },
          { place: 'max_depth', base: '2', ours: '4', theirs: '3' }
        ]
      },
      {
        name: 'train',
        effect: effect('train', 'inside'),
        sentence: 'train: 3 cells from theirs; 12 conflicts',
        conflicts: [{ place: 'row 17, age', base: '30', ours: '31', theirs: '32' }],
        conflict_count: 12,
        unresolved: open('train'),
        facts: []
      }
    ],
    notes: ['view is taken as well, because it shares objects with another name'],
    untrusted: []
  };
}
