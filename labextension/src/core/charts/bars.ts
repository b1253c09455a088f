import { uniqueId, svg } from '../dom/elements';
import { metricNumber, formatNumber } from '../text/figures';
import type { IChart, Metric } from '../protocol/messages';
import { barEnd, drawArea, hatchPattern } from './areas';
import { CHARACTER_PX, horizontalAxis, createScale, truncatedText, type IPlotArea } from './axes';

const BAR_PX = 9;
const GAP_PX = 8;

/** Height of a bar chart in px. */
export function barsHeight(chart: IChart): number {
  return chart.labels.length * (chart.series.length * (BAR_PX + 1) + GAP_PX) + 44;
}

/** A row for each label, in it a bar for each series. The axis of the values is at the bottom. */
export function drawBars(chart: IChart, width: number, height: number): SVGElement[] {
  const longest = Math.max(0, ...chart.labels.map(one => one.length));
  const left = Math.min(longest * 6.2 + 8, width * 0.42);
  const labelLengths = chart.series.flatMap(one => one.y.map(value => formatNumber(metricNumber(value)).length));
  const box: IPlotArea = {
    left,
    right: width - Math.min(Math.max(44, Math.max(0, ...labelLengths) * CHARACTER_PX + 8), width * 0.4),
    top: 6,
    bottom: height - 32
  };
  const x = createScale([0, ...chart.series.flatMap(one => one.y.map(barEnd))], box.left, box.right);
  const row = chart.series.length * (BAR_PX + 1) + GAP_PX;
  const hatch = uniqueId('hatch');
  const group = (label: string, i: number): SVGElement => {
    const top = box.top + i * row + GAP_PX / 2;
    return svg(
      'g',
      {},
      svg(
        'text',
        { class: 'nbmv-bar-label', x: left - 6, y: top + (row - GAP_PX) / 2 + 3.5, 'text-anchor': 'end' },
        truncatedText(label, left - 6)
      ),
      chart.series.map((one, s) => drawBar(x(0), x(barEnd(one.y[i])), top + s * (BAR_PX + 1), s, hatch, one.y[i]))
    );
  };
  return [hatchPattern(hatch), ...chart.labels.map(group), ...horizontalAxis(x, box, chart.y_label)];
}

function drawBar(
  zero: number,
  end: number,
  top: number,
  s: number,
  hatch: string,
  value: Metric | null | undefined
): SVGElement | null {
  if (value === null || value === undefined) {
    return null;
  }
  const label = formatNumber(metricNumber(value));
  const d = `M${zero} ${top}H${end}v${BAR_PX}H${zero}z`;
  const text = svg('text', { class: 'nbmv-bar-value', x: Math.max(zero, end) + 4, y: top + BAR_PX - 1 }, label);
  return svg('g', {}, typeof value === 'number' ? drawArea(s, d, hatch, label) : null, text);
}
