import { describe, expect, test } from 'vitest';
import { interpolate, mountPanel } from '../../../src/core';
import { golden, SAMPLES } from '../../golden';
import { fails, Mock } from '../../mock';
import { idOf } from '../../sample';
import { longLineage } from '../../sample-models';
import { all, button, click, nameOf, one, page, press, settled, type IPage } from '../mount';

async function opened(mock = new Mock(), address = 'churn/1.2.0'): Promise<IPage & { view: HTMLElement }> {
  const found = await page({ mock });
  await click(one(found.root, '[role=tab][data-view=models]'));
  await click(button(found.root, `More actions for ${address}`));
  await click(button(found.root, 'Show the lineage'));
  return { ...found, view: one(found.root, '.nbmv-lineage-page') };
}

function node(view: ParentNode, id: string): HTMLElement {
  return one(view, `[data-node="${id}"]`);
}

describe('the lineage of a registered version', () => {
  test('every node is described: what it is, what it was made from, where it went', async () => {
    const { view, mock } = await opened();
    expect(mock.of('lineage')).toEqual([{ address: 'churn/1.2.0' }]);
    expect(all(view, '[data-node]').map(each => each.getAttribute('role'))).toEqual([
      ...Array<string>(4).fill('button'),
      'img',
      'button',
      'button',
      'img'
    ]);
    expect(nameOf(node(view, 'fit'))).toBe(
      'cell [4] (v7); model = fit(rows, labels); made from data rows (v2), value labels (v7); went into model model (v7)'
    );
    expect(nameOf(one(view, '.nbmv-lineage'))).toBe('Lineage of churn/1.2.0');
  });

  test('kinds of edges differ in their class, and a legend says what each means', async () => {
    const { view } = await opened();
    const count = (how: string): number => all(view, `.nbmv-lineage .nbmv-edge-${how}`).length;
    expect(['observed', 'declared', 'inherited'].map(count)).toEqual([5, 2, 1]);
    expect(all(view, '.nbmv-legend li').map(nameOf)).toEqual([
      'observed: a cell read one and made the other',
      'declared: somebody stated it',
      'inherited: unchanged from an earlier version'
    ]);
  });

  test('a table has the same edges, and what is not known is listed', async () => {
    const { view } = await opened();
    const rows = all(view, 'tbody tr').map(each => all(each, 'td').map(nameOf));
    expect(rows).toHaveLength(8);
    expect(rows[1]).toEqual(['data rows (v2)', 'cell [4] (v7)', 'observed']);
    expect(rows[6]).toEqual(['model model (v7)', 'registered version churn/1.2.0 (v7)', 'inherited']);
    expect(view.textContent).toContain('Not knownscaler, which a cell of v7 read: not kept');
  });

  test('the arrow keys move through the graph, and Enter shows the version in the history', async () => {
    const { root, view } = await opened();
    const at = (): string | null | undefined => document.activeElement?.getAttribute('data-node');
    expect(at()).toBe('rows');
    await press('ArrowDown');
    expect(at()).toBe('label');
    await press('End');
    expect(at()).toBe('eu');
    await press('Enter');
    expect(view.isConnected).toBe(true);
    await press('Home');
    await press('Enter');
    expect(one(root, '[role=tab][aria-selected=true]').textContent).toBe('History');
    expect(one(root, '.nbmv-details').textContent).toContain(idOf(2).slice(0, 12));
  });

  test('a click on a node and on its name in the table show the version in the history', async () => {
    for (const target of ['[data-node=rows]', 'tbody tr:nth-child(2) button']) {
      const { root, view } = await opened();
      await click(one(view, target));
      expect(one(root, '.nbmv-details').textContent).toContain(idOf(2).slice(0, 12));
    }
  });

  test('a long lineage is folded: the nearest nodes first, and the number of the others is said', async () => {
    const { root, view } = await opened(new Mock(14, { lineage: () => longLineage(150) }));
    expect(view.textContent).toContain('The nearest 40 of 308 nodes; 268 are not shown');
    expect(all(view, '[data-node]')).toHaveLength(40);
    expect(one(root, '.nbmv-live').textContent).toContain('268 are not shown');
    await click(button(view, 'Show 40 more'));
    expect(all(view, '[data-node]')).toHaveLength(80);
    expect(one(root, '.nbmv-live').textContent).toContain('228 are not shown');
    expect(nameOf(document.activeElement as Element)).toBe('Show 40 more');
    for (let i = 0; i < 6; i += 1) {
      await click(all(view, '.nbmv-lineage-count button')[0] as Element);
    }
    expect(all(view, '[data-node]')).toHaveLength(308);
    expect(one(view, '.nbmv-lineage-count').textContent).toBe('308 nodes');
    expect(document.activeElement).toBe(view);
  });

  test('a failure is shown with its hint', async () => {
    const answers = { lineage: fails({ message: 'the data of churn/1.2.0 is gone', hint: 'see %mv_trace' }) };
    const { root, view } = await opened(new Mock(14, answers));
    expect(view.textContent).toBe('the data of churn/1.2.0 is gonesee %mv_trace');
    expect(one(root, '.nbmv-live').textContent).toBe('the data of churn/1.2.0 is gone');
  });

  test('a host without the graph, such as the widget, names the magic', async () => {
    const place = document.createElement('div');
    document.body.append(place);
    const mock = new Mock();
    const panel = mountPanel(place, { transport: mock, translate: interpolate }, 'models');
    await settled();
    await click(button(place, 'More actions for churn/1.2.0'));
    await click(button(place, 'Show the lineage'));
    expect(one(place, '.nbmv-notice').textContent).toContain('%mv_lineage churn/1.2.0');
    expect(mock.of('lineage')).toEqual([]);
    panel.dispose();
  });

  test('Escape returns to the models, and the focus to the button', async () => {
    const { view } = await opened();
    await press('Escape');
    expect(view.isConnected).toBe(false);
    expect(nameOf(document.activeElement as Element)).toBe('More actions for churn/1.2.0');
  });

  test('what a real kernel sent is drawn', async () => {
    const { view } = await opened(golden(), 'trees/1.1.0');
    const { nodes, edges } = SAMPLES.lineage.result;
    expect(all(view, '[data-node]')).toHaveLength(nodes.length);
    expect(all(view, 'tbody tr')).toHaveLength(edges.length);
  });
});
