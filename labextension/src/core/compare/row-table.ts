import type { IContext } from '../context';
import { userText } from '../dom/controls';
import { h } from '../dom/elements';
import { formatNumber, isMetric, metricNumber } from '../text/figures';
import type { IRowPage, Json } from '../protocol/messages';
import { MAX_CELL_CHARACTERS, valueCell, type ICell } from './cells';
import { statusSign } from './sections';
import { SPOKEN } from '../dom/styles';

/** Characters before the first difference of two long texts. */
const BEFORE_DIFFERENCE = 20;

/** A page of rows as a table. Of changed rows, each changed cell is a line; of added and removed ones, each row. */
export function rowTable(ctx: IContext, page: IRowPage, caption: string): HTMLElement {
  const { t } = ctx;
  const columns = page.rows[0]?.cells.map(one => one.column) ?? [];
  const changed = page.what === 'changed';
  const heads = changed ? [t('Column'), t('Before'), t('After')] : columns;
  const isNumeric = (at: number): boolean => !changed && page.rows.some(row => isNumber(page, row, at));
  const head = h(
    'tr',
    {},
    h('th', { scope: 'col', class: 'nbmv-signs' }, h('span', SPOKEN, t('Change'))),
    h('th', { scope: 'col' }, t('Row')),
    heads.map((text, at) => h('th', { scope: 'col', class: isNumeric(at) ? 'nbmv-number' : undefined }, userText(text)))
  );
  return h(
    'div',
    { class: 'nbmv-scroll nbmv-row-table', tabindex: 0, role: 'group', 'aria-label': caption },
    h(
      'table',
      { class: 'nbmv-table nbmv-diff' },
      h('caption', SPOKEN, caption),
      h('thead', {}, head),
      changed ? changedRows(ctx, page) : h('tbody', {}, wholeRows(ctx, page))
    )
  );
}

type TableRow = IRowPage['rows'][number];

function isNumber({ what }: IRowPage, { cells }: TableRow, at: number): boolean {
  return isMetric((what === 'added' ? cells[at]?.after : cells[at]?.before) ?? null);
}

/** A group of lines for each row: its label stands beside all of its changed cells. */
function changedRows(ctx: IContext, page: IRowPage): HTMLElement[] {
  return page.rows.map(row =>
    h(
      'tbody',
      {},
      row.cells.map(({ column, before, after }, at) => {
        const [old, now] = cellPair(before, after);
        return h(
          'tr',
          {},
          h('td', { class: 'nbmv-signs' }, statusSign(ctx, 'changed')),
          at === 0 ? h('th', { scope: 'rowgroup', rowspan: row.cells.length }, labelText(row)) : null,
          h('td', {}, userText(column)),
          dataCell(old),
          dataCell(now, 'nbmv-cell-after')
        );
      })
    )
  );
}

function wholeRows(ctx: IContext, { what, rows }: IRowPage): HTMLElement[] {
  const added = what === 'added';
  return rows.map(row =>
    h(
      'tr',
      { class: added ? 'nbmv-row-added' : 'nbmv-row-removed' },
      h('td', { class: 'nbmv-signs' }, statusSign(ctx, added ? 'added' : 'removed')),
      h('th', { scope: 'row' }, labelText(row)),
      row.cells.map(one => dataCell(valueCell(added ? one.after : one.before)))
    )
  );
}

/** The label as it is: a number is neither rounded nor separated, as it may be an id. */
function labelText({ label }: TableRow): HTMLElement {
  return userText(Array.isArray(label) ? label.map(plainText).join(', ') : plainText(label));
}

function plainText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function dataCell({ shown, number, title }: ICell, className = ''): HTMLElement {
  const classes = [className, number ? 'nbmv-number' : ''].filter(Boolean).join(' ');
  return h('td', { class: classes || undefined, title }, shown);
}

/** The cells of two values that differ. They are never shown alike: numbers get all their digits if need be. */
export function cellPair(before: Json, after: Json): [ICell, ICell] {
  if (isMetric(before) && isMetric(after)) {
    const alike = formatNumber(metricNumber(before)) === formatNumber(metricNumber(after));
    return alike ? [allDigits(before), allDigits(after)] : [valueCell(before), valueCell(after)];
  }
  if (typeof before === 'string' && typeof after === 'string') {
    const start = Math.max(0, commonStart(before, after) - BEFORE_DIFFERENCE);
    return [textFrom(before, start), textFrom(after, start)];
  }
  return [valueCell(before), valueCell(after)];
}

function allDigits(value: Json): ICell {
  return { shown: String(value), number: true };
}

function commonStart(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) {
    at += 1;
  }
  return at;
}

/** A long text from around its first difference on. */
function textFrom(text: string, start: number): ICell {
  if (text.length <= MAX_CELL_CHARACTERS || start === 0) {
    return valueCell(text);
  }
  const end = start + MAX_CELL_CHARACTERS;
  return { shown: userText(`…${text.slice(start, end)}${text.length > end ? '…' : ''}`), title: text };
}
