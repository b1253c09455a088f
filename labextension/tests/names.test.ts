/** One thing per word: a class or an interface is declared in one file. */
import { resolve } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { readSources } from './imports';

/** Names that two files may declare, with the reason. */
const ALLOWED = new Map<string, string>();

function declared(text: string): string[] {
  const source = ts.createSourceFile('a.ts', text, ts.ScriptTarget.ES2020);
  return source.statements
    .filter(node => ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node))
    .map(node => node.name?.text ?? '');
}

/** Names that more than one source declares, with the sources. */
function declaredTwice(sources: ReadonlyMap<string, string>): { [name: string]: string[] } {
  const places = new Map<string, string[]>();
  for (const [path, text] of sources) {
    declared(text).forEach(name => places.set(name, [...(places.get(name) ?? []), path]));
  }
  return Object.fromEntries([...places].filter(([name, paths]) => paths.length > 1 && !ALLOWED.has(name)));
}

test('no class or interface name is declared in two files', () => {
  expect(declaredTwice(readSources(resolve(__dirname, '../src')))).toEqual({});
});

test('a name that two files declare is found', () => {
  const sources = new Map([
    ['a.ts', 'export interface IRow {}'],
    ['b.ts', 'class IRow {}'],
    ['c.ts', 'interface IOther {}']
  ]);
  expect(declaredTwice(sources)).toEqual({ IRow: ['a.ts', 'b.ts'] });
});
