import { drawChart } from '../charts/chart';
import type { IContext } from '../context';
import { userText } from '../dom/controls';
import { h } from '../dom/elements';
import type { ISection, Json, Status } from '../protocol/messages';
import { renderTextDiff } from './text-diff';
import { valueCell, type ICell } from './cells';
import { DIM, SMALL, SPOKEN } from '../dom/styles';

export interface IDisplayOptions {
  /** Hide what is the same on both sides. */
  onlyDifferences: boolean;
  /** Show text diffs side by side. */
  sideBySide: boolean;
}

/** The two versions of a comparison. */
export interface IComparedPair {
  /** Ids of the versions. */
  before: string;
  after: string;
  /** Elements with a state of their own, by the section's id. They stay when the options change. */
  kept: Map<string, HTMLElement>;
}

/** Draws the content of a section below its title. pair: missing where a section describes one version. */
export type Renderer = (
  ctx: IContext,
  section: ISection,
  look: IDisplayOptions,
  pair?: IComparedPair
) => (HTMLElement | null)[];

/** The default renderer: charts, table, text diff and note. */
export function renderSection(ctx: IContext, section: ISection, look: IDisplayOptions): (HTMLElement | null)[] {
  return [
    ...renderCharts(ctx, section),
    renderTable(ctx, section, look),
    section.lines.length ? renderTextDiff(ctx, section.lines, look.sideBySide) : null,
    renderNote(section)
  ];
}

export function renderCharts(ctx: IContext, section: ISection): HTMLElement[] {
  return section.charts.length
    ? [
        h(
          'div',
          { class: 'nbmv-charts' },
          section.charts.map(chart => drawChart(ctx, chart))
        )
      ]
    : [];
}

export function renderNote(section: ISection): HTMLElement | null {
  return section.note ? h('p', SMALL, userText(section.note)) : null;
}

/** More rows would make the page slow, for instance for a frame of thousands of columns. */
const MAX_SECTION_ROWS = 400;

/** The section's rows, each with a sign for its status. cell: draws a cell; default: by its value alone. */
export function renderTable(
  ctx: IContext,
  section: ISection,
  { onlyDifferences }: IDisplayOptions,
  cell: (at: number, found: Json, row: readonly Json[]) => ICell = (_, found) => valueCell(found)
): HTMLElement | null {
  const all = section.rows.filter(row => !onlyDifferences || row.status !== 'same');
  const rows = all.slice(0, MAX_SECTION_ROWS);
  if (!rows.length) {
    return section.rows.length ? h('p', DIM, ctx.t('Unchanged.')) : null;
  }
  const used = usedColumns(rows);
  const cells = rows.map(row => row.cells.slice(0, used).map((found, at) => cell(at, found, row.cells)));
  const numbers = section.columns.slice(0, used).map((_, at) => cells.some(row => row[at]?.number));
  const heads = section.columns
    .slice(0, used)
    .map((column, at) =>
      h(
        'th',
        { scope: 'col', class: at > 0 && numbers[at] ? 'nbmv-number' : cells[0]?.[at]?.wide ? 'nbmv-wide' : undefined },
        column
      )
    );
  const names = h('tr', {}, h('th', { scope: 'col', class: 'nbmv-signs' }, h('span', SPOKEN, ctx.t('Change'))), heads);
  const body = rows.map((row, i) =>
    h(
      'tr',
      { class: `nbmv-row-${row.status}` },
      h('td', { class: 'nbmv-signs' }, statusSign(ctx, row.status)),
      (cells[i] ?? []).map((one, at) => renderCell(at, one, numbers[at] === true))
    )
  );
  const hiddenRows = all.length - rows.length;
  const rest =
    hiddenRows > 0 ? h('p', DIM, ctx.t('{n} more rows are not shown', { n: hiddenRows.toLocaleString() })) : null;
  return h(
    'div',
    { class: 'nbmv-scroll', tabindex: 0, role: 'group', 'aria-label': section.title },
    h('table', { class: 'nbmv-table nbmv-diff' }, h('thead', {}, names), h('tbody', {}, body)),
    rest
  );
}

/** Number of columns to show. A last column without any value is omitted. */
function usedColumns(rows: readonly { cells: readonly Json[] }[]): number {
  const columns = rows[0]?.cells.length ?? 0;
  return columns > 3 && rows.every(row => row.cells[columns - 1] === null) ? columns - 1 : columns;
}

/** numeric: the column holds numbers, so all its cells are aligned at the end. */
function renderCell(at: number, { shown, number, title, wide }: ICell, numeric: boolean): HTMLElement {
  const props = {
    class: at === 0 ? undefined : number ? 'nbmv-number' : numeric ? 'nbmv-at-end' : wide ? 'nbmv-wide' : undefined,
    title
  };
  return at === 0 ? h('th', { ...props, scope: 'row' }, shown) : h('td', props, shown);
}

const STATUS_SIGNS: { [S in Status]: string } = { added: '+', removed: '\u2212', changed: '~', same: '' };

export function statusSign(ctx: IContext, status: Status): HTMLElement {
  const { t } = ctx;
  const words: { [S in Status]: string } = {
    added: t('added'),
    removed: t('removed'),
    changed: t('changed'),
    same: t('unchanged')
  };
  return h(
    'span',
    { class: `nbmv-sign nbmv-sign-${status}`, title: words[status] },
    h('span', { 'aria-hidden': true }, STATUS_SIGNS[status]),
    h('span', SPOKEN, words[status])
  );
}
