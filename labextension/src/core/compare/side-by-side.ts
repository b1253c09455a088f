import { drawChart } from '../charts/chart';
import type { IContext } from '../context';
import { button, fold, spoken, written } from '../dom/controls';
import { fill, h, type Child } from '../dom/elements';
import { ago, isMetric, measured, moment, number, said } from '../text/figures';
import type { Translate } from '../host';
import { counted } from '../text/translate';
import type { Direction, IChart, IComparison, IEntry, Json } from '../protocol/messages';
import { keepFocus } from '../dom/focus';
import type { ILook } from './sections';
import type { IComparisonDrawing } from './pair';

/** Asks for several versions side by side: a column for each. */
export async function several(ctx: IContext, ids: readonly string[]): Promise<IComparisonDrawing> {
  const found = await ctx.ask('compare', { ids: [...ids] });
  const count = counted(ctx.t, found.versions.length, '{n} version', '{n} versions');
  return {
    title: h('div', { class: 'nbmv-sides' }, h('strong', {}, count)),
    said: count,
    body: look => body(ctx, found, look)
  };
}

function body(ctx: IContext, found: IComparison, look: ILook): HTMLElement[] {
  const { t } = ctx;
  const telling = found.charts.filter(tells).map(chart => labelled(chart, found));
  const charts = telling.length
    ? [
        section(
          t('Charts'),
          h(
            'div',
            { class: 'nbmv-charts' },
            telling.map(chart => drawChart(ctx, chart))
          )
        )
      ]
    : [];
  return [table(ctx, found, look), ...charts];
}

/** One point alone says nothing against anything. */
function tells(chart: IChart): boolean {
  return chart.kind !== 'scatter' || chart.series.some(one => one.y.filter(value => value !== null).length > 1);
}

/** A parameter against a metric gets the versions' names at its points: those that have both, in their order. */
function labelled(chart: IChart, { versions, params, metrics }: IComparison): IChart {
  const param = params.find(one => one.name === chart.x_label)?.values;
  const metric = metrics.find(one => one.name === chart.y_label)?.values;
  if (chart.kind !== 'scatter' || chart.labels.length || !param || !metric) {
    return chart;
  }
  const both = versions.filter((_, i) => typeof param[i] === 'number' && typeof metric[i] === 'number');
  return both.length === chart.series[0]?.x.length ? { ...chart, labels: both.map(one => one.name) } : chart;
}

function section(title: string, content: HTMLElement): HTMLElement {
  const made = fold(h('h3', { class: 'nbmv-section-title' }, title), content, true);
  made.classList.add('nbmv-section');
  return made;
}

interface IValues {
  name: string;
  values: readonly Json[];
  differs: boolean;
  /** Of a metric: the best value stands out. */
  direction?: Direction;
}

/** The rows' values in the order of the versions that are shown. A row's name sorts the versions by it: up, down, as they were. */
function table(ctx: IContext, found: IComparison, { onlyDifferences }: ILook): HTMLElement {
  const { t } = ctx;
  const box = h('div', { class: 'nbmv-scroll', tabindex: 0, role: 'group', 'aria-label': t('Versions side by side') });
  const groups: [string, readonly IValues[]][] = [
    [t('Metrics'), found.metrics],
    [t('Hyperparameters'), found.params]
  ];
  const shown = groups
    .map(([title, rows]) => [title, rows.filter(row => row.differs || !onlyDifferences)] as const)
    .filter(([, rows]) => rows.length);
  let sorted: ISorted = { by: null, down: false };
  const sort = (by: IValues): void => {
    sorted = by !== sorted.by ? { by, down: false } : sorted.down ? { by: null, down: false } : { by, down: true };
    keepFocus(box, draw);
    ctx.say(
      sorted.by === null
        ? t('In the order chosen')
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
    fill(
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
            order.map(i => head(ctx, found.versions[i]))
          )
        ),
        bodies
      ),
      shown.length ? null : h('p', { class: 'nbmv-dim' }, t('No metric and no hyperparameter differs.'))
    );
  };
  draw();
  return box;
}

interface ISorted {
  by: IValues | null;
  down: boolean;
}

/** Places in their order: numbers by size, then words by the alphabet; what is no finite number, or not there, is last both ways. */
export function orderOf(count: number, { by, down }: ISorted): number[] {
  const places = Array.from({ length: count }, (_, i) => i);
  if (by === null) {
    return places;
  }
  const values = by.values.map(keyOf);
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

function keyOf(value: Json): number | string | null {
  if (isMetric(value)) {
    return Number.isFinite(measured(value)) ? measured(value) : null;
  }
  return value === null ? null : said(value);
}

function groupRow(title: string, count: number): HTMLElement {
  return h('tr', { class: 'nbmv-group-row' }, h('th', { scope: 'rowgroup', colspan: count + 1 }, title));
}

function head({ t }: IContext, one: IEntry | undefined): HTMLElement | null {
  return one
    ? h(
        'th',
        { scope: 'col' },
        h('div', { class: 'nbmv-version' }, one.name),
        h('div', { class: 'nbmv-column-message', title: one.message }, written(one.message)),
        h(
          'time',
          { class: 'nbmv-dim nbmv-small', datetime: one.saved_at_utc, title: moment(one.saved_at_utc) },
          ago(t, one.saved_at_utc)
        )
      )
    : null;
}

function drawRow(
  { t }: IContext,
  row: IValues,
  order: readonly number[],
  { by, down }: ISorted,
  sort: (by: IValues) => void
): HTMLElement {
  const name = button({
    label: row.name,
    class: 'nbmv-link nbmv-sort',
    title: t('Sort the versions by {name}', { name: row.name }),
    run: () => {
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
    order.map(i => drawCell(t, row.values[i], best !== null && row.values[i] === best))
  );
}

/** The best of different numbers; null when the direction of the metric is unknown. */
export function bestOf({ values, direction, differs }: IValues): number | null {
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

function drawCell(t: Translate, value: Json | undefined, best: boolean): HTMLElement {
  const shown: Child =
    value === null || value === undefined
      ? h('span', { class: 'nbmv-dim' }, '–')
      : isMetric(value)
        ? number(measured(value))
        : written(said(value));
  const className = isMetric(value) ? (best ? 'nbmv-number nbmv-best' : 'nbmv-number') : undefined;
  return h(
    'td',
    { class: className, title: isMetric(value) ? (best ? `${value} (${t('the best')})` : String(value)) : undefined },
    shown,
    best ? spoken(`, ${t('the best')}`) : null
  );
}
