import { describe, expect, test, vi } from 'vitest';
import { Failure, type IFailure } from '../../../src/core';
import { Mock } from '../../mock';
import { idOf } from '../../sample';
import { all, button, one, page, settled, type } from '../mount';

const TAKEN: IFailure = {
  code: 'FileExists',
  message: "a file 'taken.zip' already exists",
  hint: 'replace it, or choose another name'
};
const NO_FOLDER: IFailure = {
  code: 'UsageError',
  message: "there is no folder '/no'",
  hint: 'create it first, or choose another'
};

function mock(): Mock {
  const made = new Mock();
  made.answers.destination = ({ path = 'churn-v7.nbmv.zip' }) => ({
    name: 'v7',
    path,
    file: `/home/ada/${path}`,
    problem: path.startsWith('/no/') ? NO_FOLDER : path === 'taken.zip' ? TAKEN : null
  });
  return made;
}

const file = (root: ParentNode): HTMLInputElement => one(root, '.nbmv-export input[type=text]') as HTMLInputElement;

/** As someone who types: the kernel is asked once the typing has stopped. */
async function write(root: ParentNode, text: string): Promise<void> {
  await type(file(root), text);
  await settled(260);
}

async function submit(root: ParentNode): Promise<void> {
  one(root, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
  await settled();
}

describe('export', () => {
  test('the field starts with the name that the magic would use, selected', async () => {
    const { root, mock: made, panel } = await page({ mock: mock() });
    panel.show('export', [idOf(7)]);
    await settled();
    expect(file(root).value).toBe('churn-v7.nbmv.zip');
    expect([file(root).selectionStart, file(root).selectionEnd]).toEqual([0, 'churn-v7'.length]);
    expect(one(root, '.nbmv-path').textContent).toBe('/home/ada/churn-v7.nbmv.zip');
    await submit(root);
    expect(made.of('export')).toEqual([{ id: idOf(7), path: 'churn-v7.nbmv.zip' }]);
    expect(one(root, '.nbmv-notice').textContent).toContain('Exported to 0000.nbmv (3.4\u00a0MB)');
    expect(all(root, '.nbmv-export')).toEqual([]);
  });

  test('a problem and its hint are shown below the field before anything is written', async () => {
    const { root, mock: made } = await page({ mock: mock(), view: 'export', ids: [idOf(7)] });
    await write(root, '/no/x.zip');
    const said = one(root, '.nbmv-destination');
    expect(file(root).getAttribute('aria-invalid')).toBe('true');
    expect(file(root).getAttribute('aria-describedby')).toBe(said.id);
    expect(said.textContent).toContain(NO_FOLDER.message);
    expect(said.textContent).toContain(NO_FOLDER.hint);
    expect(button(root, 'Export').disabled).toBe(true);
    await submit(root);
    expect(made.of('export')).toEqual([]);
    await write(root, 'fine.zip');
    expect(file(root).hasAttribute('aria-invalid')).toBe(false);
    expect(button(root, 'Export').disabled).toBe(false);
  });

  test('an existing file is replaced only if the checkbox is checked, and another name unchecks it', async () => {
    const { root, mock: made } = await page({ mock: mock(), view: 'export', ids: [idOf(7)] });
    await write(root, 'taken.zip');
    expect(button(root, 'Export').disabled).toBe(true);
    const tick = (): HTMLInputElement => one(root, '.nbmv-destination input[type=checkbox]') as HTMLInputElement;
    tick().click();
    expect(button(root, 'Export').disabled).toBe(false);
    await write(root, 'fine.zip');
    expect(all(root, '.nbmv-destination input')).toEqual([]);
    await write(root, 'taken.zip');
    expect([tick().checked, button(root, 'Export').disabled]).toEqual([false, true]);
    tick().click();
    await submit(root);
    expect(made.of('export')).toEqual([{ id: idOf(7), path: 'taken.zip', overwrite: true }]);
  });

  test('Enter right after the last key checks that file first', async () => {
    const { root, mock: made } = await page({ mock: mock(), view: 'export', ids: [idOf(7)] });
    file(root).value = 'taken.zip';
    file(root).dispatchEvent(new Event('input', { bubbles: true }));
    await submit(root);
    expect(made.of('export')).toEqual([]);
    expect(root.textContent).toContain(TAKEN.message);
  });

  test('a file that appeared meanwhile is reported, and the form stays', async () => {
    const made = mock();
    made.answers.export = () => {
      throw new Failure(TAKEN);
    };
    const { root } = await page({ mock: made, view: 'export', ids: [idOf(7)] });
    const before = file(root).value;
    made.answers.destination = ({ path = '' }) => ({ name: 'v7', path, file: `/home/ada/${path}`, problem: TAKEN });
    await submit(root);
    expect(file(root).value).toBe(before);
    expect(all(root, '.nbmv-destination input[type=checkbox]')).toHaveLength(1);
  });

  test('an export shows its progress, Cancel stops it, and the form stays', async () => {
    const made = mock();
    let stopped = false;
    made.answers.export = (_, { signal, onProgress }) =>
      new Promise((__, reject) => {
        onProgress?.({ done: 3, total: 12, what: 'writing the bundle' });
        signal?.addEventListener('abort', () => {
          stopped = true;
          reject(new Failure({ code: 'Cancelled', message: 'stopped', hint: '' }));
        });
      });
    const { root } = await page({ mock: made, view: 'export', ids: [idOf(7)] });
    await submit(root);
    await settled(280);
    expect(button(root, 'Exporting…').disabled).toBe(true);
    expect(one(root, '.nbmv-task').textContent).toContain('writing the bundle: 3 of 12');
    button(one(root, '.nbmv-task'), 'Cancel').click();
    await vi.waitFor(() => {
      expect(stopped).toBe(true);
    });
    await settled();
    expect(button(root, 'Export').disabled).toBe(false);
  });
});
