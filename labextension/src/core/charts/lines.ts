import { svg } from '../dom/elements';
import { metricNumber, formatNumber } from '../text/figures';
import type { IChart, Metric } from '../protocol/messages';
import { horizontalAxis, createScale, tickWidth, verticalAxis, type IPlotArea } from './axes';
import { colourClass, dashOf, drawPoint } from './marks';
import { linePath } from './path';

/** A line with more points is drawn without marks. */
const MAX_POINTS = 60;
/** From this width on, the lines have labels at their ends. */
const MIN_WIDTH_FOR_NAMES = 420;

type OnChoose = (series: number, index: number) => void;

/** Lines, or points alone where `chart.kind` is "scatter". */
export function drawLines(chart: IChart, width: number, height: number, choose?: OnChoose): SVGElement[] {
  const named =
    chart.kind === 'line' && chart.series.length > 1 && chart.series.length < 5 && width >= MIN_WIDTH_FOR_NAMES;
  const labelWidth = named ? Math.min(120, 8 + 6 * Math.max(...chart.series.map(one => one.label.length))) : 8;
  const ticks = Math.max(2, Math.floor(height / 40));
  const values = chart.series.flatMap(one => one.y.map(metricNumber));
  const measure = createScale(values, 1, 0);
  const box: IPlotArea = {
    left: tickWidth(measure, ticks) + 2,
    right: width - labelWidth,
    top: 22,
    bottom: height - 32
  };
  const y = measure.range([box.bottom, box.top]);
  const xs = chart.series.flatMap(one => one.x);
  const inset = chart.kind === 'scatter' ? 16 : 4;
  const x = createScale(xs, box.left + inset, box.right - inset, chart.kind === 'scatter');
  const integers = xs.every(Number.isInteger);
  return [
    ...verticalAxis(y, box, chart.y_label, ticks),
    ...horizontalAxis(x, box, chart.x_label, integers),
    ...chart.series.map((one, s) =>
      drawSeries(chart, s, i => [x(one.x[i] ?? NaN), y(metricNumber(one.y[i]))], box.bottom, choose)
    ),
    ...(named ? drawSeriesNames(chart, box.right + 4, s => y(lastFinite(chart.series[s]?.y ?? []))) : [])
  ];
}

function drawSeries(
  chart: IChart,
  s: number,
  at: (i: number) => [number, number],
  ground: number,
  choose?: OnChoose
): SVGElement {
  const series = chart.series[s];
  const indices = (series?.x ?? []).map((_, i) => i);
  const isDrawable = (i: number): boolean => at(i).every(Number.isFinite);
  const wordOnly = indices.filter(i => !isDrawable(i) && series?.y[i] !== null && Number.isFinite(at(i)[0]));
  const path = linePath(indices.map(i => (isDrawable(i) ? at(i) : null)));
  const few = indices.length <= MAX_POINTS || chart.kind === 'scatter';
  const points = few ? indices.filter(isDrawable).map(i => drawMark(chart, s, i, at(i), choose)) : [];
  return svg(
    'g',
    {},
    chart.kind === 'line'
      ? svg('path', { class: `nbmv-line ${colourClass(s)}`, d: path, 'stroke-dasharray': dashOf(s) })
      : null,
    points,
    wordOnly.map(i => drawGap(chart, s, i, [at(i)[0], ground], choose))
  );
}

function drawMark(chart: IChart, s: number, i: number, [x, y]: [number, number], choose?: OnChoose): SVGElement {
  const label = chart.labels[i] ?? '';
  const element = makeClickable(
    drawPoint(s, x, y, pointText(chart, s, i), chart.kind === 'scatter' ? 56 : 34),
    choose &&
      (() => {
        choose(s, i);
      })
  );
  const named = chart.kind === 'scatter' && label && chart.labels.length <= 12;
  const text = named ? svg('text', { class: 'nbmv-point-label', x, y: y - 7, 'text-anchor': 'middle' }, label) : null;
  return svg('g', {}, element, text);
}

/** A value that is not finite is a gap in the line, and a cross on the axis whose tooltip tells the value. */
function drawGap(chart: IChart, s: number, i: number, [x, y]: [number, number], choose?: OnChoose): SVGElement {
  const element = svg(
    'path',
    { class: `nbmv-no-number ${colourClass(s)}`, d: `M${x - 3} ${y - 3}l6 6m0-6l-6 6` },
    svg('title', {}, pointText(chart, s, i))
  );
  return makeClickable(
    element,
    choose &&
      (() => {
        choose(s, i);
      })
  );
}

function pointText({ labels, series, x_label, y_label }: IChart, s: number, i: number): string {
  const one = series[s];
  const name = [labels[i], one?.label].filter(Boolean).join(' ');
  const [x, y] = [formatNumber(one?.x[i] ?? NaN), formatNumber(metricNumber(one?.y[i]))];
  return `${name}: ${x_label} ${x}, ${y_label} ${y}`;
}

function makeClickable(made: SVGElement, choose: (() => void) | undefined): SVGElement {
  if (choose) {
    made.classList.add('nbmv-choose');
    made.addEventListener('click', choose);
  }
  return made;
}

/** Labels at the ends of the lines, moved apart where they would overlap. */
function drawSeriesNames(chart: IChart, x: number, yOf: (s: number) => number): SVGElement[] {
  const order = chart.series
    .map((_, s) => ({ s, y: yOf(s) }))
    .filter(one => Number.isFinite(one.y))
    .sort((a, b) => a.y - b.y);
  let lowest = -Infinity;
  return order.map(({ s, y }) => {
    lowest = Math.max(y + 3.5, lowest + 12);
    return svg('text', { class: `nbmv-end ${colourClass(s)}`, x, y: lowest }, chart.series[s]?.label ?? '');
  });
}

function lastFinite(values: readonly (Metric | null)[]): number {
  const finite = values.map(metricNumber).filter(Number.isFinite);
  return finite[finite.length - 1] ?? NaN;
}
