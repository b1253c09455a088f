import { uniqueId, svg } from '../dom/elements';
import { metricNumber, formatNumber } from '../text/figures';
import type { Translate } from '../host';
import type { IChart, Metric } from '../protocol/messages';
import {
  CHARACTER_PX,
  horizontalAxis,
  createScale,
  truncatedText,
  tickWidth,
  verticalAxis,
  type IPlotArea
} from './axes';
import { colourClass, dashOf } from './marks';

/**
 * Distributions over each other: the first filled, the next ones hatched and dashed. Where their bins are not equally
 * wide, each counts as if its bins were the widest ones: equal areas are equal counts.
 */
export function drawHistogram(t: Translate, chart: IChart, width: number, height: number): SVGElement[] {
  const ticks = Math.max(2, Math.floor(height / 40));
  const widths = chart.series.map(one => binWidth(one.x));
  const widest = Math.max(...widths);
  const differ = widths.some(one => one > 0 && one < widest * 0.999);
  const tops = chart.series.map((one, s) =>
    one.y.map(value => barEnd(value) * (differ && widths[s] ? widest / widths[s] : 1))
  );
  const measure = createScale([0, ...tops.flat()], 1, 0);
  const box: IPlotArea = { left: tickWidth(measure, ticks) + 2, right: width - 8, top: 22, bottom: height - 32 };
  const y = measure.range([box.bottom, box.top]);
  const x = createScale(
    chart.series.flatMap(one => one.x),
    box.left,
    box.right,
    false
  );
  const hatch = uniqueId('hatch');
  return [
    hatchPattern(hatch),
    ...verticalAxis(
      y,
      box,
      differ ? t('{what} per {width}', { what: chart.y_label, width: formatNumber(widest) }) : chart.y_label,
      ticks
    ),
    ...chart.series.map((one, s) =>
      drawArea(
        s,
        outline(
          one.x.map(v => x(v)),
          (tops[s] ?? []).map(v => y(v)),
          box.bottom
        ),
        hatch,
        one.label
      )
    ),
    ...horizontalAxis(x, box, chart.x_label)
  ];
}

/** Of equal bins, by their edges; 0 where there is none. */
function binWidth(edges: readonly number[]): number {
  const [low, high] = [edges[0], edges[edges.length - 1]];
  return low !== undefined && high !== undefined && edges.length > 1 ? (high - low) / (edges.length - 1) : 0;
}

/** Where a bar ends; what is no finite number has none. */
function barEnd(value: Metric | null | undefined): number {
  const found = metricNumber(value);
  return Number.isFinite(found) ? found : 0;
}

/** The outline of the bins, from the ground and back to it. */
function outline(edges: readonly number[], tops: readonly number[], ground: number): string {
  const steps = tops.map((top, i) => `L${edges[i] ?? 0} ${top}H${edges[i + 1] ?? edges[i] ?? 0}`);
  return `M${edges[0] ?? 0} ${ground}${steps.join('')}V${ground}`;
}

const BAR_PX = 9;
const GAP_PX = 8;

/** Height of a bar chart in px. */
export function barsHeight(chart: IChart): number {
  return chart.labels.length * (chart.series.length * (BAR_PX + 1) + GAP_PX) + 44;
}

/** A row for each label, in it a bar for each series; so the values' axis lies below. */
export function drawBars(chart: IChart, width: number, height: number): SVGElement[] {
  const longest = Math.max(0, ...chart.labels.map(one => one.length));
  const left = Math.min(longest * 6.2 + 8, width * 0.42);
  const said = chart.series.flatMap(one => one.y.map(value => formatNumber(metricNumber(value)).length));
  const box: IPlotArea = {
    left,
    right: width - Math.min(Math.max(44, Math.max(0, ...said) * CHARACTER_PX + 8), width * 0.4),
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
  const said = formatNumber(metricNumber(value));
  const d = `M${zero} ${top}H${end}v${BAR_PX}H${zero}z`;
  const text = svg('text', { class: 'nbmv-bar-value', x: Math.max(zero, end) + 4, y: top + BAR_PX - 1 }, said);
  return svg('g', {}, typeof value === 'number' ? drawArea(s, d, hatch, said) : null, text);
}

function drawArea(s: number, d: string, hatch: string, said: string): SVGElement {
  const fill = s === 0 ? undefined : `url(#${hatch})`;
  return svg(
    'path',
    {
      class: `nbmv-area ${s === 0 ? '' : 'nbmv-area-hollow'} ${colourClass(s)}`,
      d,
      fill,
      'stroke-dasharray': dashOf(s)
    },
    svg('title', {}, said)
  );
}

function hatchPattern(id: string): SVGElement {
  const lines = svg('path', { class: `nbmv-hatch ${colourClass(1)}`, d: 'M-1 1L1 -1M0 6L6 0M5 7L7 5' });
  return svg('defs', {}, svg('pattern', { id, width: 6, height: 6, patternUnits: 'userSpaceOnUse' }, lines));
}
