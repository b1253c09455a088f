import type { IContext } from '../context';
import { iconButton, select } from '../dom/controls';
import { drawChart } from '../charts/chart';
import { linePath } from '../charts/path';
import { linearScale } from '../charts/scale';
import { replaceChildren, h, svg } from '../dom/elements';
import { metricNumber, formatNumber, metricOf } from '../text/figures';
import { plural } from '../text/translate';
import type { IHistoryFilter } from '../protocol/messages';
import { Signal } from '../signal';

interface IMetricPoint {
  id: string;
  number: number;
  /** NaN and the infinities are gaps in the line. */
  value: number;
}

const SPARKLINE_WIDTH = 120;
const SPARKLINE_HEIGHT = 24;
/** A sparkline with more points is thinned. */
const MAX_SPARKLINE_POINTS = 240;

/** The chosen metric over the versions: a sparkline, and behind its button the full chart. */
export class MetricTrend {
  readonly element: HTMLElement;
  /** Rises when the values have been loaded. */
  readonly loaded = new Signal(0);
  private readonly _ctx: IContext;
  private readonly _filter: () => IHistoryFilter;
  private readonly _onChoose: (id: string) => void;
  private readonly _bar = h('div', { class: 'nbmv-trend-line' });
  private readonly _chart = h('div', { class: 'nbmv-trend-full', hidden: true });
  private readonly _disposables: (() => void)[];
  private _values = new Map<string, number>();
  private _points: IMetricPoint[] = [];
  private _requestNumber = 0;

  constructor(ctx: IContext, filter: () => IHistoryFilter, choose: (id: string) => void) {
    this._ctx = ctx;
    this._filter = filter;
    this._onChoose = choose;
    this.element = h('div', { class: 'nbmv-trend', hidden: true }, this._bar, this._chart);
    this._disposables = [
      ctx.metric.on(() => {
        this.reload();
      }),
      ctx.state.on((state, before) => {
        if (
          state?.head?.id !== before?.head?.id ||
          JSON.stringify([state?.metrics, state?.directions]) !== JSON.stringify([before?.metrics, before?.directions])
        ) {
          this._draw();
        }
      })
    ];
    this.reload();
  }

  get values(): ReadonlyMap<string, number> {
    return this._values;
  }

  reload(): void {
    this._requestNumber += 1;
    if (this._ctx.metric.value) {
      void this._load(this._requestNumber);
    } else {
      this._draw();
    }
  }

  dispose(): void {
    this._disposables.forEach(end => {
      end();
    });
  }

  private async _load(round: number): Promise<void> {
    try {
      const filter = this._filter();
      const { points } = await this._ctx.query('series', {
        metric: this._ctx.metric.value,
        ...(Object.keys(filter).length ? { filter } : {})
      });
      if (round === this._requestNumber) {
        this._points = points.map(one => ({ ...one, value: metricNumber(one.value) }));
        this._values = new Map(this._points.map(one => [one.id, one.value]));
        this._draw();
        this.loaded.value += 1;
      }
    } catch (error) {
      this._ctx.showError(error);
    }
  }

  private _draw(): void {
    const { t, metric, state } = this._ctx;
    const metrics = state.value?.metrics ?? [];
    if (!metrics.length || !metric.value) {
      replaceChildren(this._bar);
      return;
    }
    const choose = select(
      t('Metric to show'),
      metrics.map(one => [one, one] as const),
      metric.value,
      value => {
        metric.value = value;
      }
    );
    const more = iconButton({
      label: t('Chart of {metric} over the versions', { metric: metric.value }),
      icon: 'metric',
      onClick: () => {
        this._toggle(more);
      }
    });
    more.setAttribute('aria-expanded', String(!this._chart.hidden));
    replaceChildren(
      this._bar,
      choose,
      this._points.length > 1 ? this._drawSparkline() : h('span', { class: 'nbmv-gap' }),
      this._points.length > 1 ? more : null
    );
    if (!this._chart.hidden) {
      this._drawChart();
    }
  }

  private _drawSparkline(): SVGSVGElement {
    const points = thinPoints(this._points);
    const values = points.map(one => one.value).filter(Number.isFinite);
    const x = linearScale([0, Math.max(1, points.length - 1)], [4, SPARKLINE_WIDTH - 4]);
    const y = linearScale(values.length ? [Math.min(...values), Math.max(...values)] : [0, 1], [
      SPARKLINE_HEIGHT - 5,
      5
    ]);
    const path = linePath(points.map(({ value }, i) => (Number.isFinite(value) ? [x(i), y(value)] : null)));
    const isFinitePoint = (i: number): boolean => Number.isFinite(points[i]?.value);
    const isolated = points
      .map((_, i) => i)
      .filter(i => isFinitePoint(i) && !isFinitePoint(i - 1) && !isFinitePoint(i + 1));
    const head = this._ctx.state.value?.head?.id;
    const at = points.findIndex(one => one.id === head);
    const present = points[at];
    return svg(
      'svg',
      {
        class: 'nbmv-spark',
        viewBox: `0 0 ${SPARKLINE_WIDTH} ${SPARKLINE_HEIGHT}`,
        preserveAspectRatio: 'none',
        role: 'img',
        'aria-label': this._summary()
      },
      svg('title', {}, this._summary()),
      svg('path', { class: 'nbmv-spark-line', d: path }),
      svg('path', {
        class: 'nbmv-spark-alone',
        d: isolated.map(i => `M${x(i)} ${y(points[i]?.value ?? 0)}h.01`).join('')
      }),
      present && Number.isFinite(present.value)
        ? svg('path', { class: 'nbmv-spark-now', d: `M${x(at)} ${y(present.value)}h.01` })
        : null
    );
  }

  private _summary(): string {
    const { t } = this._ctx;
    const metric = this._ctx.metric.value;
    const n = this._points.length.toLocaleString();
    const values = this._points.map(one => one.value).filter(Number.isFinite);
    const last = this._points[this._points.length - 1]?.value ?? NaN;
    const others = this._points.length - values.length;
    const gaps = others
      ? `; ${plural(t, others, '{n} version has no finite value', '{n} versions have no finite value')}`
      : '';
    if (!values.length) {
      return t('{metric} over {n} versions', { metric, n }) + gaps;
    }
    const place = (value: number): string => `v${this._points.find(one => one.value === value)?.number ?? ''}`;
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const text = t('{metric} over {n} versions: lowest {low} in {lowAt}, highest {high} in {highAt}, last {last}', {
      metric,
      n,
      low: formatNumber(low),
      lowAt: place(low),
      high: formatNumber(high),
      highAt: place(high),
      last: formatNumber(last)
    });
    return text + gaps;
  }

  private _toggle(more: HTMLElement): void {
    this._chart.hidden = !this._chart.hidden;
    more.setAttribute('aria-expanded', String(!this._chart.hidden));
    if (!this._chart.hidden) {
      this._drawChart();
    }
  }

  private _drawChart(): void {
    const metric = this._ctx.metric.value;
    const points = thinPoints(this._points);
    const chart = drawChart(
      this._ctx,
      {
        kind: 'line',
        title: this._ctx.t('{metric} over the versions', { metric }),
        x_label: this._ctx.t('version'),
        y_label: metric,
        better: this._ctx.state.value?.directions?.[metric] ?? 'unknown',
        labels: [],
        series: [{ label: metric, x: points.map(one => one.number), y: points.map(one => metricOf(one.value)) }]
      },
      {
        onChoose: (_, i) => {
          this._onChoose(points[i]?.id ?? '');
        }
      }
    );
    replaceChildren(this._chart, chart);
  }
}

/**
 * Reduces the points to about `most`. Of each stretch the lowest, the highest and one non-finite point stay, in order;
 * the last point always stays.
 */
export function thinPoints<T extends { value: number }>(
  points: readonly T[],
  most: number = MAX_SPARKLINE_POINTS
): T[] {
  if (points.length <= most) {
    return [...points];
  }
  const stretch = Math.ceil(points.length / (most / 2));
  const kept: T[] = [];
  for (let from = 0; from < points.length; from += stretch) {
    const part = points.slice(from, from + stretch);
    const finite = part.filter(one => Number.isFinite(one.value));
    const low = finite.reduce<T | undefined>((a, b) => (a && a.value <= b.value ? a : b), undefined);
    const high = finite.reduce<T | undefined>((a, b) => (a && a.value >= b.value ? a : b), undefined);
    const gap = part.find(one => !Number.isFinite(one.value));
    kept.push(...part.filter(one => one === low || one === high || one === gap));
  }
  const last = points[points.length - 1];
  return last && kept[kept.length - 1] !== last ? [...kept, last] : kept;
}
