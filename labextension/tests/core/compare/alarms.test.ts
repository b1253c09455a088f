import { describe, expect, test } from 'vitest';
import type { IDiff } from '../../../src/core';
import { Mock } from '../../mock';
import { diff, idOf, LEAK } from '../../sample';
import { all, one, page } from '../mount';

const section = (root: ParentNode): HTMLElement => one(root, '[data-section="alarms"]');

describe('alarms of a comparison', () => {
  test('they come first, as sentences with a word for their level and the version that brought them in', async () => {
    const { root } = await page({ view: 'compare', ids: [idOf(4), idOf(5)] });
    expect(all(root, '[data-section]')[0]?.dataset['section']).toBe('alarms');
    const found = all(section(root), '[role=list] > li').map(each => each.textContent);
    expect(found).toEqual([
      `alarm ${LEAK} since v5`,
      'note acc fell from 0.93 to 0.91, which is within chance for 200 rows since v5',
      'accepted 3 of 12 rows of months stand in train since v1 · accepted because: the months repeat'
    ]);
    expect(section(root).querySelectorAll('.nbmv-finding-level .nbmv-icon')).toHaveLength(3);
    expect(section(root).textContent).toContain('not checked: leak:train,validation');
  });

  test('screen readers are told their number first', async () => {
    const { root } = await page({ view: 'compare', ids: [idOf(4), idOf(5)] });
    expect(one(root, '.nbmv-live').textContent).toMatch(/^1 alarm; \d+ sections differ$/);
  });

  test('if nothing was found, the section says what was checked', async () => {
    const mock = new Mock();
    const clean = { ...diff(4, 5).sections[0], rows: [], note: 'no more rows of test than by chance stand in train' };
    mock.answers.diff = (): IDiff => ({ ...diff(4, 5), sections: [clean as IDiff['sections'][number]] });
    const { root } = await page({ mock, view: 'compare', ids: [idOf(4), idOf(5)] });
    expect(all(section(root), 'li')).toEqual([]);
    expect(section(root).textContent).toContain('than by chance');
    expect(one(root, '.nbmv-live').textContent).toBe('0 sections differ');
  });
});
