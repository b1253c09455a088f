/** HTML in texts of a user, or of the author of a store from elsewhere, is shown as text and creates no element. */
import { expect, test, vi } from 'vitest';
import { Failure, type IRequestOptions, type Method, type Params, type Result } from '../../src/core';
import { Mock } from '../mock';
import { idOf } from '../sample';
import { all, button, click, nameOf, one, page, press, row, rows, settled } from './mount';

const PLANT = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script><b id=planted>';

/** The sample with the plant in every text but ids, times and words of the protocol. */
function planted(value: unknown, key = ''): unknown {
  if (typeof value === 'string') {
    return FIXED.has(key) || /^[0-9a-f]{40}$/.test(value) ? value : `${PLANT}${value}`;
  }
  if (Array.isArray(value)) {
    // The members of a list have names of the protocol as keys, whatever the list is called.
    return value.map(each => planted(each, typeof each === 'object' ? '' : key));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [NAMED.has(key) ? `${PLANT}${name}` : name, planted(each, name)])
    );
  }
  return value;
}

/** Words of the protocol, and what only chooses. */
const FIXED = new Set([
  'id',
  'relation',
  'rule',
  'saved_at_utc',
  'kind',
  'effect',
  'status',
  'parents',
  'undo',
  'redo',
  'cell_type',
  'outcome',
  'state',
  'at_utc',
  'since_utc',
  'until_utc',
  'version_id',
  'how',
  'source',
  'target',
  'root'
]);
/** Objects whose keys are names that a user gave. */
const NAMED = new Set(['branches', 'tags', 'params', 'metrics', 'packages', 'environment', 'settings', 'stages']);

class Planted extends Mock {
  override async request<M extends Method>(
    method: M,
    params: Params<M>,
    options?: IRequestOptions
  ): Promise<Result<M>> {
    return planted(await super.request(method, params, options)) as Result<M>;
  }
}

function check(root: HTMLElement): void {
  expect(root.querySelectorAll('img, script, b, #planted, [onerror]')).toHaveLength(0);
  for (const element of root.querySelectorAll('*')) {
    for (const attribute of element.attributes) {
      expect(attribute.name.startsWith('on'), `${element.tagName} ${attribute.name}`).toBe(false);
    }
  }
}

test('planted HTML is text in every view', async () => {
  const { root, panel } = await page({ mock: new Planted() });
  expect(root.textContent).toContain(PLANT);
  check(root);
  await click(rows(root)[0] as Element);
  check(root);
  await click(rows(root)[8] as Element);
  for (const fold of all(root, 'details') as HTMLDetailsElement[]) {
    fold.open = true;
    fold.dispatchEvent(new Event('toggle'));
  }
  await settled();
  check(root);
  for (const button of all(root, '.nbmv-details button, .nbmv-head button, .nbmv-trend button, .nbmv-filter button')) {
    await click(button);
    check(root);
    panel.show('history');
  }
  panel.show('rollback', [idOf(7)]);
  await settled();
  expect(root.textContent).toContain(`${PLANT}connection`);
  check(root);
  panel.show('compare', [idOf(2), idOf(7)]);
  await settled();
  expect(root.textContent).toContain(`${PLANT}Drift of train`);
  check(root);
  panel.show('compare', [idOf(2), idOf(7), idOf(9)]);
  await settled();
  check(root);
  panel.show('commit');
  await settled();
  check(root);
  panel.show('models');
  await settled();
  expect(root.textContent).toContain(`${PLANT}leaked rows`);
  check(root);
  for (const button of all(root, '.nbmv-model button')) {
    await click(button);
    check(root);
    panel.show('models');
  }
  for (const document of ['lineage', 'model card']) {
    await click(
      button(
        root,
        all(root, '.nbmv-card button')
          .map(nameOf)
          .find(name => name.startsWith('More')) ?? ''
      )
    );
    await click(button(root, `Show the ${document}`));
    expect(one(root, '.nbmv-view').textContent).toContain(PLANT);
    check(root);
    await press('Escape');
  }
  panel.show('inspect', [], PLANT);
  await settled();
  for (const button of all(root, '.nbmv-found-names button')) {
    await click(button);
    check(root);
    panel.show('inspect');
  }
  expect((window as { hurt?: number }).hurt).toBeUndefined();
}, 300_000);

test('planted HTML in failures, progress and queued requests is text', async () => {
  const mock = new Mock();
  mock.answers.export = (_, { onProgress }) =>
    new Promise((__, reject) => {
      setTimeout(() => onProgress?.({ done: 1, total: 3, what: PLANT }), 260);
      setTimeout(() => {
        reject(new Failure({ code: 'X', message: PLANT, hint: PLANT }));
      }, 330);
    });
  const { root } = await page({ mock });
  mock.push({ queued: [{ request: 1, method: 'x', what: PLANT }] });
  check(root);
  row(root, 'v7').dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }));
  await click(all(root, '[role=menuitem]')[3] as Element);
  check(root);
  one(root, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
  await settled(290);
  expect(root.querySelector('.nbmv-tasks')?.textContent).toContain(PLANT);
  check(root);
  await vi.waitFor(() => {
    expect(root.querySelector('[role=alert]')?.textContent).toContain(PLANT);
  });
  check(root);
});
