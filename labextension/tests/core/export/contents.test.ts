/** What an export writes, before it is written. */
import { describe, expect, test } from 'vitest';
import { Mock, fails } from '../../mock';
import { ESTIMATE } from '../../sample-bundles';
import { idOf } from '../../sample';
import { all, button, one, page, settled } from '../mount';

async function submit(root: ParentNode): Promise<void> {
  one(root, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
  await settled();
}

describe('the content of an export', () => {
  test('each variable with its size and how it is written, and the whole at most', async () => {
    const { root, mock } = await page({ view: 'export', ids: [idOf(7)] });
    expect(mock.of('estimate')).toEqual([{ id: idOf(7) }]);
    const rows = all(root, '.nbmv-bundle-variables tbody tr').map(row => row.lastElementChild?.textContent);
    expect(rows).toEqual([
      'pickle only: needs trust',
      'parquet, about 24\u00a0MB',
      'npy, 4.0\u00a0kB',
      'json, 206\u00a0B'
    ]);
    expect(root.textContent).toContain(
      'At most 97\u00a0MB: 4 variables, 1 input file, the notebook with 12 cells (21\u00a0kB), 1 module'
    );
    expect(root.textContent).toContain('Modules (1)');
  });

  test('a secret is named, and exported only if that is ticked', async () => {
    const { root, mock } = await page({ view: 'export', ids: [idOf(7)] });
    expect(one(root, '.nbmv-export-secrets').textContent).toContain("params['key']: an AWS access key");
    await submit(root);
    expect(mock.of('export')[0]).not.toHaveProperty('allow_secrets');
    const second = await page({ view: 'export', ids: [idOf(7)] });
    const tick = one(second.root, '.nbmv-export-secrets input') as HTMLInputElement;
    tick.click();
    await submit(second.root);
    expect(second.mock.of('export')[0]?.allow_secrets).toEqual(['params']);
    tick.click();
    await submit(second.root);
  });

  test('variables, options and the form of a notebook are chosen, and the size follows', async () => {
    const { root, mock } = await page({ view: 'export', ids: [idOf(7)] });
    const box = (name: string): HTMLElement => {
      const found = all(root, 'input[type=checkbox]').find(
        each => (each.getAttribute('aria-label') ?? each.parentElement?.textContent) === name
      );
      if (!found) {
        throw new Error(name);
      }
      return found;
    };
    box('train').click();
    expect(root.textContent).toContain('At most 25\u00a0MB: 2 of 4 variables, 1 input file');
    box('Leave out input files').click();
    expect(root.textContent).toContain('At most 16\u00a0MB: 2 of 4 variables, the notebook');
    box('Only the cells on which the variables depend, in replay.ipynb').click();
    box('A notebook that carries the bundle, up to 20 MB').click();
    await settled(260);
    expect(mock.of('destination').at(-1)?.path).toBe('churn-v7.nbmv.ipynb');
    await submit(root);
    expect(mock.of('export')[0]).toEqual({
      id: idOf(7),
      path: 'churn-v7.nbmv.ipynb',
      names: ['model', 'params'],
      without_files: true,
      slice: true
    });
  });

  test('without an estimate the file can be written nevertheless', async () => {
    const mock = new Mock(14, { estimate: fails({ message: 'a part is missing' }) });
    const { root } = await page({ mock, view: 'export', ids: [idOf(7)] });
    expect(root.textContent).toContain('The sizes are not known: a part is missing');
    expect(button(root, 'Export').disabled).toBe(false);
  });

  test('a value that cannot be loaded says why, and no secrets means no box', async () => {
    const [first] = ESTIMATE.variables;
    const variables = first ? [{ ...first, needs_trust: false, problem: 'it needs a package' }] : [];
    const mock = new Mock(14, { estimate: () => ({ ...ESTIMATE, variables, modules: [] }) });
    const { root } = await page({ mock, view: 'export', ids: [idOf(7)] });
    expect(one(root, '.nbmv-bundle-variables tbody').textContent).toContain('it needs a package');
    expect(all(root, '.nbmv-export-secrets')).toEqual([]);
  });
});
