/** The layers of the front-end: which folder may import which. Type-only imports count. */
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { circles, grouped, importGraph, readSources, specifiers } from './imports';

const SOURCES = readSources(resolve(__dirname, '../src'));
const GRAPH = importGraph(SOURCES);

/** The rooms of core/: its folders, and each file that lies beside them. Each may import only the rooms listed here. */
const ROOMS: { [room: string]: readonly string[] } = {
  protocol: [],
  dom: [],
  signal: [],
  disposables: [],
  text: ['protocol'],
  compatibility: ['protocol', 'text'],
  host: ['protocol', 'text'],
  context: ['disposables', 'dom', 'host', 'protocol', 'signal', 'text'],
  failure: ['context', 'dom', 'protocol'],
  charts: ['context', 'dom', 'protocol', 'text'],
  version: ['context', 'dom', 'protocol', 'text'],
  tasks: ['dom', 'protocol', 'text'],
  experiments: ['context', 'dom', 'failure', 'protocol', 'tasks', 'text'],
  compare: ['charts', 'context', 'disposables', 'dom', 'experiments', 'failure', 'protocol', 'text'],
  variables: ['compare', 'context', 'disposables', 'dom', 'protocol', 'text', 'version'],
  models: ['charts', 'context', 'disposables', 'dom', 'export', 'failure', 'protocol', 'signal', 'text', 'version'],
  history: ['charts', 'context', 'disposables', 'dom', 'protocol', 'signal', 'text', 'version'],
  commit: ['context', 'disposables', 'dom', 'protocol', 'text', 'version'],
  bundle: ['dom', 'protocol', 'tasks', 'text', 'version'],
  rerun: ['context', 'dom', 'experiments', 'failure', 'protocol', 'text'],
  remotes: ['context', 'disposables', 'dom', 'failure', 'models', 'protocol', 'text', 'version'],
  export: ['bundle', 'context', 'disposables', 'dom', 'protocol', 'text', 'version'],
  rollback: ['context', 'disposables', 'dom', 'failure', 'protocol', 'text', 'version'],
  panel: [
    ...['commit', 'compare', 'compatibility', 'context', 'disposables', 'dom', 'export', 'history', 'host', 'models'],
    ...['protocol', 'rollback', 'signal', 'tasks', 'text', 'variables']
  ],
  index: ['bundle', 'compatibility', 'export', 'host', 'models', 'panel', 'protocol', 'remotes', 'rerun', 'text']
};

function top(path: string): string {
  return path.split('/')[0] ?? '';
}

/** The room of a file of core/; "" for other files. */
function roomOf(path: string): string {
  return top(path) === 'core' ? (path.split('/')[1] ?? '').replace('.ts', '') : '';
}

function edges(graph: ReadonlyMap<string, ReadonlySet<string>>): [string, string][] {
  return [...graph].flatMap(([from, targets]) => [...targets].map((to): [string, string] => [from, to]));
}

describe('imports of src/', () => {
  test('no circle of files, type-only imports included', () => {
    expect(circles(GRAPH)).toEqual([]);
  });

  test('core/ imports neither lab/ nor widget/, and these two do not import each other', () => {
    const crossing = edges(GRAPH).filter(([from, to]) => top(from) !== top(to) && top(to) !== 'core');
    expect(crossing).toEqual([]);
  });

  test('lab/ and widget/ import core/ through its index only', () => {
    const past = edges(GRAPH).filter(
      ([from, to]) => top(from) !== 'core' && top(to) === 'core' && roomOf(to) !== 'index'
    );
    expect(past).toEqual([]);
  });

  test('core/ imports no package but d3', () => {
    const packages = [...SOURCES]
      .filter(([path]) => top(path) === 'core')
      .flatMap(([, text]) => specifiers(text))
      .filter(name => !name.startsWith('.') && name !== 'd3-array');
    expect(packages).toEqual([]);
  });

  test('every room of core/ imports only the rooms that are listed for it', () => {
    const rooms = grouped(new Map([...GRAPH].filter(([path]) => roomOf(path))), roomOf);
    expect([...rooms.keys()].sort()).toEqual(Object.keys(ROOMS).sort());
    expect(edges(rooms).filter(([from, to]) => !ROOMS[from]?.includes(to))).toEqual([]);
  });

  test('the listed rooms form no circle', () => {
    expect(circles(new Map(Object.entries(ROOMS).map(([room, allowed]) => [room, new Set(allowed)])))).toEqual([]);
  });
});

describe('the test of imports', () => {
  test('finds a circle that a type-only import, a re-export or a dynamic import closes', () => {
    const sources = new Map([
      ['a.ts', "import type { B } from './room/b';\nexport class A {}"],
      ['room/b.ts', "export * from '.';"],
      ['room/index.ts', "export const load = () => import('../a');"],
      ['d.ts', "import { A } from './a';"]
    ]);
    expect(circles(importGraph(sources))).toEqual([['a.ts', 'room/b.ts', 'room/index.ts']]);
  });

  test('finds a circle of rooms whose files form none', () => {
    const graph = importGraph(
      new Map([
        ['x/one.ts', "import './../y/one';"],
        ['y/one.ts', ''],
        ['y/two.ts', "import { a } from '../x/two';"],
        ['x/two.ts', '']
      ])
    );
    expect(circles(graph)).toEqual([]);
    expect(circles(grouped(graph, top))).toEqual([['x', 'y']]);
  });

  test('ignores imports in comments and refuses one that leads nowhere', () => {
    expect(specifiers("/** import { a } from './b'; */\nconst text = \"from './c'\";")).toEqual([]);
    expect(() => importGraph(new Map([['a.ts', "import './gone';"]]))).toThrow('a.ts imports ./gone');
  });
});
