/** The views with messages that a real kernel has sent. */
import { describe, expect, test } from 'vitest';
import { golden, SAMPLES } from '../golden';
import { all, button, click, one, page, rows, settled } from './mount';

describe('what the kernel says', () => {
  test('the history', async () => {
    const { root } = await page({ mock: golden() });
    const names = SAMPLES.history.result.entries.map(each => each.name);
    const shown = rows(root)
      .map(each => each.querySelector('.nbmv-version')?.firstChild?.textContent)
      .filter(Boolean);
    expect(shown).toEqual(names);
    await click(rows(root)[rows(root).length - 1] as Element);
    const fold = all(root, '.nbmv-details details').at(-1) as HTMLDetailsElement;
    fold.open = true;
    fold.dispatchEvent(new Event('toggle'));
    await settled();
    expect(fold.textContent).toContain(SAMPLES.version.result.environment.python);
    expect(all(root, '[role=alert]')).toEqual([]);
  });

  test.each([false, true])('the comparison of two (of models: %s)', async model => {
    const sample = model ? SAMPLES.diffModel : SAMPLES.diff;
    const { root } = await page({ mock: golden(model), view: 'compare', ids: ['v1', 'v2'] });
    (one(root, '.nbmv-compare-tools input') as HTMLInputElement).click();
    expect(all(root, '[data-section]').map(each => each.dataset['section'])).toEqual(
      sample.result.sections.map(each => each.id)
    );
    expect(all(root, 'figure.nbmv-chart')).toHaveLength(
      sample.result.sections.reduce((sum, each) => sum + each.charts.length, 0)
    );
    expect(root.textContent).not.toMatch(/\[object|undefined|NaN/);
  });

  test.each([
    ['compare', ['a', 'b', 'c']],
    ['rollback', ['v1']],
    ['commit', []],
    ['inspect', []],
    ['models', []]
  ] as const)('%s', async (view, ids) => {
    const { root, panel } = await page({ mock: golden() });
    panel.show(view, [...ids], view === 'inspect' ? 'df' : '');
    await settled();
    expect(all(root, '.nbmv-view')[0]?.textContent).not.toMatch(/\[object|undefined|NaN/);
    expect(all(root, '[role=alert]')).toEqual([]);
    expect((all(root, '.nbmv-view')[0]?.textContent ?? '').length).toBeGreaterThan(60);
  });

  test('what a rollback did', async () => {
    const { root } = await page({ mock: golden(), view: 'rollback', ids: ['v1'] });
    await click(button(root, 'Roll back'));
    expect(one(root, '.nbmv-notice').textContent).toContain(
      `Rolled back to ${SAMPLES.rollback.result.plan.version.name}`
    );
  });
});
