import { nice, ticks } from 'd3-array';

export type Range = readonly [number, number];

/** Maps numbers linearly to px. d3-scale would bring interpolation of colours and number formats, 18 kB in all. */
export interface IScale {
  (value: number): number;
  /** About as many round values of the domain. */
  ticks(count: number): number[];
  /** The same domain with another range. */
  range(range: Range): IScale;
}

/** A domain of one value is mapped to the middle of the range. */
export function linearScale([low, high]: Range, [from, to]: Range): IScale {
  const scale = (value: number): number => from + (high === low ? 0.5 : (value - low) / (high - low)) * (to - from);
  return Object.assign(scale, {
    ticks: (count: number): number[] => ticks(low, high, count),
    range: (range: Range): IScale => linearScale([low, high], range)
  });
}

/** A domain that is extended to round values. */
export function roundDomain(low: number, high: number, count: number): Range {
  return nice(low, high, count);
}
