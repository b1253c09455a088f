import { drawChart } from '../charts';
import type { IContext } from '../context';
import { fold, written } from '../controls';
import { h, type Child } from '../dom';
import { ago, moment, number, said } from '../figures';
import { counted } from '../plain';
import type { IChart, IComparison, Json } from '../protocol';
import type { ILook } from './sections';
import type { IComparisonDrawing } from './two';

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
  const charts = telling.length ? [section(t('Charts'), h('div', { class: 'nbmv-charts' }, telling.map(chart => drawChart(ctx, chart))))] : [];
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
}

function table(ctx: IContext, { versions, metrics, params }: IComparison, { onlyDifferences }: ILook): HTMLElement {
  const { t } = ctx;
  const heads = versions.map(one =>
    h(
      'th',
      { scope: 'col' },
      h('div', { class: 'nbmv-version' }, one.name),
      h('div', { class: 'nbmv-column-message' }, written(one.message)),
      h('time', { class: 'nbmv-dim nbmv-small', datetime: one.saved_at_utc, title: moment(one.saved_at_utc) }, ago(t, one.saved_at_utc))
    )
  );
  const group = (title: string, rows: readonly IValues[]): HTMLElement[] => {
    const shown = rows.filter(row => row.differs || !onlyDifferences);
    const head = h('tr', { class: 'nbmv-group-row' }, h('th', { scope: 'rowgroup', colspan: versions.length + 1 }, title));
    return shown.length ? [head, ...shown.map(row)] : [];
  };
  const groups = [group(t('Metrics'), metrics), group(t('Hyperparameters'), params)].filter(rows => rows.length);
  const made = h('table', { class: 'nbmv-table nbmv-several' }, h('thead', {}, h('tr', {}, h('td', {}), heads)), groups.map(rows => h('tbody', {}, rows)));
  const nothing = groups.length ? null : h('p', { class: 'nbmv-dim' }, t('No metric and no hyperparameter differs.'));
  return h('div', { class: 'nbmv-scroll', tabindex: 0, role: 'group', 'aria-label': t('Versions side by side') }, made, nothing);
}

function row({ name, values, differs }: IValues): HTMLElement {
  const cell = (value: Json | undefined): Child => (value === null || value === undefined ? h('span', { class: 'nbmv-dim' }, '–') : typeof value === 'number' ? number(value) : written(said(value)));
  return h(
    'tr',
    { class: differs ? 'nbmv-row-changed' : 'nbmv-row-same' },
    h('th', { scope: 'row' }, written(name)),
    values.map(value => h('td', { class: typeof value === 'number' ? 'nbmv-number' : undefined, title: typeof value === 'number' ? String(value) : undefined }, cell(value)))
  );
}
