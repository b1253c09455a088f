/** A transport that answers from a table. By default it answers with samples; a test can replace any answer. */

import {
  Failure,
  type IFailure,
  type IRequestOptions,
  type IState,
  type ITransport,
  type Method,
  type Metric,
  type Params,
  type Result
} from '../src/core';
import * as sample from './sample';
import * as bundles from './sample-bundles';
import * as experiments from './sample-experiments';
import * as models from './sample-models';
import * as remotes from './sample-remotes';

type Answers = { [M in Method]: (params: Params<M>, options: IRequestOptions) => Result<M> | Promise<Result<M>> };

export interface ICall {
  method: Method;
  params: unknown;
}

export class Mock implements ITransport {
  readonly calls: ICall[] = [];
  state: IState;
  readonly answers: Partial<Answers>;
  delay_ms = 0;
  private readonly _listeners = new Set<(state: IState) => void>();

  constructor(total = 14, answers: Partial<Answers> = {}) {
    this.state = sample.state(total);
    this.answers = { ...defaults(this, total), ...answers };
  }

  get listeners(): number {
    return this._listeners.size;
  }

  /** The calls of one method, or of all but the ones that every panel makes. */
  of<M extends Method>(method: M): Params<M>[] {
    return this.calls.filter(call => call.method === method).map(call => call.params as Params<M>);
  }

  async request<M extends Method>(method: M, params: Params<M>, options: IRequestOptions = {}): Promise<Result<M>> {
    this.calls.push({ method, params });
    const answer = this.answers[method];
    if (!answer) {
      throw new Failure({ code: 'UnknownMethod', message: `no answer for ${method}`, hint: '' });
    }
    if (this.delay_ms) {
      await new Promise(done => setTimeout(done, this.delay_ms));
    }
    return await answer(params, options);
  }

  onState(listener: (state: IState) => void): () => void {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  push(change: Partial<IState>): void {
    this.state = { ...this.state, ...change };
    this._listeners.forEach(listener => {
      listener(this.state);
    });
  }

  dispose(): void {
    this._listeners.clear();
  }
}

export function fails(failure: Partial<IFailure>): () => never {
  return () => {
    throw new Failure({ code: 'Error', message: 'it failed', hint: '', ...failure });
  };
}

function numberOf(id: string): number {
  return parseInt(id.slice(0, 6), 16);
}

/** As the kernel does it: what is no finite number is in no range. */
function inRange(
  value: Metric | undefined,
  { at_least = -Infinity, at_most = Infinity }: { at_least?: number; at_most?: number }
): boolean {
  return typeof value === 'number' && value >= at_least && value <= at_most;
}

function defaults(mock: Mock, total: number): Answers {
  const all = sample.history(total);
  const done = (said: string): { said: string; state: IState } => ({ said, state: mock.state });
  const planOf = (id: string): ReturnType<typeof sample.plan> =>
    sample.plan(/^[0-9a-f]{40}$/.test(id) ? numberOf(id) : total, total);
  return {
    hello: () => mock.state,
    history: ({ filter, offset, limit }) => {
      const text = filter.text?.toLowerCase();
      const fit = all.filter(
        one =>
          (!text || `${one.message} ${one.tags.join(' ')}`.toLowerCase().includes(text)) &&
          (!filter.tag || one.tags.includes(filter.tag)) &&
          (!filter.branch || one.branch === filter.branch) &&
          (filter.auto !== false || !one.auto) &&
          (!filter.metric || inRange(one.metrics[filter.metric.name], filter.metric))
      );
      return { total: fit.length, entries: fit.slice(offset, offset + limit) };
    },
    series: ({ metric }) => ({
      points: [...all].reverse().map(one => ({ id: one.id, number: one.number, value: one.metrics[metric] ?? 'nan' }))
    }),
    version: ({ id }) => sample.version(numberOf(id), total),
    profile: ({ name }) => ({
      section: sample.diff(1, 2).sections.find(one => one.id === `profile.${name}`) ?? {
        id: `profile.${name}`,
        title: name,
        columns: ['what', 'value'],
        rows: [{ cells: ['rows', 12], status: 'same' }],
        lines: [],
        note: '',
        charts: []
      }
    }),
    inspect: ({ name, cell }) => ({
      found: cell
        ? [sample.nameHistory('train', total), sample.nameHistory('model', total)]
        : name
          ? [sample.nameHistory(name, total)]
          : [],
      names: ['train', 'test', 'model', 'params', 'history', 'featurize', 'scaler']
    }),
    blame: ({ id, name }) => sample.blame(name, /^[0-9a-f]{40}$/.test(id) ? numberOf(id) : total),
    diff: ({ before, after }) => sample.diff(numberOf(before), numberOf(after)),
    rows: ({ what, start, count }) => sample.rowPage(what, start, count),
    datasets: () => ({ datasets: experiments.DATASETS }),
    predict: ({ model }) => ({ section: experiments.predictions(model) }),
    why: ({ metric, limit_s }) => experiments.explanation(metric, limit_s),
    bisect: ({ condition }) => experiments.bisection(condition),
    compare: ({ ids }) => sample.comparison(ids.map(numberOf), total),
    plan: ({ id, names }) => {
      const whole = planOf(id);
      return names
        ? { ...whole, load_bytes: 300, changes: whole.changes.filter(one => names.includes(one.name)) }
        : whole;
    },
    form: () => sample.form,
    commit: () => ({
      ...done(`v${total + 1} · 3 variables · 1.2 MB new`),
      entry: sample.entry(total, total),
      skipped: []
    }),
    rollback: ({ id }) => ({ ...done('rolled back'), plan: planOf(id) }),
    undo: () => ({ ...done('undone'), plan: planOf('HEAD') }),
    redo: () => ({ ...done('redone'), plan: planOf('HEAD') }),
    switch: ({ branch }) => done(`on ${branch}`),
    tag: ({ name }) => done(`tagged ${name}`),
    untag: ({ name }) => done(`untagged ${name}`),
    note: () => done('note written'),
    export: ({ id }) => ({ ...done('exported'), path: `${id.slice(0, 4)}.nbmv`, size_bytes: 3_400_000 }),
    destination: ({ id, path }) => ({
      name: `v${numberOf(id)}`,
      path: path ?? `churn-v${numberOf(id)}.nbmv.zip`,
      file: `/home/ada/study/${path ?? `churn-v${numberOf(id)}.nbmv.zip`}`,
      problem: null
    }),
    estimate: () => bundles.ESTIMATE,
    bundle: () => bundles.BUNDLE,
    import: ({ names }) => ({
      ...done('imported'),
      entry: sample.entry(total, total),
      again: false,
      untrusted: !names || names.includes('model') ? ['model'] : []
    }),
    rerun_plan: ({ id, here }) => bundles.rerunPlan(id, here === true),
    rerun: ({ id, here }) => bundles.rerun(id, here === true),
    document: () => ({
      notebook: {
        cells: [
          { cell_type: 'markdown', source: ['# Churn'] },
          { cell_type: 'code', source: 'import pandas as pd' }
        ]
      },
      name: 'churn-v3.ipynb'
    }),
    models: () => ({
      models: ['churn', 'uplift'].map(name => ({
        name,
        description: 'Who leaves within a month',
        newest: '1.2.0',
        at_utc: '2026-03-01T09:30:00.000Z',
        versions: 4,
        stages: { production: '1.0.0', staging: '1.2.0' },
        waiting: name === 'churn' ? 1 : 0
      })),
      stages: ['development', 'staging', 'production']
    }),
    model: ({ name }) => models.model(name),
    gates: ({ address, stage }) => models.move(address, stage),
    way_back: ({ stage }) => ({ ...models.move('churn/1.1.0', stage), gates: [] }),
    promote: ({ address, stage }) => done(`${stage}: none -> ${address}`),
    back: ({ stage }) => done(`${stage}: churn/1.0.0 -> churn/1.1.0`),
    decide: ({ address }) => done(`approved: ${address}`),
    deprecate: ({ address }) => done(`deprecated: ${address}`),
    archive: ({ address }) => done(`archived: ${address}`),
    restore: ({ address }) => done(`${address} is active again`),
    lineage: ({ address }) => models.lineage(address),
    card: ({ address }) => models.card(address),
    state_card: () => done('card of churn: licence stated'),
    card_destination: ({ address, path = 'churn-1.2.0-card.md' }) => ({
      name: address,
      path,
      file: `/home/ada/study/${path}`,
      problem: null
    }),
    write_card: ({ path = 'churn-1.2.0-card.md' }) => ({ ...done('card written'), path, size_bytes: 2200 }),
    remotes: () => ({ remotes: [remotes.remote()] }),
    merge_plan: ({ take }) => remotes.mergePlan(take),
    fetch_from: () => ({ ...done('fetched'), ...remotes.MOVED }),
    push_to: () => ({ ...done('pushed'), ...remotes.MOVED }),
    pull_from: ({ merge }) => ({
      ...done('pulled'),
      ...remotes.PULLED,
      ...(merge ? { outcome: 'merged' as const, version: 'v15' } : {})
    }),
    add_remote: ({ name }) => done(`remote ${name} added`),
    check_remote: ({ name }) => done(`remote ${name} checked: swap`),
    remove_remote: ({ name }) => done(`remote ${name} removed`),
    remote_members: () => remotes.MEMBERS,
    share_remote: ({ name }) => done(`${name} can be read with 3 keys`),
    live: () => ({}),
    wish: () => ({}),
    set: () => done('set'),
    auto: ({ on }) => {
      mock.state = { ...mock.state, auto: on };
      return done(on ? 'on' : 'off');
    },
    cancel: () => ({})
  };
}
