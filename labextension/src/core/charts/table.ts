import { tableHead } from '../dom/controls';
import { h } from '../dom/elements';
import { metricNumber, formatNumber } from '../text/figures';
import type { Translate } from '../text/translate';
import type { IChart, Metric } from '../protocol/messages';
import { DIM, NUMBER, SPOKEN } from '../dom/styles';

/** More rows would make the page slow. */
const MAX_TABLE_ROWS = 200;

/** The numbers of a chart: a row for each x, label or bin, a column for each series. */
export function chartTable(t: Translate, chart: IChart): HTMLElement {
  const first = chart.x_label || t('Name');
  const rows = rowsOf(chart);
  const scatter = chart.kind === 'scatter' && chart.labels.length > 0;
  const heads = [...(scatter ? [t('Version')] : []), first, ...chart.series.map(one => one.label)];
  const body = rows.slice(0, MAX_TABLE_ROWS).map((row, i) =>
    h(
      'tr',
      {},
      scatter ? h('th', { scope: 'row' }, chart.labels[i] ?? '') : null,
      h(scatter ? 'td' : 'th', scatter ? {} : { scope: 'row' }, row.key),
      row.values.map(value =>
        h('td', NUMBER, value === null || value === undefined ? '–' : formatNumber(metricNumber(value)))
      )
    )
  );
  return h(
    'div',
    { class: 'nbmv-scroll', role: 'group', 'aria-label': chart.title },
    h('table', { class: 'nbmv-table' }, h('caption', SPOKEN, chart.title), tableHead(heads), h('tbody', {}, body)),
    rows.length > MAX_TABLE_ROWS
      ? h('p', DIM, t('The first {n} of {all} rows', { n: MAX_TABLE_ROWS, all: rows.length }))
      : null
  );
}

interface IChartRow {
  key: string;
  values: (Metric | null | undefined)[];
}

function rowsOf(chart: IChart): IChartRow[] {
  if (chart.kind === 'bars') {
    return chart.labels.map((label, i) => ({ key: label, values: chart.series.map(one => one.y[i]) }));
  }
  if (chart.kind === 'scatter') {
    return (chart.series[0]?.x ?? []).map((x, i) => ({
      key: formatNumber(x),
      values: chart.series.map(one => one.y[i])
    }));
  }
  const keys = [
    ...new Set(
      chart.series.flatMap(one =>
        chart.kind === 'histogram'
          ? one.x.slice(0, -1).map((x, i) => `${formatNumber(x)} – ${formatNumber(one.x[i + 1] ?? x)}`)
          : one.x.map(x => formatNumber(x))
      )
    )
  ];
  const maps = chart.series.map(one => new Map(one.y.map((y, i) => [binKey(chart, one.x, i), y] as const)));
  return keys.map(key => ({ key, values: maps.map(map => map.get(key)) }));
}

function binKey(chart: IChart, x: readonly number[], i: number): string {
  const at = x[i] ?? NaN;
  return chart.kind === 'histogram' ? `${formatNumber(at)} – ${formatNumber(x[i + 1] ?? at)}` : formatNumber(at);
}
