import { describe, expect, test } from 'vitest';
import { interpolate } from '../../../src/core';
import {
  formatAge,
  formatDay,
  formatDuration,
  formatNumber,
  formatSize,
  formatDifference,
  parseMetricWithDirection,
  judgeChange
} from '../../../src/core/text/figures';
import { bestOf } from '../../../src/core/compare/side-by-side';
import { RowOffsets } from '../../../src/core/history/offsets';
import { thinPoints } from '../../../src/core/history/trend';

describe('figures, as views/figures.py has them', () => {
  test.each([
    [0, '0\u00a0B'],
    [999, '999\u00a0B'],
    [1000, '1.0\u00a0kB'],
    [1_234_567, '1.2\u00a0MB'],
    [540_000_000, '540\u00a0MB'],
    [999_600, '1.0\u00a0MB'],
    [2.5e15, '2.5\u00a0PB']
  ])('%d bytes', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });

  test.each([
    [0.004, '4 ms'],
    [0.08, '0.08 s'],
    [2.3, '2.3 s'],
    [12.2, '12 s'],
    [185, '3 min 5 s'],
    [7260, '2 h 1 min']
  ])('%d s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  test.each([
    [0.91342, '0.9134'],
    [3, '3'],
    [120_000, (120_000).toLocaleString()],
    [1.5e-7, '1.5e-7'],
    [NaN, 'nan'],
    [Infinity, 'inf'],
    [-Infinity, '-inf'],
    [-0.5, '-0.5']
  ])('the number %d', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  test('a difference has its sign, and no difference is empty', () => {
    expect(formatDifference(0.9, 0.92)).toBe('+0.02');
    expect(formatDifference(0.92, 0.9)).toBe('−0.02');
    expect(formatDifference(1, 1)).toBe('');
    expect(formatDifference(undefined, 1)).toBe('');
  });

  test('the age of a version is short', () => {
    const now = new Date(2026, 10, 21, 12, 0, 0);
    const before = (minutes: number): string => new Date(now.getTime() - minutes * 60_000).toISOString();
    expect([0.5, 5, 130, 60 * 50].map(m => formatAge(interpolate, before(m), now))).toEqual([
      'now',
      '5 min',
      '2 h',
      '2 d'
    ]);
    expect(formatAge(interpolate, before(-3), now)).toBe('now'); // the kernel's clock is ahead of the page's
    expect(formatAge(interpolate, 'never', now)).toBe('');
    expect(formatDay(interpolate, before(10), now)).toBe('Today');
    expect(formatDay(interpolate, before(24 * 60), now)).toBe('Yesterday');
  });
});

describe('rows of a long list', () => {
  test('the row at an offset is found, with headings between the rows', () => {
    const offsets = new RowOffsets();
    offsets.set(5, 40, 20, index => index === 0 || index === 3);
    expect([0, 1, 2, 3, 4, 5].map(i => offsets.top(i))).toEqual([0, 60, 100, 140, 200, 240]);
    expect([0, 59, 60, 139, 140, 239, 9999].map(y => offsets.at(y))).toEqual([0, 0, 1, 2, 3, 4, 4]);
  });

  test('a list without rows has no height', () => {
    const offsets = new RowOffsets();
    offsets.set(0, 40, 20, () => false);
    expect([offsets.height, offsets.at(10)]).toEqual([0, 0]);
  });
});

test('a thinned line keeps its extremes, its order and its last point', () => {
  const points = Array.from({ length: 10_000 }, (_, i) => ({ i, value: i === 4321 ? 99 : Math.sin(i / 50) }));
  const kept = thinPoints(points, 240);
  expect(kept.length).toBeLessThan(260);
  expect(kept.some(each => each.value === 99)).toBe(true);
  expect(kept.at(-1)?.i).toBe(9999);
  expect([...kept].sort((a, b) => a.i - b.i)).toEqual(kept);
});

describe('the direction of a metric', () => {
  test.each([
    [0.02, 'higher', 'good'],
    [-0.02, 'higher', 'bad'],
    [-0.1, 'lower', 'good'],
    [0.1, 'lower', 'bad'],
    [0.1, 'unknown', ''],
    [0, 'higher', ''],
    [NaN, 'lower', ''],
    [0.1, undefined, '']
  ] as const)('a step of %d where %s is better', (by, direction, kind) => {
    expect(judgeChange(by, direction)).toBe(kind);
  });

  test('a direction is parsed after the number', () => {
    expect(parseMetricWithDirection('12:lower')).toEqual([12, 'lower']);
    expect(parseMetricWithDirection(' 0.5 : Higher')).toEqual([0.5, 'higher']);
    expect(parseMetricWithDirection('0.5')).toBe(0.5);
    expect(parseMetricWithDirection('12:less')).toBeUndefined();
    expect(parseMetricWithDirection(':lower')).toBeUndefined();
  });

  test('the best of several values depends on the direction, and there is none without it', () => {
    expect(bestOf({ name: 'loss', values: [0.5, 0.2, null], direction: 'lower', differs: true })).toBe(0.2);
    expect(bestOf({ name: 'acc', values: [0.5, 0.2, 'nan'], direction: 'higher', differs: true })).toBe(0.5);
    expect(bestOf({ name: 'fid', values: [12, 11], direction: 'unknown', differs: true })).toBeNull();
    expect(bestOf({ name: 'acc', values: [1, 1], direction: 'higher', differs: false })).toBeNull();
  });
});
