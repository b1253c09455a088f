import { describe, expect, test } from 'vitest';
import { drawParallel, place } from '../../../src/core/charts/parallel';
import { interpolate } from '../../../src/core';

const versions = ['v1', 'v2', 'v3'];

describe('parallel coordinates', () => {
  test('a version is one line across the axes, and its values are its tooltip', () => {
    const drawn = drawParallel(interpolate, versions, [
      { name: 'depth', values: [1, 2, 3] },
      { name: 'kind', values: ['a', 'b', 'a'] },
      { name: 'acc', values: [0.1, 0.5, 0.9] }
    ]);
    const lines = [...(drawn?.querySelectorAll('.nbmv-parallel-line') ?? [])];
    expect(lines.map(one => one.querySelector('title')?.textContent)).toEqual([
      'v1: depth 1, kind a, acc 0.1',
      'v2: depth 2, kind b, acc 0.5',
      'v3: depth 3, kind a, acc 0.9'
    ]);
    expect(lines.map(one => one.classList.contains('nbmv-parallel-strong'))).toEqual([false, false, true]);
    expect(drawn?.querySelector('svg')?.getAttribute('aria-label')).toBe('3 versions over depth, kind, acc');
  });

  test('numbers are placed by their size, texts in alphabetical order, and missing values are gaps', () => {
    expect(place({ name: 'n', values: [2, 6, null, 4] })?.at).toEqual([0, 1, null, 0.5]);
    expect(place({ name: 'k', values: ['b', 'a', null, 'c'] })?.at).toEqual([0.5, 0, null, 1]);
    expect(place({ name: 'm', values: ['nan', 1, 2] })?.at).toEqual([null, 0, 1]);
  });

  test('the best third is strong, and drawn over the others', () => {
    const drawn = drawParallel(interpolate, versions, [
      { name: 'depth', values: [1, 2, 3] },
      { name: 'loss', values: [0.1, 0.5, 0.9], direction: 'lower' }
    ]);
    const lines = [...(drawn?.querySelectorAll('.nbmv-parallel-line') ?? [])];
    expect(lines.map(one => one.querySelector('title')?.textContent.slice(0, 2))).toEqual(['v2', 'v3', 'v1']);
    expect(lines.map(one => one.classList.contains('nbmv-parallel-strong'))).toEqual([false, false, true]);
    expect(drawn?.textContent).toContain('best third of loss');
  });

  test('what does not vary, or has too many texts, has no axis', () => {
    expect(place({ name: 'same', values: [1, 1, 1] })).toBeNull();
    expect(place({ name: 'none', values: [null, null] })).toBeNull();
    expect(place({ name: 'many', values: Array.from({ length: 12 }, (_, i) => `t${i}`) })).toBeNull();
  });

  test('two versions, or one axis, are not drawn', () => {
    const axes = [
      { name: 'a', values: [1, 2, 3] },
      { name: 'b', values: [1, 2, 3] }
    ];
    expect(drawParallel(interpolate, ['v1', 'v2'], axes)).toBeNull();
    expect(drawParallel(interpolate, versions, axes.slice(0, 1))).toBeNull();
  });

  test('of many axes, the first ones and the last one are drawn', () => {
    const axes = Array.from({ length: 12 }, (_, i) => ({ name: `p${i}`, values: [1, 2, 3] }));
    const drawn = drawParallel(interpolate, versions, axes);
    const names = [...(drawn?.querySelectorAll('.nbmv-axis-label') ?? [])].map(one => one.textContent);
    expect(names).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p11']);
  });
});
