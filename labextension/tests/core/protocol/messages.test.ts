/**
 * TypeScript and Python mean the same messages. Both ways, so that a field on one side alone fails:
 * the kernel's sample messages are type-checked against protocol.ts, and the messages of our own sample store
 * (which protocol.ts has checked) are validated against the kernel's schemas.
 */
import { Ajv2020 } from 'ajv/dist/2020';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import type { IHistoryFilter, Method, Params } from '../../../src/core';
import { Mock } from '../../mock';
import { idOf } from '../../sample';

const GOLDEN = resolve(__dirname, '../../../../tests/golden/panel');
const SAMPLES = join(GOLDEN, 'samples');
const METHODS = readdirSync(GOLDEN)
  .filter(file => file.endsWith('.schema.json'))
  .map(file => file.replace('.schema.json', ''))
  .filter(name => !['types', 'push', 'progress', 'reply', 'request'].includes(name));

const FILTER: Required<IHistoryFilter> = {
  text: 'a',
  kind: 'model',
  tag: 't',
  branch: 'main',
  name: 'train',
  metric: { name: 'acc', at_least: 0.5, at_most: 1 },
  auto: false
};

const ajv = new Ajv2020({ allErrors: true, strict: false });

beforeAll(() => {
  for (const file of readdirSync(GOLDEN).filter(each => each.endsWith('.schema.json'))) {
    ajv.addSchema(JSON.parse(readFileSync(join(GOLDEN, file), 'utf8')) as object, file);
  }
});

/** One declaration for each sample; the object literals get no room for fields that the types do not know. */
function declarations(): string {
  const lines = readdirSync(SAMPLES)
    .filter(file => file.endsWith('.json'))
    .map((file, i) => {
      const text = readFileSync(join(SAMPLES, file), 'utf8');
      const method = file.split('.')[0] ?? '';
      const type =
        method === 'push'
          ? 'IPush'
          : method === 'progress'
            ? 'IProgress'
            : method === 'error'
              ? '{ id: number; error: IFailure }'
              : `{ params: Params<'${method}'>; result: Result<'${method}'> }`;
      return `/* ${file} */ export const sample${i}: ${type} = ${text.trim()};`;
    });
  return `import type { IFailure, IProgress, IPush, Params, Result } from './src/core/protocol/messages';\n${lines.join('\n')}\n`;
}

function typeErrors(source: string): string[] {
  const root = resolve(__dirname, '../../..');
  const name = join(root, 'samples.generated.ts');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2020,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
    skipLibCheck: true
  };
  const host = ts.createCompilerHost(options);
  const usual = host.getSourceFile.bind(host);
  const exists = host.fileExists.bind(host);
  host.getSourceFile = (file, target) =>
    file === name ? ts.createSourceFile(file, source, target) : usual(file, target);
  host.fileExists = file => file === name || exists(file);
  const program = ts.createProgram([name], options, host);
  return ts.getPreEmitDiagnostics(program).map(each => {
    const line =
      each.file && each.start !== undefined
        ? each.file.text.slice(0, each.start).split('/* ').pop()?.split(' */')[0]
        : '';
    return `${line ?? ''}: ${ts.flattenDiagnosticMessageText(each.messageText, ' ')}`;
  });
}

describe('messages', () => {
  test('every message that the kernel sends has the type that we read it with', () => {
    expect(typeErrors(declarations())).toEqual([]);
  }, 300_000);

  test('a field that messages.ts does not know is found', () => {
    const [error] = typeErrors(
      "import type { IFailure } from './src/core/protocol/messages';\nexport const x: IFailure = { code: '', message: '', hint: '', more: 1 };"
    );
    expect(error).toContain("'more' does not exist");
  }, 300_000);

  test('the kernel has a schema for every method, and no other', () => {
    const source = readFileSync(resolve(__dirname, '../../../src/core/protocol/messages.ts'), 'utf8');
    const block = source.slice(source.indexOf('export interface IMethods'));
    const ours = [...block.slice(0, block.indexOf('\n}')).matchAll(/^ {2}(\w+): \[/gm)].map(each => each[1] ?? '');
    expect([...METHODS].sort()).toEqual([...ours].sort());
  });

  /** Every parameter there is, the optional ones too: tsc sees that none is left out, the schemas that none is unknown. */
  const asked: { [M in Method]: Required<Params<M>> } = {
    hello: {},
    form: {},
    undo: { queue: true },
    redo: { queue: true },
    history: { filter: FILTER, offset: 0, limit: 5 },
    series: { metric: 'acc', filter: FILTER },
    version: { id: idOf(3) },
    profile: { id: idOf(3), name: 'train' },
    inspect: { name: 'train', cell: { id: 'c1', source: 'train = 1' } },
    blame: { id: idOf(7), name: 'model' },
    datasets: { before: idOf(2), after: idOf(7) },
    predict: { before: idOf(2), after: idOf(7), model: 'model', data: 'test', target: 'y', queue: true },
    diff: { before: idOf(2), after: idOf(7), names: ['train'] },
    rows: { before: idOf(2), after: idOf(7), name: 'train', what: 'added', start: 50, count: 50 },
    why: { metric: 'acc', before: idOf(2), after: idOf(7), expression: 'acc', limit_s: 60, queue: true },
    bisect: { good: idOf(2), bad: idOf(7), condition: 'acc > 0.9', queue: true },
    compare: { ids: [idOf(2), idOf(7), idOf(9)] },
    plan: { id: idOf(7), names: ['train'] },
    commit: { names: ['train'], message: 'm', note: 'n', tags: ['t'], metrics: { acc: 1 }, queue: true },
    rollback: { id: idOf(7), names: ['train'], queue: true },
    switch: { branch: 'b', create: true, queue: true },
    tag: { id: idOf(7), name: 't', move: true },
    untag: { name: 't' },
    note: { id: idOf(7), note: '' },
    destination: { id: idOf(7), path: 'x' },
    export: {
      id: idOf(7),
      path: 'x',
      overwrite: true,
      allow_secrets: ['token'],
      names: ['model'],
      without_data: true,
      without_files: true,
      with_models: true,
      slice: true,
      sign: true
    },
    estimate: { id: idOf(7) },
    bundle: { path: 'x.nbmv.zip' },
    import: { path: 'x.nbmv.zip', names: ['model'], digest: 'ab'.repeat(32), queue: true },
    rerun_plan: { id: idOf(7), here: true },
    rerun: { id: idOf(7), here: true, once: true, offline: true, limit_s: 60 },
    document: { id: idOf(7) },
    models: {},
    model: { name: 'churn', limit: 20 },
    gates: { address: 'churn/1.2.0', stage: 'production' },
    way_back: { model: 'churn', stage: 'production' },
    promote: { address: 'churn/1.2.0', stage: 'production', why: 'w', force: true, settle: true, queue: true },
    back: { model: 'churn', stage: 'production', why: 'w', queue: true },
    decide: { address: 'churn/1.2.0', stage: 'production', outcome: 'approve', why: 'w', queue: true },
    deprecate: { address: 'churn/1.2.0', why: 'w', use: 'churn/1.0.0', starts_on: '2026-12-15', queue: true },
    archive: { address: 'churn/1.2.0', why: 'w', queue: true },
    restore: { address: 'churn/1.2.0', why: 'w', queue: true },
    lineage: { address: 'churn/1.2.0', variable: 'model' },
    card: { address: 'churn/1.2.0' },
    state_card: { address: 'churn/1.2.0', texts: { licence: 'mit' }, queue: true },
    card_destination: { address: 'churn/1.2.0', path: 'x.md' },
    write_card: { address: 'churn/1.2.0', path: 'x.md', overwrite: true },
    remotes: {},
    merge_plan: { remote: 'origin', take: { alpha: 'ours' }, trust: true },
    fetch_from: { remote: 'origin', lazy: true },
    push_to: { remote: 'origin', branch: 'main', branch_as: 'ana-main', allow_secrets: ['v3'] },
    pull_from: { remote: 'origin', branch: 'main', merge: true, take: { alpha: 'ours' }, trust: true, queue: true },
    add_remote: { name: 'origin', address: 's3://b/p', options: { region: 'eu' }, lazy: true, encrypt: true },
    check_remote: { name: 'origin' },
    remove_remote: { name: 'origin' },
    remote_members: { name: 'origin' },
    share_remote: { name: 'origin', key: 'age1ben' },
    live: { path: 'a.ipynb', notebook: {} },
    set: { key: 'metric', value: 'acc' },
    wish: { auto: true, settings: { ignore: 'a b', default_metric: 'acc' } },
    auto: { on: true },
    cancel: { request: 3 }
  };

  test.each(METHODS)('%s: parameters and result of the panel fit the schema', async name => {
    const method = name as Method;
    const params = asked[method];
    const result: unknown = await new Mock().request(method, params);
    const validate = ajv.getSchema(`${method}.schema.json`);
    const message: unknown = JSON.parse(JSON.stringify({ params, result }));
    expect(
      validate?.(message) === true
        ? []
        : validate?.errors?.map(each => `${each.instancePath} ${each.message ?? ''} ${JSON.stringify(each.params)}`)
    ).toEqual([]);
  });
});
