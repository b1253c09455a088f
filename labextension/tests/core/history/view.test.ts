import { describe, expect, test } from 'vitest';
import { fails, Mock } from '../../mock';
import { entry, idOf, LEAK } from '../../sample';
import { all, button, click, nameOf, one, page, press, row, rows, settled, type } from '../mount';

describe('history', () => {
  test('the newest version is on top, the present one is marked, and what is not committed is above it', async () => {
    const { root } = await page();
    const [pending, first] = rows(root);
    expect(nameOf(pending as Element)).toBe('Uncommitted changes: 3~train +scaler −old_params');
    expect(first?.getAttribute('aria-current')).toBe('true');
    expect(nameOf(first as Element)).toContain('v14, current version, baseline');
    expect(rows(root).filter(each => each.getAttribute('aria-current') === 'true')).toHaveLength(1);
  });

  test('of 10,000 versions only those in view are in the document, and one page is asked for', async () => {
    const { root, mock } = await page({ mock: new Mock(10_000) });
    expect(rows(root).length).toBeLessThan(40);
    expect(rows(root)[0]?.getAttribute('aria-setsize')).toBe('10001');
    expect(mock.of('history')).toEqual([{ filter: {}, offset: 0, limit: 60 }]);
  });

  test('scrolling far down asks for the page that is looked at and for none between', async () => {
    const { root, mock } = await page({ mock: new Mock(10_000) });
    const list = one(root, '.nbmv-list');
    list.scrollTop = 46 * 6000;
    list.dispatchEvent(new Event('scroll'));
    await settled(80);
    const offsets = mock.of('history').map(each => each.offset);
    expect(offsets.length).toBeLessThan(5);
    expect(offsets.some(offset => offset > 5000 && offset < 6100)).toBe(true);
    expect(rows(root).length).toBeLessThan(45);
    expect(rows(root).some(each => nameOf(each).startsWith('v4'))).toBe(true);
  });

  test('versions stand under their days', async () => {
    const { root } = await page();
    const days = all(root, '.nbmv-list-inner .nbmv-day').map(each => each.textContent);
    expect(days.length).toBeGreaterThan(1);
    expect(new Set(days).size).toBe(days.length);
  });

  test('the day of the rows that are looked at stays on top, but not over what is not committed', async () => {
    const { root } = await page({ mock: new Mock(10_000) });
    const list = one(root, '.nbmv-list');
    const scrolled = async (top: number): Promise<string> => {
      list.scrollTop = top;
      list.dispatchEvent(new Event('scroll'));
      await settled(80);
      return all(root, '.nbmv-day-now')[0]?.textContent ?? '';
    };
    expect(await scrolled(0)).toBe('');
    expect(await scrolled(10)).toBe('');
    expect(await scrolled(46 * 20)).not.toBe('');
  });

  test('one row is the tab stop; arrows, Home, End and pages go through the list and select', async () => {
    const { root, panel } = await page({ mock: new Mock(40) });
    const stops = (): string[] =>
      rows(root)
        .filter(each => each.tabIndex === 0)
        .map(each => nameOf(each).split(',')[0] ?? '');
    panel.focus();
    expect(stops()).toHaveLength(1);
    await press('ArrowDown');
    expect(stops()).toEqual(['v40']);
    expect(document.activeElement).toBe(row(root, 'v40'));
    expect(row(root, 'v40').getAttribute('aria-selected')).toBe('true');
    await press('End');
    expect(stops()).toEqual(['v1']);
    await press('PageUp');
    expect(Number(stops()[0]?.slice(1))).toBeGreaterThan(4);
    await press('Home');
    expect(document.activeElement).toBe(rows(root)[0]);
  });

  test('Shift extends the selection, Space and Ctrl add to it, Escape clears it, and the host is notified', async () => {
    const told: string[][] = [];
    const { root, panel } = await page({
      host: {
        onSelect: ids => {
          told.push(ids);
        }
      }
    });
    panel.focus();
    await press('ArrowDown');
    await press('ArrowDown', { shiftKey: true });
    expect(told.at(-1)).toEqual([idOf(14), idOf(13)]);
    await click(row(root, 'v9'), { ctrlKey: true });
    expect(told.at(-1)).toEqual([idOf(14), idOf(13), idOf(9)]);
    await press(' ');
    expect(told.at(-1)).toEqual([idOf(14), idOf(13)]);
    await press('Escape');
    expect(told.at(-1)).toEqual([]);
    expect(all(root, '.nbmv-details')).toEqual([]);
  });

  test('two selected versions are compared with the older one first', async () => {
    const { root, mock } = await page();
    await click(row(root, 'v12'));
    await click(row(root, 'v9'), { ctrlKey: true });
    await click(button(one(root, '.nbmv-details'), 'Compare'));
    expect(mock.of('diff')).toEqual([{ before: idOf(9), after: idOf(12) }]);
  });

  test('a host that opens comparisons gets them', async () => {
    const opened: string[][] = [];
    const { root, mock } = await page({
      host: {
        openComparison: ids => {
          opened.push(ids);
        }
      }
    });
    await click(row(root, 'v12'));
    await click(button(one(root, '.nbmv-details'), 'Compare'));
    expect(opened).toEqual([[idOf(12), idOf(14)]]);
    expect(mock.of('diff')).toEqual([]);
  });

  test('text filters after a pause, the finer filters at once, and Clear ends both', async () => {
    const { root, mock } = await page();
    await type(one(root, '.nbmv-filter input[type=search]'), 'baseline');
    await settled(260);
    expect(mock.of('history').at(-1)?.filter).toEqual({ text: 'baseline' });
    await click(button(root, 'More filters'));
    await type(one(root, '.nbmv-filter select[aria-label=Tag]'), 'paper');
    await type(one(root, '.nbmv-filter input[aria-label="At least"]'), '0.8');
    expect(mock.of('history').at(-1)?.filter).toEqual({
      text: 'baseline',
      tag: 'paper',
      metric: { name: 'acc', at_least: 0.8 }
    });
    expect(root.textContent).toContain('No version matches the filter.');
    await click(button(root, 'Clear the filter'));
    expect(mock.of('history').at(-1)?.filter).toEqual({});
    expect(rows(root).length).toBeGreaterThan(5);
  });

  test('an empty store shows how to make the first version', async () => {
    const { root } = await page({ mock: new Mock(0) });
    expect(one(root, '.nbmv-empty').textContent).toBe('No versions yet.Run %mv_commit in a cell, or choose Commit.');
  });

  test('a push with a new version is drawn, and the selected version stays selected in its new row', async () => {
    const mock = new Mock(14);
    const { root } = await page({ mock });
    await click(row(root, 'v13'));
    const grown = new Mock(15);
    mock.answers.history = params => grown.request('history', params);
    mock.push({ ...grown.state });
    await settled();
    expect(nameOf(rows(root)[1] as Element)).toContain('v15');
    expect(row(root, 'v13').getAttribute('aria-selected')).toBe('true');
    expect(row(root, 'v13').tabIndex).toBe(0);
  });

  test('a push that changes only busy or uncommitted sends no request', async () => {
    const { root, mock } = await page();
    const before = mock.calls.length;
    mock.push({ busy: true });
    mock.push({ uncommitted: [] });
    await settled();
    expect(mock.calls.length).toBe(before);
    expect(nameOf(rows(root)[0] as Element)).toContain('v14');
  });

  test('the metric in a row has its step from the parent, and another metric can be chosen', async () => {
    const { root, mock } = await page();
    expect(one(row(root, 'v10'), '.nbmv-metric').textContent).toMatch(/^acc 0\.9348 \+0\.02, $/);
    await type(one(root, 'select[aria-label="Metric to show"]'), 'loss');
    expect(mock.of('series').map(each => each.metric)).toEqual(['acc', 'loss']);
    expect(one(row(root, 'v10'), '.nbmv-metric').textContent).toMatch(/^loss /);
    expect(one(root, '.nbmv-spark').getAttribute('aria-label')).toMatch(/^loss over 14 versions: lowest/);
  });

  test('a row has a menu, by pointer and by keyboard, and the focus comes back', async () => {
    const { root, mock, panel } = await page();
    panel.focus();
    await press('ArrowDown');
    await press('ArrowDown');
    document.activeElement?.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }));
    expect(all(root, '[role=menuitem]').map(nameOf)).toEqual([
      'Roll back…',
      'Compare with the current version',
      'Compare with the previous version',
      'Export…',
      'Re-run…',
      'Show its notebook'
    ]);
    await press('Escape');
    expect(all(root, '[role=menu]')).toEqual([]);
    expect(document.activeElement).toBe(row(root, 'v13'));
    document.activeElement?.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }));
    await press('ArrowDown');
    await press('ArrowDown');
    await press('ArrowDown');
    await click(document.activeElement as Element);
    expect(mock.of('destination')).toEqual([{ id: idOf(13) }]);
    expect(one(root, '.nbmv-export .nbmv-title').textContent).toBe('Export v13');
  });

  test('a click on a row that was redrawn under the pointer selects it', async () => {
    const { root } = await page();
    const place = row(root, 'v9');
    document.elementFromPoint = () => place.querySelector('.nbmv-version');
    await click(place.parentElement as Element);
    expect(row(root, 'v9').getAttribute('aria-selected')).toBe('true');
    document.elementFromPoint = () => null;
    await click(one(root, '.nbmv-list-inner'));
    expect(row(root, 'v9').getAttribute('aria-selected')).toBe('true');
  });

  test('a failed history request becomes a notice with the hint', async () => {
    const mock = new Mock();
    mock.answers.history = fails({ message: 'the store is damaged', hint: 'try: %mv_verify' });
    const { root } = await page({ mock });
    expect(one(root, '[role=alert]').textContent).toContain('the store is damaged');
    expect(one(root, '[role=alert]').textContent).toContain('try: %mv_verify');
    mock.answers.history = () => ({ total: 0, entries: [] });
    await click(button(one(root, '[role=alert]'), 'Try again'));
    expect(one(root, '.nbmv-nothing').textContent).toContain('No versions yet.');
  });
});

describe('an alarm', () => {
  const badge = (root: ParentNode): HTMLElement => one(row(root, 'v5'), '.nbmv-alarm');

  test('is a badge with an icon and a word; its title is the sentence', async () => {
    const { root } = await page();
    expect(all(root, '.nbmv-alarm')).toHaveLength(1);
    expect(badge(root).title).toBe(LEAK);
    expect(badge(root).querySelector('.nbmv-icon-warning')).toBeTruthy();
    expect(nameOf(row(root, 'v5'))).toContain('alarm, ');
    expect(badge(root).tabIndex, 'an option contains no control').toBe(-1);
  });

  test('a click on the badge compares the version with its first parent, and selects nothing', async () => {
    const opened: string[][] = [];
    const { root } = await page({
      host: {
        openComparison: ids => {
          opened.push(ids);
        }
      }
    });
    await click(badge(root));
    expect(opened).toEqual([[idOf(4), idOf(5)]]);
    expect(row(root, 'v5').getAttribute('aria-selected')).toBe('false');
  });

  test('the details say it, and their button opens it with the keyboard, as the menu does', async () => {
    const { root, mock } = await page();
    await click(row(root, 'v5'));
    const details = one(root, '.nbmv-details');
    expect(details.textContent).toContain(LEAK);
    await click(button(details, 'More actions'));
    expect(all(root, '[role=menuitem]').map(nameOf)).toContain('Show the alarms');
    await press('Escape');
    await click(button(details, 'Show the alarms'));
    expect(mock.of('diff')).toEqual([{ before: idOf(4), after: idOf(5) }]);
    expect(all(root, '[data-section]')[0]?.dataset['section']).toBe('alarms');
  });

  test('of a version without a parent, a click shows the sentence in the details', async () => {
    const mock = new Mock();
    const first = { ...entry(1, 1, { alarm: LEAK }), graph: { column: 0, edges: [] } };
    mock.answers.history = () => ({ total: 1, entries: [first] });
    const { root } = await page({ mock });
    await click(one(row(root, 'v1'), '.nbmv-alarm'));
    expect(one(root, '.nbmv-details').textContent).toContain(LEAK);
    expect(all(root, '.nbmv-details button').map(nameOf)).not.toContain('Show the alarms');
  });
});
