import { describe, expect, test } from 'vitest';
import type { ISection } from '../../../src/core';
import { proposedCondition } from '../../../src/core/experiments/bisect';
import { fails, Mock } from '../../mock';
import { idOf } from '../../sample';
import { all, button, click, one, page, type, type IPage } from '../mount';

async function opened(mock = new Mock()): Promise<IPage & { fold: HTMLElement }> {
  const found = await page({ mock, view: 'compare', ids: [idOf(2), idOf(7)] });
  const fold = one(found.root, '.nbmv-bisect') as HTMLDetailsElement;
  fold.open = true;
  return { ...found, fold };
}

function metrics(...rows: ISection['rows']): ISection {
  return { id: 'metrics', title: 'Metrics', columns: [], rows, lines: [], note: '', charts: [] };
}

describe('the search for the first bad version', () => {
  test('the condition is proposed from the first metric that changed', () => {
    const same = { cells: ['f1', 1, 1, null], status: 'same' as const };
    expect(proposedCondition(metrics(same, { cells: ['acc', 0.9, 0.8, -0.1], status: 'changed' }))).toBe('acc > 0.85');
    expect(proposedCondition(metrics({ cells: ['loss', 0.2, 0.4, 0.2], status: 'changed' }))).toBe('loss < 0.3');
    expect(proposedCondition(metrics({ cells: ['val loss', 1, 2, 1], status: 'changed' }))).toBe('');
    expect(proposedCondition(metrics({ cells: ['acc', 'nan', 2, null], status: 'changed' }))).toBe('');
  });

  test('the versions of the comparison and the condition are sent', async () => {
    const { fold, mock } = await opened();
    await type(one(fold, '.nbmv-code-input'), ' len(train) < 5 ');
    await click(button(fold, 'Find the version'));
    expect(mock.of('bisect')).toEqual([{ good: idOf(2), bad: idOf(7), condition: 'len(train) < 5' }]);
  });

  test('the result names the version, what was not tested, and every test', async () => {
    const { fold, root } = await opened();
    await click(button(fold, 'Find the version'));
    expect(fold.textContent).toContain('v5 is the first bad version (0.8) · deeper trees');
    expect(fold.textContent).toContain('Last good version: v3 (0.91)');
    expect(fold.textContent).toContain('Not tested: v4. The first bad version may be one of them. it has no acc');
    expect(all(fold, 'tbody tr').map(each => each.textContent)).toEqual([
      'v2good0.92',
      'v7bad0.7',
      'v4not testedit has no acc',
      'v5bad0.8',
      'v3good0.91'
    ]);
    expect(one(root, '.nbmv-live').textContent).toContain('v5 is the first bad version');
  });

  test('a click compares the first bad version with the last good one', async () => {
    const { fold, mock } = await opened();
    await click(button(fold, 'Find the version'));
    await click(button(fold, 'What changed in v5'));
    expect(mock.of('diff').at(-1)).toEqual({ before: idOf(3), after: idOf(5) });
  });

  test('a failure is shown in place', async () => {
    const mock = new Mock();
    mock.answers.bisect = fails({ message: 'v7 is good (0.9): acc > 0.5', hint: 'the second must be bad' });
    const { fold } = await opened(mock);
    await click(button(fold, 'Find the version'));
    expect(fold.textContent).toContain('v7 is good (0.9): acc > 0.5');
    expect(fold.textContent).toContain('the second must be bad');
  });
});
