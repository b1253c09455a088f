import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { svg } from '../dom';
import { number } from '../figures';

/** Where a chart is drawn inside its svg, in px. */
export interface IBox {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export type Scale = ScaleLinear<number, number>;

/** From the lowest to the highest value, rounded to ticks; one value alone gets some room. */
export function scale(values: readonly number[], from: number, to: number, nice = true): Scale {
  const finite = values.filter(Number.isFinite);
  let [low, high] = [Math.min(...finite), Math.max(...finite)];
  if (!finite.length) {
    [low, high] = [0, 1];
  }
  if (low === high) {
    const room = Math.abs(low) * 0.1 || 1;
    [low, high] = [low - room, high + room];
  }
  const made = scaleLinear([low, high], [from, to]);
  return nice ? made.nice(4) : made;
}

/** Width that the texts of the ticks take, in px. */
export function tickWidth(y: Scale, count: number): number {
  return Math.max(0, ...y.ticks(count).map(value => number(value).length)) * 6 + 8;
}

export function horizontal(x: Scale, box: IBox, label: string, integers = false): SVGElement[] {
  const room = Math.max(2, Math.min(8, Math.floor((box.right - box.left) / 60)));
  const ticks = x.ticks(room).filter(value => !integers || Number.isInteger(value));
  const texts = ticks.map(value =>
    svg('g', {}, svg('path', { class: 'nbmv-tick', d: `M${x(value)} ${box.bottom}v4` }), svg('text', { x: x(value), y: box.bottom + 15, 'text-anchor': 'middle' }, number(value)))
  );
  return [
    svg('path', { class: 'nbmv-axis', d: `M${box.left} ${box.bottom}H${box.right}` }),
    ...texts,
    svg('text', { class: 'nbmv-axis-label', x: (box.left + box.right) / 2, y: box.bottom + 28, 'text-anchor': 'middle' }, label)
  ];
}

/** Grid lines with their numbers, and the axis' name above them. */
export function vertical(y: Scale, box: IBox, label: string, count: number): SVGElement[] {
  const lines = y.ticks(count).map(value =>
    svg('g', {}, svg('path', { class: 'nbmv-grid', d: `M${box.left} ${y(value)}H${box.right}` }), svg('text', { x: box.left - 5, y: y(value) + 3.5, 'text-anchor': 'end' }, number(value)))
  );
  return [...lines, svg('text', { class: 'nbmv-axis-label', x: 2, y: 9 }, label)];
}
