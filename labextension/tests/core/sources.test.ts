/** What the component's source may not contain; eslint says the same, this holds it without eslint's settings. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const CORE = resolve(__dirname, '../../src/core');
const STYLE = resolve(__dirname, '../../style/panel.css');

function files(folder: string): string[] {
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

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

test('colours of the theme have a fallback for hosts without a theme', () => {
  const css = readFileSync(STYLE, 'utf8');
  const bare = [...css.matchAll(/var\(--jp-[\w-]+\)/g)].map(found => found[0]);
  expect(bare).toEqual([]);
  expect(css).not.toMatch(/url\(|@import/);
});

test('the style is laid out by logical properties', () => {
  const css = readFileSync(STYLE, 'utf8').replace(/\/\*[^]*?\*\//g, '');
  const sided = [...css.matchAll(/^\s*(margin|padding|border|inset)?-?(left|right)\s*:/gm)].map(found =>
    found[0].trim()
  );
  expect(sided).toEqual([]);
});
