import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core';
import { cellPair } from '../../../src/core/compare/row-table';
import { fails, Mock } from '../../mock';
import { diff, idOf, rowPage } from '../../sample';
import { all, button, click, one, page, press, settled, type IPage } from '../mount';

const rowsOf = (root: ParentNode): HTMLElement => one(root, '[data-section="rows.train"] .nbmv-row-browser');

async function open(root: ParentNode): Promise<void> {
  const fold = rowsOf(root) as HTMLDetailsElement;
  fold.open = true;
  fold.dispatchEvent(new Event('toggle'));
  await settled();
}

async function opened(mock = new Mock()): Promise<IPage & { browser: HTMLElement }> {
  const found = await page({ mock, view: 'compare', ids: [idOf(2), idOf(7)] });
  await open(found.root);
  return { ...found, browser: rowsOf(found.root) };
}

const tab = (root: ParentNode, name: string): HTMLElement => {
  const found = all(root, '[role=tab]').find(each => each.textContent.startsWith(name));
  if (!found) {
    throw new Error(`no tab ${name}`);
  }
  return found;
};

const place = (root: ParentNode): string => one(root, '.nbmv-row-place').textContent;

describe('the rows of a table', () => {
  test('nothing is requested before the user opens them', async () => {
    const { root, mock } = await page({ view: 'compare', ids: [idOf(2), idOf(7)] });
    expect(mock.of('rows')).toEqual([]);
    expect(rowsOf(root).querySelector('summary')?.textContent).toBe('Show rows of train');
    await open(root);
    expect(mock.of('rows')).toEqual([
      { before: idOf(2), after: idOf(7), name: 'train', what: 'changed', start: 0, count: 50 }
    ]);
  });

  test('there is a tab with its count for changed, added and removed rows', async () => {
    const { browser, mock } = await opened();
    expect(all(browser, '[role=tab]').map(each => each.textContent)).toEqual([
      'Changed 120',
      'Added 2,000',
      'Removed 0'
    ]);
    expect(tab(browser, 'Changed').getAttribute('aria-selected')).toBe('true');
    expect((tab(browser, 'Removed') as HTMLButtonElement).disabled).toBe(true);
    await click(tab(browser, 'Added'));
    expect(tab(browser, 'Added').getAttribute('aria-selected')).toBe('true');
    expect(one(browser, '[role=tabpanel]').getAttribute('aria-labelledby')).toBe(tab(browser, 'Added').id);
    expect(mock.of('rows').at(-1)).toMatchObject({ what: 'added', start: 0 });
    expect(place(browser)).toBe('1 to 50 of 2,000');
  });

  test('the arrow keys move between the tabs that have rows', async () => {
    const { browser } = await opened();
    tab(browser, 'Changed').focus();
    await press('ArrowRight');
    expect(document.activeElement).toBe(tab(browser, 'Added'));
    await press('ArrowRight');
    expect(document.activeElement).toBe(tab(browser, 'Changed'));
  });

  test('each changed cell is a line with a sign, its column and both values', async () => {
    const { browser } = await opened();
    expect(all(browser, 'thead th').map(each => each.textContent)).toEqual([
      'Change',
      'Row',
      'Column',
      'Before',
      'After'
    ]);
    const lines = all(browser, 'tbody tr').map(row => [...row.children].map(cell => cell.textContent));
    expect(lines.slice(0, 3)).toEqual([
      ['~changed', '10000', 'age', '–', '18'],
      ['~changed', '10001', 'age', '–', '19'],
      ['~changed', 'city', 'Köln', 'Bonn']
    ]);
    expect(all(browser, 'tbody th[scope=rowgroup]')).toHaveLength(50);
    expect(browser.textContent).toContain('Rows are paired by customer.');
  });

  test('added rows are lines with a column for each of theirs', async () => {
    const { browser } = await opened();
    await click(tab(browser, 'Added'));
    expect(all(browser, 'thead th').map(each => each.textContent)).toEqual(['Change', 'Row', 'age', 'city']);
    const [first] = all(browser, 'tbody tr').map(row => [...row.children].map(cell => cell.textContent));
    expect(first).toEqual(['+added', '10000', '18', 'Bonn']);
  });

  test('pages turn forth and back; at the end the focus goes to the other button', async () => {
    const { root, browser, mock } = await opened();
    const [previous, next] = [button(browser, 'Previous rows'), button(browser, 'Next rows')];
    expect([previous.disabled, next.disabled]).toEqual([true, false]);
    next.focus();
    await click(next);
    expect(place(browser)).toBe('51 to 100 of 120');
    expect(one(root, '.nbmv-live').textContent).toBe('Rows of train: 51 to 100 of 120');
    expect(document.activeElement).toBe(next);
    await click(next);
    expect(place(browser)).toBe('101 to 120 of 120');
    expect(all(browser, 'tbody')).toHaveLength(20);
    expect(next.disabled).toBe(true);
    expect(document.activeElement).toBe(previous);
    await click(previous);
    expect(mock.of('rows').map(each => each.start)).toEqual([0, 50, 100, 50]);
  });

  test('a failure is shown in place, and can be tried again', async () => {
    const mock = new Mock();
    mock.answers.rows = fails({ message: 'train needs trust', hint: 'try: %mv_config trust on' });
    const { root, browser } = await opened(mock);
    expect(one(browser, '.nbmv-row-failure').textContent).toContain('try: %mv_config trust on');
    expect(one(root, '.nbmv-live').textContent).toBe('train needs trust');
    expect(one(browser, '[role=tabpanel]').hasAttribute('aria-busy')).toBe(false);
    mock.answers.rows = ({ what, start, count }) => rowPage(what, start, count);
    await click(button(browser, 'Try again'));
    expect(place(browser)).toBe('1 to 50 of 120');
  });

  test('of two requests, the answer of the newer one is shown', async () => {
    const mock = new Mock();
    const late: (() => void)[] = [];
    const { browser } = await opened(mock);
    mock.answers.rows = ({ what, start, count }) =>
      what === 'added'
        ? new Promise(done => {
            late.push(() => {
              done(rowPage(what, start, count));
            });
          })
        : rowPage(what, start, count);
    await click(tab(browser, 'Added'));
    await click(tab(browser, 'Changed'));
    late.forEach(answer => {
      answer();
    });
    await settled();
    expect(place(browser)).toBe('1 to 50 of 120');
  });

  test('the open page stays when the options of the comparison change', async () => {
    const { root, browser, mock } = await opened();
    await click(button(browser, 'Next rows'));
    (one(root, '.nbmv-compare-tools input') as HTMLInputElement).click();
    expect(rowsOf(root)).toBe(browser);
    expect(place(rowsOf(root))).toBe('51 to 100 of 120');
    expect(mock.of('rows')).toHaveLength(2);
  });

  test('a table without changed, added or removed rows has nothing to open', async () => {
    const mock = new Mock();
    mock.answers.diff = () => ({
      ...diff(2, 7),
      sections: diff(2, 7).sections.map(each =>
        each.id === 'rows.train'
          ? { ...each, rows: [{ cells: ['rows in another order', 9, 'sorted by age', null, null], status: 'changed' }] }
          : each
      )
    });
    const { root } = await page({ mock, view: 'compare', ids: [idOf(2), idOf(7)] });
    expect(one(root, '[data-section="rows.train"]').textContent).toContain('sorted by age');
    expect(all(root, '.nbmv-row-browser')).toEqual([]);
  });
});

test('two values that differ never look alike', () => {
  const shown = (before: Json, after: Json): string[] =>
    cellPair(before, after).map(each =>
      each.shown instanceof Node ? (each.shown.textContent ?? '') : String(each.shown)
    );
  expect(shown(0.5, 0.75)).toEqual(['0.5', '0.75']);
  expect(shown(0.123451, 0.123452)).toEqual(['0.123451', '0.123452']);
  expect(shown('nan', 1)).toEqual(['nan', '1']);
  expect(shown(null, 'x')).toEqual(['–', 'x']);
  const [before = '', after = ''] = shown(`${'a'.repeat(200)}bc`, `${'a'.repeat(200)}dc`);
  expect([before, after]).toEqual([`…${'a'.repeat(20)}bc`, `…${'a'.repeat(20)}dc`]);
});
