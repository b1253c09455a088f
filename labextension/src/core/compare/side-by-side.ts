import { drawChart } from '../charts/chart';
import { drawParallel } from '../charts/parallel';
import type { IContext } from '../context';
import { button, foldable, screenReaderText, userText } from '../dom/controls';
import { replaceChildren, h, type Child } from '../dom/elements';
import { formatAge, isMetric, metricNumber, formatDateTime, formatNumber, formatJson } from '../text/figures';
import type { Translate } from '../text/translate';
import { plural } from '../text/translate';
import type { Direction, IChart, IComparison, IEntry, Json } from '../protocol/messages';
import { preserveFocus } from '../dom/focus';
import type { IDisplayOptions } from './sections';
import type { IComparisonDrawing } from './pair';
import { DIM } from '../dom/styles';

/** Compares several versions side by side: a column for each. */
export async function compareSideBySide(ctx: IContext, ids: readonly string[]): Promise<IComparisonDrawing> {
  const found = await ctx.query('compare', { ids: [...ids] });
  const count = plural(ctx.t, found.versions.length, '{n} version', '{n} versions');
  return {
    title: h('div', { class: 'nbmv-sides' }, h('strong', {}, count)),
    summary: count,
    body: look => drawTableAndCharts(ctx, found, look)
  };
}

function drawTableAndCharts(ctx: IContext, found: IComparison, look: IDisplayOptions): HTMLElement[] {
  const { t } = ctx;
  const informative = found.charts.filter(isInformative).map(chart => withVersionLabels(chart, found));
  const charts = informative.length
    ? [
        chartSection(
          t('Charts'),
          h(
            'div',
            { class: 'nbmv-charts' },
            informative.map(chart => drawChart(ctx, chart))
          )
        )
      ]
    : [];
  return [sortableTable(ctx, found, look), ...associations(ctx, found), ...parallel(ctx, found), ...charts];
}

/** The parameters that the metric goes with, a sentence each. */
function associations({ t }: IContext, { associated, metric }: IComparison): HTMLElement[] {
  const sentences = (associated ?? []).map(one =>
    h(
      'li',
      {},
      one.correlation === null
        ? t('{metric} goes with {param}: best with {best} ({n} versions)', {
            metric: metric ?? '',
            param: one.param,
            best: one.best,
            n: one.versions
          })
        : t('{metric} goes with {param}: rank correlation {value} ({n} versions)', {
            metric: metric ?? '',
            param: one.param,
            value: formatNumber(one.correlation),
            n: one.versions
          })
    )
  );
  return sentences.length ? [h('ul', { class: 'nbmv-associated' }, sentences)] : [];
}

/** Parallel coordinates: the differing parameters, then the metrics. */
function parallel(ctx: IContext, found: IComparison): HTMLElement[] {
  const differing = [...found.params, ...[...found.metrics].reverse()].filter(one => one.differs);
  const drawn = drawParallel(
    ctx.t,
    found.versions.map(one => one.name),
    differing
  );
  return drawn ? [chartSection(ctx.t('Parallel coordinates'), drawn)] : [];
}

/** A scatter plot needs two points. */
function isInformative(chart: IChart): boolean {
  return chart.kind !== 'scatter' || chart.series.some(one => one.y.filter(value => value !== null).length > 1);
}

/** Labels the points of a parameter against a metric with the names of the versions that have both, in order. */
function withVersionLabels(chart: IChart, { versions, params, metrics }: IComparison): IChart {
  const param = params.find(one => one.name === chart.x_label)?.values;
  const metric = metrics.find(one => one.name === chart.y_label)?.values;
  if (chart.kind !== 'scatter' || chart.labels.length || !param || !metric) {
    return chart;
  }
  const both = versions.filter((_, i) => typeof param[i] === 'number' && typeof metric[i] === 'number');
  return both.length === chart.series[0]?.x.length ? { ...chart, labels: both.map(one => one.name) } : chart;
}

function chartSection(title: string, content: HTMLElement): HTMLElement {
  const element = foldable(h('h3', { class: 'nbmv-section-title' }, title), content, true);
  element.classList.add('nbmv-section');
  return element;
}

interface IValueRow {
  name: string;
  values: readonly Json[];
  differs: boolean;
  /** The direction of a metric: its best value is highlighted. */
  direction?: Direction;
}

/** The table of values. A click on a row's name sorts the versions by it: ascending, descending, original order. */
function sortableTable(ctx: IContext, found: IComparison, { onlyDifferences }: IDisplayOptions): HTMLElement {
  const { t } = ctx;
  const box = h('div', { class: 'nbmv-scroll', tabindex: 0, role: 'group', 'aria-label': t('Versions side by side') });
  const groups: [string, readonly IValueRow[]][] = [
    [t('Metrics'), found.metrics],
    [t('Hyperparameters'), found.params]
  ];
  const shown = groups
    .map(([title, rows]) => [title, rows.filter(row => row.differs || !onlyDifferences)] as const)
    .filter(([, rows]) => rows.length);
  let sorted: ISortOrder = { by: null, down: false };
  const sort = (by: IValueRow): void => {
    sorted = by !== sorted.by ? { by, down: false } : sorted.down ? { by: null, down: false } : { by, down: true };
    preserveFocus(box, draw);
    ctx.announce(
      sorted.by === null
        ? t('In the original order')
        : sorted.down
          ? t('Sorted by {name}, highest first', { name: by.name })
          : t('Sorted by {name}, lowest first', { name: by.name })
    );
  };
  const draw = (): void => {
    const order = orderOf(found.versions.length, sorted);
    const bodies = shown.map(([title, rows]) =>
      h(
        'tbody',
        {},
        groupRow(title, order.length),
        rows.map(row => drawRow(ctx, row, order, sorted, sort))
      )
    );
    replaceChildren(
      box,
      h(
        'table',
        { class: 'nbmv-table nbmv-several' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            h('td', {}),
            order.map(i => versionHeading(ctx, found.versions[i]))
          )
        ),
        bodies
      ),
      shown.length ? null : h('p', DIM, t('No metric and no hyperparameter differs.'))
    );
  };
  draw();
  return box;
}

interface ISortOrder {
  by: IValueRow | null;
  down: boolean;
}

/**
 * The indices of the versions in sort order: numbers, then texts. Non-finite and missing values are last in both
 * directions.
 */
export function orderOf(count: number, { by, down }: ISortOrder): number[] {
  const places = Array.from({ length: count }, (_, i) => i);
  if (by === null) {
    return places;
  }
  const values = by.values.map(sortKey);
  const turn = down ? -1 : 1;
  return places.sort((a, b) => {
    const [one, other] = [values[a] ?? null, values[b] ?? null];
    if (one === null || other === null) {
      return one === other ? a - b : one === null ? 1 : -1;
    }
    const numbers = typeof one === 'number' && typeof other === 'number';
    const far = numbers
      ? one - other
      : typeof one === typeof other
        ? String(one).localeCompare(String(other))
        : typeof one === 'number'
          ? -1
          : 1;
    return far * turn || a - b;
  });
}

function sortKey(value: Json): number | string | null {
  if (isMetric(value)) {
    return Number.isFinite(metricNumber(value)) ? metricNumber(value) : null;
  }
  return value === null ? null : formatJson(value);
}

function groupRow(title: string, count: number): HTMLElement {
  return h('tr', { class: 'nbmv-group-row' }, h('th', { scope: 'rowgroup', colspan: count + 1 }, title));
}

function versionHeading({ t }: IContext, one: IEntry | undefined): HTMLElement | null {
  return one
    ? h(
        'th',
        { scope: 'col' },
        h('div', { class: 'nbmv-version' }, one.name),
        h('div', { class: 'nbmv-column-message', title: one.message }, userText(one.message)),
        h(
          'time',
          { class: 'nbmv-dim nbmv-small', datetime: one.saved_at_utc, title: formatDateTime(one.saved_at_utc) },
          formatAge(t, one.saved_at_utc)
        )
      )
    : null;
}

function drawRow(
  { t }: IContext,
  row: IValueRow,
  order: readonly number[],
  { by, down }: ISortOrder,
  sort: (by: IValueRow) => void
): HTMLElement {
  const name = button({
    label: row.name,
    class: 'nbmv-link nbmv-sort',
    title: t('Sort the versions by {name}', { name: row.name }),
    onClick: () => {
      sort(row);
    }
  });
  const best = bestOf(row);
  const sign = h(
    'span',
    { class: 'nbmv-sort-sign', 'aria-hidden': true },
    by === row ? (down ? '\u2193' : '\u2191') : ''
  );
  return h(
    'tr',
    { class: row.differs ? 'nbmv-row-changed' : 'nbmv-row-same' },
    h(
      'th',
      { scope: 'row', 'aria-sort': by === row ? (down ? 'descending' : 'ascending') : undefined },
      h('div', { class: 'nbmv-sort-cell' }, name, sign)
    ),
    order.map(i => drawValue(t, row.values[i], best !== null && row.values[i] === best))
  );
}

/** The best of several different numbers; null if the direction of the metric is unknown. */
export function bestOf({ values, direction, differs }: IValueRow): number | null {
  const numbers = values.filter((one): one is number => typeof one === 'number');
  if (
    !differs ||
    numbers.length < 2 ||
    direction === undefined ||
    direction === 'unknown' ||
    Math.min(...numbers) === Math.max(...numbers)
  ) {
    return null;
  }
  return direction === 'higher' ? Math.max(...numbers) : Math.min(...numbers);
}

function drawValue(t: Translate, value: Json | undefined, best: boolean): HTMLElement {
  const content: Child =
    value === null || value === undefined
      ? h('span', DIM, '–')
      : isMetric(value)
        ? formatNumber(metricNumber(value))
        : userText(formatJson(value));
  const className = isMetric(value) ? (best ? 'nbmv-number nbmv-best' : 'nbmv-number') : undefined;
  return h(
    'td',
    { class: className, title: isMetric(value) ? (best ? `${value} (${t('best')})` : String(value)) : undefined },
    content,
    best ? screenReaderText(`, ${t('best')}`) : null
  );
}
