import { uniqueId } from '../dom/elements';
import { formatNumber } from '../text/figures';
import type { Translate } from '../text/translate';
import type { IChart } from '../protocol/messages';
import { barEnd, drawArea, hatchPattern } from './areas';
import { horizontalAxis, createScale, tickWidth, verticalAxis, type IPlotArea } from './axes';

/**
 * Overlapping histograms: the first series is filled, the next ones are hatched and dashed. If their bins differ in
 * width, counts are scaled to the widest bins, so that equal areas are equal counts.
 */
export function drawHistogram(t: Translate, chart: IChart, width: number, height: number): SVGElement[] {
  const ticks = Math.max(2, Math.floor(height / 40));
  const widths = chart.series.map(one => binWidth(one.x));
  const widest = Math.max(...widths);
  const widthsDiffer = widths.some(one => one > 0 && one < widest * 0.999);
  const tops = chart.series.map((one, s) =>
    one.y.map(value => barEnd(value) * (widthsDiffer && widths[s] ? widest / widths[s] : 1))
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
      widthsDiffer ? t('{what} per {width}', { what: chart.y_label, width: formatNumber(widest) }) : chart.y_label,
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

/** The width of equal bins, from their edges; 0 if there is none. */
function binWidth(edges: readonly number[]): number {
  const [low, high] = [edges[0], edges[edges.length - 1]];
  return low !== undefined && high !== undefined && edges.length > 1 ? (high - low) / (edges.length - 1) : 0;
}

/** The outline of the bins, from the baseline and back to it. */
function outline(edges: readonly number[], tops: readonly number[], ground: number): string {
  const steps = tops.map((top, i) => `L${edges[i] ?? 0} ${top}H${edges[i + 1] ?? edges[i] ?? 0}`);
  return `M${edges[0] ?? 0} ${ground}${steps.join('')}V${ground}`;
}
