import { svg } from '../dom/elements';
import { formatNumber } from '../text/figures';
import { linearScale, roundDomain, type IScale } from './scale';

/** The area of the plot inside the svg element, in px. */
export interface IPlotArea {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Width of a character, in px. */
export const CHARACTER_PX = 6;

/** A linear scale from the lowest to the highest value. nice: extend it to ticks. A single value gets a margin. */
export function createScale(values: readonly number[], from: number, to: number, nice = true): IScale {
  const finite = values.filter(Number.isFinite);
  let [low, high] = [Math.min(...finite), Math.max(...finite)];
  if (!finite.length) {
    [low, high] = [0, 1];
  }
  if (low === high) {
    const margin = Math.abs(low) * 0.1 || 1;
    [low, high] = [low - margin, high + margin];
  }
  return linearScale(nice ? roundDomain(low, high, 4) : [low, high], [from, to]);
}

/** Width of the tick labels, in px. */
export function tickWidth(y: IScale, count: number): number {
  return Math.max(0, ...y.ticks(count).map(value => tickText(value).length)) * CHARACTER_PX + 8;
}

/** A tick label; from a million on short, as in "20M" or "20B". */
function tickText(value: number): string {
  const size = Math.abs(value);
  return size >= 1e6 && size < 1e15
    ? value.toLocaleString(undefined, { notation: 'compact', maximumSignificantDigits: 4 })
    : formatNumber(value);
}

/** As many ticks as there is room for their labels. */
function fittingTicks(x: IScale, width: number, integers: boolean): number[] {
  for (let count = Math.max(2, Math.min(8, Math.floor(width / 60))); ; count -= 1) {
    const ticks = x.ticks(count).filter(value => !integers || Number.isInteger(value));
    const longest = Math.max(0, ...ticks.map(value => tickText(value).length));
    if (count <= 1 || ticks.length * (longest + 1.5) * CHARACTER_PX <= width) {
      return ticks;
    }
  }
}

export function horizontalAxis(x: IScale, box: IPlotArea, label: string, integers = false): SVGElement[] {
  const width = box.right - box.left;
  const texts = fittingTicks(x, width, integers).map(value =>
    svg(
      'g',
      {},
      svg('path', { class: 'nbmv-tick', d: `M${x(value)} ${box.bottom}v4` }),
      svg('text', { x: x(value), y: box.bottom + 15, 'text-anchor': 'middle' }, tickText(value))
    )
  );
  return [
    svg('path', { class: 'nbmv-axis', d: `M${box.left} ${box.bottom}H${box.right}` }),
    ...texts,
    svg(
      'text',
      { class: 'nbmv-axis-label', x: (box.left + box.right) / 2, y: box.bottom + 28, 'text-anchor': 'middle' },
      truncatedText(label, width)
    )
  ];
}

/** A text that is cut to a width in px. The tooltip holds the whole text. */
export function truncatedText(text: string, width: number): (string | SVGElement)[] {
  const most = Math.max(2, Math.floor(width / CHARACTER_PX));
  return text.length > most ? [`${text.slice(0, most - 1)}…`, svg('title', {}, text)] : [text];
}

/** Grid lines with their tick labels, and the title of the axis above them. */
export function verticalAxis(y: IScale, box: IPlotArea, label: string, count: number): SVGElement[] {
  const lines = y
    .ticks(count)
    .map(value =>
      svg(
        'g',
        {},
        svg('path', { class: 'nbmv-grid', d: `M${box.left} ${y(value)}H${box.right}` }),
        svg('text', { x: box.left - 5, y: y(value) + 3.5, 'text-anchor': 'end' }, tickText(value))
      )
    );
  return [...lines, svg('text', { class: 'nbmv-axis-label', x: 2, y: 9 }, truncatedText(label, box.right))];
}
