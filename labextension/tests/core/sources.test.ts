/** Rules for the sources and the style of the panel. Some repeat eslint's, so that they hold without its configuration. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const CORE = resolve(__dirname, '../../src/core');
const STYLE = resolve(__dirname, '../../style/panel');

function files(folder: string): string[] {
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

function withoutComments(css: string): string {
  return css.replace(/\/\*[^]*?\*\//g, '');
}

const CSS = files(STYLE)
  .map(path => withoutComments(readFileSync(path, 'utf8')))
  .join('\n');
const WIDGET = readFileSync(resolve(CORE, '../widget/index.ts'), 'utf8');
const SOURCES = files(CORE).map(path => [path.slice(CORE.length + 1), readFileSync(path, 'utf8')] as const);

const NEVER: [string, RegExp][] = [
  [
    'markup from text',
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|srcdoc/
  ],
  ['the network', /\bfetch\b|XMLHttpRequest|WebSocket|EventSource|sendBeacon|\bimport\(|https?:\/\/(?!www\.w3\.org\/)/],
  ['polling', /setInterval/],
  ['code from text', /\beval\b|new Function|javascript:/],
  ['Jupyter', /@jupyter|@lumino|\/lab\/|\/widget\//]
];

test.each(NEVER)('nothing of core/ uses %s', (_, pattern) => {
  expect(SOURCES.filter(([, text]) => pattern.test(text)).map(([name]) => name)).toEqual([]);
});

test('every sentence is translated as a whole: nothing is put together inside the call', () => {
  const wrong = SOURCES.flatMap(([name, text]) =>
    [...text.matchAll(/\bt\(\s*(`[^`]*\$\{|'[^']*'\s*\+)/g)].map(found => `${name}: ${found[0]}`)
  );
  expect(wrong).toEqual([]);
});

describe('the style of the panel', () => {
  test('panel.css imports every file of its folder once, and holds nothing else', () => {
    const index = readFileSync(resolve(STYLE, '../panel.css'), 'utf8');
    const imported = [...index.matchAll(/^@import url\('panel\/([\w-]+\.css)'\);$/gm)].map(found => found[1]);
    expect([...imported].sort()).toEqual(readdirSync(STYLE).sort());
    expect(index.split('\n').filter(line => line && !/^(@import url|\/\*.*\*\/$)/.test(line))).toEqual([]);
  });

  test('colours of the theme have a fallback for hosts without a theme', () => {
    expect(CSS.match(/var\(--jp-[\w-]+\)/g)).toBeNull();
    expect(CSS).not.toMatch(/url\(|@import/);
  });

  test('the layout uses logical properties', () => {
    expect(CSS.match(/^\s*(margin|padding|border|inset)?-?(left|right)\s*:/gm)).toBeNull();
  });

  test('no selector has two rules of its own in one file', () => {
    const rules = readdirSync(STYLE).flatMap(name =>
      [...withoutComments(readFileSync(join(STYLE, name), 'utf8')).matchAll(/^(\s*)(\.[^{},]+) \{/gm)].map(
        found => `${name}: ${found[1] ?? ''}${found[2] ?? ''}`
      )
    );
    const top = rules.filter(rule => !rule.includes(':  '));
    expect(top.filter((rule, at) => top.indexOf(rule) !== at)).toEqual([]);
  });

  test('every class is used by the sources', () => {
    const text = SOURCES.map(([, source]) => source).join('\n') + WIDGET;
    const used = new Set(text.match(/nbmv-[\w-]+/g));
    const prefixes = [...used].filter(name => name.endsWith('-'));
    const classes = [...new Set([...CSS.matchAll(/\.(nbmv-[\w-]+)/g)].map(found => found[1] ?? ''))];
    const unused = (name: string): boolean => !used.has(name) && !prefixes.some(prefix => name.startsWith(prefix));
    expect(classes.filter(unused)).toEqual(['nbmv-error', 'nbmv-success']); // nbmv-${notice.kind}
  });
});
