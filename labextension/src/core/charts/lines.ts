import { line } from 'd3-shape';
import { svg } from '../dom/elements';
import { measured, number } from '../text/figures';
import type { IChart, Metric } from '../protocol/messages';
import { horizontal, scale, tickWidth, vertical, type IBox } from './axes';
import { colour, dash, point } from './marks';

/** With more points than this only the line is drawn. */
const MOST_POINTS = 60;
/** From this width on the lines carry their names at their ends. */
const NAMED_FROM = 420;

type Choose = (series: number, index: number) => void;

/** Lines, or points alone where `chart.kind` is "scatter". */
export function lines(chart: IChart, width: number, height: number, choose?: Choose): SVGElement[] {
  const named = chart.kind === 'line' && chart.series.length > 1 && chart.series.length < 5 && width >= NAMED_FROM;
  const room = named ? Math.min(120, 8 + 6 * Math.max(...chart.series.map(one => one.label.length))) : 8;
  const ticks = Math.max(2, Math.floor(height / 40));
  const values = chart.series.flatMap(one => one.y.map(measured));
  const measure = scale(values, 1, 0);
  const box: IBox = { left: tickWidth(measure, ticks) + 2, right: width - room, top: 22, bottom: height - 32 };
  const y = measure.range([box.bottom, box.top]);
  const xs = chart.series.flatMap(one => one.x);
  const inset = chart.kind === 'scatter' ? 16 : 4;
  const x = scale(xs, box.left + inset, box.right - inset, chart.kind === 'scatter');
  const integers = xs.every(Number.isInteger);
  return [
    ...vertical(y, box, chart.y_label, ticks),
    ...horizontal(x, box, chart.x_label, integers),
    ...chart.series.map((one, s) =>
      drawOne(chart, s, i => [x(one.x[i] ?? NaN), y(measured(one.y[i]))], box.bottom, choose)
    ),
    ...(named ? names(chart, box.right + 4, s => y(last(chart.series[s]?.y ?? []))) : [])
  ];
}

function drawOne(
  chart: IChart,
  s: number,
  at: (i: number) => [number, number],
  ground: number,
  choose?: Choose
): SVGElement {
  const series = chart.series[s];
  const indices = (series?.x ?? []).map((_, i) => i);
  const there = (i: number): boolean => at(i).every(Number.isFinite);
  const wordOnly = indices.filter(i => !there(i) && series?.y[i] !== null && Number.isFinite(at(i)[0]));
  const path = line<number>()
    .defined(there)
    .x(i => at(i)[0])
    .y(i => at(i)[1]);
  const few = indices.length <= MOST_POINTS || chart.kind === 'scatter';
  const points = few ? indices.filter(there).map(i => mark(chart, s, i, at(i), choose)) : [];
  return svg(
    'g',
    {},
    chart.kind === 'line'
      ? svg('path', { class: `nbmv-line ${colour(s)}`, d: path(indices) ?? '', 'stroke-dasharray': dash(s) })
      : null,
    points,
    wordOnly.map(i => gap(chart, s, i, [at(i)[0], ground], choose))
  );
}

function mark(chart: IChart, s: number, i: number, [x, y]: [number, number], choose?: Choose): SVGElement {
  const label = chart.labels[i] ?? '';
  const made = chosenBy(
    point(s, x, y, said(chart, s, i), chart.kind === 'scatter' ? 56 : 34),
    choose &&
      (() => {
        choose(s, i);
      })
  );
  const named = chart.kind === 'scatter' && label && chart.labels.length <= 12;
  const text = named ? svg('text', { class: 'nbmv-point-label', x, y: y - 7, 'text-anchor': 'middle' }, label) : null;
  return svg('g', {}, made, text);
}

/** Where a value is no finite number there is a gap in the line, and a cross on the axis that says what it is. */
function gap(chart: IChart, s: number, i: number, [x, y]: [number, number], choose?: Choose): SVGElement {
  const made = svg(
    'path',
    { class: `nbmv-no-number ${colour(s)}`, d: `M${x - 3} ${y - 3}l6 6m0-6l-6 6` },
    svg('title', {}, said(chart, s, i))
  );
  return chosenBy(
    made,
    choose &&
      (() => {
        choose(s, i);
      })
  );
}

function said({ labels, series, x_label, y_label }: IChart, s: number, i: number): string {
  const one = series[s];
  return `${[labels[i], one?.label].filter(Boolean).join(' ')}: ${x_label} ${number(one?.x[i] ?? NaN)}, ${y_label} ${number(measured(one?.y[i]))}`;
}

function chosenBy(made: SVGElement, choose: (() => void) | undefined): SVGElement {
  if (choose) {
    made.classList.add('nbmv-choose');
    made.addEventListener('click', choose);
  }
  return made;
}

/** Names at the ends of the lines, moved apart where they would touch. */
function names(chart: IChart, x: number, yOf: (s: number) => number): SVGElement[] {
  const order = chart.series
    .map((_, s) => ({ s, y: yOf(s) }))
    .filter(one => Number.isFinite(one.y))
    .sort((a, b) => a.y - b.y);
  let lowest = -Infinity;
  return order.map(({ s, y }) => {
    lowest = Math.max(y + 3.5, lowest + 12);
    return svg('text', { class: `nbmv-end ${colour(s)}`, x, y: lowest }, chart.series[s]?.label ?? '');
  });
}

function last(values: readonly (Metric | null)[]): number {
  const there = values.map(measured).filter(Number.isFinite);
  return there[there.length - 1] ?? NaN;
}
