import type { IContext } from '../context';
import { iconButton } from '../dom/controls';
import { replaceChildren, h, setAttribute, svg } from '../dom/elements';
import { directionText, metricNumber, formatNumber } from '../text/figures';
import type { Translate } from '../text/translate';
import type { IChart } from '../protocol/messages';
import { drawBars, barsHeight } from './bars';
import { drawHistogram } from './histogram';
import { drawLines } from './lines';
import { legendSample } from './marks';
import { redrawOnResize } from './resize';
import { chartTable } from './table';
import { SMALL, STRONG } from '../dom/styles';

interface IChartOptions {
  /** Called with the point that was clicked. */
  onChoose?: (series: number, index: number) => void;
}

/**
 * A chart with its title, its legend, and its numbers as a table behind a button. It is redrawn when its width changes.
 */
export function drawChart(ctx: IContext, chart: IChart, options: IChartOptions = {}): HTMLElement {
  const { t } = ctx;
  const plot = h('div', { class: 'nbmv-plot', dir: 'ltr' });
  const numbers = h('div', { class: 'nbmv-numbers nbmv-spoken' }, chartTable(t, chart));
  const toggle = iconButton({
    label: t('Numbers of {title} as a table', { title: chart.title }),
    icon: 'table',
    onClick: () => {
      const shown = numbers.classList.toggle('nbmv-spoken');
      toggle.setAttribute('aria-pressed', String(!shown));
      setAttribute(numbers.firstElementChild as HTMLElement, 'tabindex', shown ? undefined : 0);
      plot.hidden = !shown;
    }
  });
  toggle.setAttribute('aria-pressed', 'false');
  const direction = directionText(t, chart.better);
  redrawOnResize(plot, width => {
    replaceChildren(plot, drawPlot(t, chart, width, options));
  });
  return h(
    'figure',
    { class: 'nbmv-chart' },
    h(
      'figcaption',
      { class: 'nbmv-chart-head' },
      h('span', {}, h('span', STRONG, chart.title), direction ? h('span', SMALL, ` ${direction}`) : null),
      toggle
    ),
    drawLegend(chart),
    plot,
    numbers
  );
}

function drawPlot(t: Translate, chart: IChart, width: number, { onChoose: choose }: IChartOptions): SVGSVGElement {
  const height = chart.kind === 'bars' ? barsHeight(chart) : Math.round(Math.min(220, Math.max(150, width * 0.5)));
  return svg(
    'svg',
    {
      class: 'nbmv-svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': chartSummary(t, chart)
    },
    drawMarks(t, chart, width, height, choose)
  );
}

function drawMarks(
  t: Translate,
  chart: IChart,
  width: number,
  height: number,
  choose: IChartOptions['onChoose']
): SVGElement[] {
  switch (chart.kind) {
    case 'line':
    case 'scatter':
      return drawLines(chart, width, height, choose);
    case 'bars':
      return drawBars(chart, width, height);
    case 'histogram':
      return drawHistogram(t, chart, width, height);
  }
}

function drawLegend(chart: IChart): HTMLElement | null {
  if (chart.series.length < 2) {
    return null;
  }
  return h(
    'div',
    { class: 'nbmv-legend', 'aria-hidden': true },
    chart.series.map((one, s) => h('span', {}, legendSample(s, chart.kind), h('bdi', {}, one.label)))
  );
}

/** A sentence that describes the plot. */
export function chartSummary(t: Translate, chart: IChart): string {
  const series = chart.series.map(one => {
    const values = one.y.map(metricNumber).filter(Number.isFinite);
    return values.length
      ? t('{label}: {n} values from {low} to {high}', {
          label: one.label,
          n: values.length,
          low: formatNumber(Math.min(...values)),
          high: formatNumber(Math.max(...values))
        })
      : one.label;
  });
  return `${chart.title}. ${series.join('; ')}`;
}
