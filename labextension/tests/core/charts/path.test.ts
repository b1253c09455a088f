import { expect, test } from 'vitest';
import { linePath } from '../../../src/core/charts/path';

test.each([
  [[], ''],
  [[[1, 2]], 'M1,2Z'],
  [
    [
      [1, 2],
      [3, 4.00049]
    ],
    'M1,2L3,4'
  ],
  [[[0, 0], null, [2, 2], null, null, [5, 5], [6, 1 / 3]], 'M0,0ZM2,2ZM5,5L6,0.333'],
  [[null, [1, 1], [2, 2], null], 'M1,1L2,2']
] as [([number, number] | null)[], string][])('%j', (points, path) => {
  expect(linePath(points)).toBe(path);
});
