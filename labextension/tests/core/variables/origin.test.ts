import { describe, expect, test } from 'vitest';
import { fails, Mock } from '../../mock';
import { idOf } from '../../sample';
import { all, button, click, one, page, row, settled, type IPage } from '../mount';

async function opened(name = 'model', id = idOf(8), mock = new Mock()): Promise<IPage> {
  const found = await page({ mock });
  found.panel.show('inspect', [id], name);
  await settled();
  return found;
}

const origin = (root: ParentNode): HTMLElement => one(root, '.nbmv-origin');

describe('the origin of a variable', () => {
  test('it names the version, the cells and what they read', async () => {
    const { root, mock } = await opened();
    expect(mock.of('blame')).toEqual([{ id: idOf(8), name: 'model' }]);
    expect(origin(root).getAttribute('aria-label')).toBe('Origin of model');
    expect(origin(root).textContent).toContain('In v8: since v7 · made by cells [5], [ ]');
    expect(all(origin(root), 'figcaption').map(each => each.textContent)).toEqual([
      '[5] · v5',
      '[ ] · v7 · can have changed it'
    ]);
    expect(all(origin(root), '.nbmv-reads').map(each => each.textContent)).toEqual([
      'reads depth (v2), train (assigned again later)',
      'reads model (v5)'
    ]);
    expect(all(root, '.nbmv-step-item').length).toBeGreaterThan(1);
  });

  test('an input leads to its own origin in the version that was read', async () => {
    const { root, mock } = await opened();
    await click(button(origin(root), 'depth (v2)'));
    expect(mock.of('blame').at(-1)).toEqual({ id: idOf(2), name: 'depth' });
    expect(mock.of('inspect').at(-1)).toEqual({ name: 'depth' });
    expect(origin(root).textContent).toContain('No recorded cell assigned it.');
  });

  test('names in the code are links, and only the first of each is a tab stop', async () => {
    const { root, mock } = await opened();
    const names = all(origin(root), '.nbmv-code-name');
    expect(names.map(each => [each.textContent, each.tabIndex])).toEqual([
      ['model', 0],
      ['depth', 0],
      ['model', 0]
    ]);
    await click(names[1] as Element);
    expect(mock.of('blame').at(-1)).toEqual({ id: idOf(5), name: 'depth' });
  });

  test('a name that is chosen in the list has the origin of the current version', async () => {
    const { root, mock } = await opened();
    await click(all(root, '.nbmv-variable').find(each => each.textContent.includes('train')) as Element);
    expect(mock.of('blame').at(-1)).toEqual({ id: 'HEAD', name: 'train' });
  });

  test('where the version lacks the name there is the history alone', async () => {
    const mock = new Mock(14, { blame: fails({ code: 'UnknownName' }) });
    const { root } = await opened('model', idOf(8), mock);
    expect(all(root, '.nbmv-origin')).toEqual([]);
    expect(all(root, '.nbmv-step-item').length).toBeGreaterThan(1);
    expect(all(root, '[role=alert]')).toEqual([]);
  });

  test('a click on a variable in the details of a version shows it', async () => {
    const { root, mock } = await page();
    await click(row(root, 'v7'));
    await click(button(one(root, '.nbmv-details'), 'model'));
    expect(mock.of('blame').at(-1)).toEqual({ id: idOf(7), name: 'model' });
  });

  test('names of kept variables in the cells of a version are links', async () => {
    const { root, mock } = await page();
    await click(row(root, 'v7'));
    const fold = all(root, '.nbmv-details details').at(-1) as HTMLDetailsElement;
    fold.open = true;
    fold.dispatchEvent(new Event('toggle'));
    await settled();
    const names = all(fold, '.nbmv-code-name').map(each => each.textContent);
    expect(new Set(names)).toEqual(new Set(['train', 'test', 'model']));
    await click(all(fold, '.nbmv-code-name').find(each => each.textContent === 'test') as Element);
    expect(mock.of('blame').at(-1)).toEqual({ id: idOf(7), name: 'test' });
  });
});
