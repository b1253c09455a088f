/** Page and kernel have nbmodelver from two environments. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mismatchText, olderSide, interpolate, PROTOCOL, RELEASE } from '../../src/core';

describe('two releases', () => {
  test('the release of the page equals that of package.json', () => {
    const text = readFileSync(resolve(__dirname, '../../package.json'), 'utf8');
    expect((JSON.parse(text) as { version: string }).version).toBe(RELEASE);
  });

  test('two releases with the same protocol are compatible', () => {
    expect(olderSide({ protocol: PROTOCOL, release: '7.0' })).toBeNull();
    expect(mismatchText({ protocol: PROTOCOL, release: '7.0' }, interpolate)).toBeNull();
  });

  test.each([
    [
      PROTOCOL - 1,
      '0.0.9',
      'kernel',
      /^nbmodelver in this kernel's environment \(0\.0\.9\) is older than the page's \(\S+\): run %pip install -U nbmodelver in a cell, then restart the kernel\.$/
    ],
    [PROTOCOL - 1, undefined, 'kernel', /^nbmodelver in this kernel's environment \(of an earlier release\) is older/],
    [
      PROTOCOL + 1,
      '9.0',
      'page',
      /^nbmodelver in the environment that serves this page \(\S+\) is older than the kernel's \(9\.0\): run pip install -U 'nbmodelver\[lab\]' there, then reload the page\.$/
    ]
  ])(
    'protocol %i, release %s: the %s is older, in one line that says what to install where',
    (protocol, release, side, line) => {
      const kernel = release === undefined ? { protocol } : { protocol, release };
      expect(olderSide(kernel)).toBe(side);
      expect(mismatchText(kernel, interpolate)).toMatch(line);
    }
  );
});
