/** axe-core on every view, as far as jsdom goes: no layout, so no contrast; the browser test does that. */
import axe from 'axe-core';
import { describe, expect, test } from 'vitest';
import { Mock } from '../mock';
import { idOf } from '../sample';
import { DIVERGED, mergePlan, remote } from '../sample-remotes';
import { all, button, click, one, page, row, settled } from './mount';

// axe measures letters on a canvas, to find fonts of icons; jsdom has none and says so aloud.
HTMLCanvasElement.prototype.getContext = () => null;

async function violations(root: HTMLElement): Promise<string[]> {
  const found = await axe.run(root, { rules: { 'color-contrast': { enabled: false }, region: { enabled: false } } });
  return found.violations.map(
    each =>
      `${each.id}: ${each.nodes
        .map(node => node.html)
        .slice(0, 3)
        .join(' | ')}`
  );
}

describe('axe', () => {
  test('history with its details, filters, chart and a menu', async () => {
    const { root } = await page();
    expect(await violations(root)).toEqual([]);
    await click(button(root, 'More filters'));
    await click(button(root, 'Chart of acc over the versions'));
    await click(row(root, 'v7'));
    await click(button(root, 'Add a tag'));
    await click(button(root, 'Add a note'));
    expect(await violations(root)).toEqual([]);
    await click(button(root, 'More actions'));
    expect(await violations(root)).toEqual([]);
  });

  test.each(['compare', 'rollback', 'commit', 'inspect', 'models', 'remotes', 'export'] as const)('%s', async view => {
    const { root, panel } = await page();
    panel.show(view, [idOf(2), idOf(7)], view === 'inspect' ? 'train' : '');
    await settled();
    expect(await violations(root)).toEqual([]);
  });

  test('an alarm in the history, in the details and in a comparison, and the rows of a table', async () => {
    const { root, panel } = await page();
    await click(row(root, 'v5'));
    expect(await violations(root)).toEqual([]);
    panel.show('compare', [idOf(4), idOf(5)]);
    await settled();
    const fold = one(root, '.nbmv-row-browser') as HTMLDetailsElement;
    fold.open = true;
    fold.dispatchEvent(new Event('toggle'));
    await settled();
    expect(await violations(root)).toEqual([]);
    await click(one(root, '.nbmv-row-tabs [data-what=added]'));
    expect(await violations(root)).toEqual([]);
  });

  test.each(['Show the lineage', 'Show the model card'])('a registered version: %s', async name => {
    const { root, panel } = await page();
    panel.show('models');
    await settled();
    await click(button(root, 'More actions for churn/1.2.0'));
    await click(button(root, name));
    all(root, 'details').forEach(fold => {
      (fold as HTMLDetailsElement).open = true;
    });
    expect(await violations(root)).toEqual([]);
    if (name === 'Show the model card') {
      await click(button(root, 'State what people know…'));
      expect(await violations(root)).toEqual([]);
    }
  });

  test('a branch that diverged, the page of its merge, and the form of a remote', async () => {
    const mock = new Mock(14, { remotes: () => ({ remotes: [remote({ branches: [DIVERGED] })] }) });
    const { root, panel } = await page({ mock });
    panel.show('remotes');
    await settled();
    expect(await violations(root)).toEqual([]);
    await click(button(root, 'Merge…'));
    expect(await violations(root)).toEqual([]);
    await click(button(root, 'Cancel'));
    await click(button(root, 'Add a remote…'));
    expect(await violations(root)).toEqual([]);
  });

  test('the merge with values that need trust, and the page of who can read a remote', async () => {
    const mock = new Mock(14, {
      remotes: () => ({ remotes: [remote({ branches: [DIVERGED], encrypted: true })] }),
      merge_plan: () => ({ ...mergePlan(), untrusted: ['model'] })
    });
    const { root, panel } = await page({ mock });
    panel.show('remotes');
    await settled();
    await click(button(root, 'Merge…'));
    expect(await violations(root)).toEqual([]);
    await click(button(root, 'Cancel'));
    await click(button(root, 'More about origin'));
    await click(all(root, '[role=menuitem]')[1] as Element);
    expect(one(root, '.nbmv-members')).toBeTruthy();
    expect(await violations(root)).toEqual([]);
  });

  test('several versions, an empty store, and while a cell runs', async () => {
    const { root, panel } = await page();
    panel.show('compare', [idOf(2), idOf(7), idOf(9)]);
    await settled();
    expect(await violations(root)).toEqual([]);
    const empty = await page({ mock: new Mock(0) });
    expect(await violations(empty.root)).toEqual([]);
    const busy = await page();
    busy.mock.push({ busy: true, queued: [{ request: 1, method: 'commit', what: 'commit' }] });
    expect(one(busy.root, '.nbmv-tasks')).toBeTruthy();
    expect(await violations(busy.root)).toEqual([]);
  });
});
