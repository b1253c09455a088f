import { describe, expect, test } from 'vitest';
import { fails, Mock } from '../../mock';
import { idOf } from '../../sample';
import { all, button, click, one, page, press, settled, type } from '../mount';

async function form(mock = new Mock()): Promise<Awaited<ReturnType<typeof page>>> {
  const found = await page({ mock });
  await click(button(found.root, 'Commit'));
  return found;
}

function tick(root: ParentNode, name: string): HTMLInputElement {
  const found = all(root, '.nbmv-commit-names .nbmv-change')
    .find(each => each.querySelector('.nbmv-name-text')?.textContent === name)
    ?.querySelector('input');
  if (!found) {
    throw new Error(`no tick for ${name}`);
  }
  return found;
}

describe('commit form', () => {
  test('the form shows what a commit without names takes, with sizes, and what cannot be kept, with the reason', async () => {
    const { root } = await form();
    expect(tick(root, 'train').checked).toBe(true);
    expect(tick(root, 'tmp').checked).toBe(false);
    expect(one(root, '.nbmv-commit-names').textContent).toContain('48\u00a0MB');
    expect(one(root, '.nbmv-commit-names').textContent).toContain(
      'connection: a connection to a database cannot be kept'
    );
    expect(one(root, '.nbmv-foot').textContent).toContain('5 variables · 76\u00a0MB');
    expect(document.activeElement).toBe(all(root, '.nbmv-commit input')[0]);
  });

  test('an unchanged form commits what %mv_commit without names takes', async () => {
    const { root, mock } = await form();
    await click(button(one(root, '.nbmv-commit'), 'Commit'));
    expect(mock.of('commit')).toEqual([{ names: null, message: '', metrics: { acc: 0.9134, loss: 0.214 } }]);
    expect(all(root, '.nbmv-commit')).toEqual([]);
    expect(one(root, '.nbmv-notice').textContent).toContain('v15 · 3 variables · 1.2 MB new');
  });

  test('message, tags, note, metrics and other names are sent', async () => {
    const { root, mock } = await form();
    const view = one(root, '.nbmv-commit');
    await type(one(view, 'input[placeholder="What changed in this version"]'), ' deeper ');
    await type(one(view, 'input[placeholder="best-so-far, paper"]'), 'a, b,');
    await type(one(view, 'textarea'), 'why');
    tick(root, 'train').click();
    tick(root, 'tmp').click();
    await click(button(view, 'Remove loss'));
    await click(button(view, 'Add a metric'));
    const [name, value] = all(view, '.nbmv-metric-row:last-child input');
    await type(name as Element, 'f1');
    await type(value as Element, '0.5');
    await press('Enter', { ctrlKey: true });
    expect(mock.of('commit')).toEqual([
      {
        names: ['test', 'model', 'scaler', 'params', 'tmp'],
        message: 'deeper',
        note: 'why',
        tags: ['a', 'b'],
        metrics: { acc: 0.9134, f1: 0.5 }
      }
    ]);
  });

  test('a metric without a number is marked, and nothing is committed', async () => {
    const { root, mock } = await form();
    const value = one(root, 'input[aria-label="Value of acc"]');
    await type(value, 'high');
    await click(button(one(root, '.nbmv-commit'), 'Commit'));
    expect(value.getAttribute('aria-invalid')).toBe('true');
    expect(document.activeElement).toBe(value);
    expect(mock.of('commit')).toEqual([]);
  });

  test('the checkbox of a kind checks all its names', async () => {
    const { root } = await form();
    const kind = one(root, '.nbmv-kind-group input') as HTMLInputElement;
    kind.click();
    await settled();
    expect(tick(root, 'model').checked).toBe(false);
    expect(one(root, '.nbmv-foot').textContent).toContain('3 variables');
  });

  test('while a cell is running, the commit is queued', async () => {
    const { root, mock } = await form();
    mock.push({ busy: true });
    await click(button(one(root, '.nbmv-commit'), 'Commit after the cell'));
    expect(mock.of('commit')[0]).toMatchObject({ queue: true });
  });

  test('a refused commit leaves the form as it is and shows the hint', async () => {
    const mock = new Mock();
    mock.answers.commit = fails({ code: 'StoreFull', message: 'no room left on the disk', hint: 'try: %mv_gc' });
    const { root } = await form(mock);
    await click(button(one(root, '.nbmv-commit'), 'Commit'));
    expect(one(root, '[role=alert]').textContent).toContain('try: %mv_gc');
    expect(all(root, '.nbmv-commit')).toHaveLength(1);
  });

  test('a notice lists the names that were not kept', async () => {
    const mock = new Mock();
    const usual = mock.answers.commit;
    mock.answers.commit = async (params, options) => ({
      ...(await (usual as NonNullable<typeof usual>)(params, options)),
      skipped: [{ name: 'x', path: 'x.lock', reason: 'a lock cannot be kept' }]
    });
    const { root } = await form(mock);
    await click(button(one(root, '.nbmv-commit'), 'Commit'));
    expect(one(root, '.nbmv-notices').textContent).toContain('Not kept: x.lock');
    expect(one(root, '.nbmv-notices').textContent).toContain('a lock cannot be kept');
  });
});

describe('branches', () => {
  test('the menu switches to a branch and creates one', async () => {
    const { root, mock } = await page();
    await click(button(root, 'Branch main'));
    await click(all(root, '[role=menuitemcheckbox]')[1] as Element);
    expect(mock.of('switch')).toEqual([{ branch: 'try-boosting' }]);
    await click(button(root, 'Branch main'));
    await click(one(root, '[role=menuitem]'));
    await type(one(root, '.nbmv-form input'), 'idea');
    await click(button(root, 'Create and switch'));
    expect(mock.of('switch').at(-1)).toEqual({ branch: 'idea', create: true });
  });

  test('undo and redo are enabled when the state has a version for them', async () => {
    const { root, mock } = await page();
    expect(button(root, 'Redo').disabled).toBe(true);
    await click(button(root, 'Undo the last rollback'));
    expect(mock.of('undo')).toEqual([{}]);
    mock.push({ redo: idOf(3) });
    expect(button(root, 'Redo').disabled).toBe(false);
  });
});
