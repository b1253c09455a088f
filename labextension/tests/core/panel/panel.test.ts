import { describe, expect, test } from 'vitest';
import { KERNEL_BUSY, PROTOCOL } from '../../../src/core';
import { fails, Mock } from '../../mock';
import { idOf } from '../../sample';
import { all, button, click, one, page, press, row, settled } from '../mount';

describe('the metric that is shown', () => {
  const shown = (root: ParentNode): string => (one(root, '.nbmv-trend select') as HTMLSelectElement).value;
  const settings = (default_metric: string): { settings: { default_metric: string } } => ({
    settings: { default_metric }
  });

  test('the default metric is shown, also when it is set or changed later', async () => {
    const mock = new Mock();
    mock.state = { ...mock.state, metrics: ['acc', 'loss'], ...settings('f1') };
    const { root } = await page({ mock });
    expect(shown(root)).toBe('acc');
    mock.push({ metrics: ['acc', 'f1', 'loss'] });
    await settled();
    expect(shown(root)).toBe('f1');
    mock.push(settings('loss'));
    await settled();
    expect(shown(root)).toBe('loss');
    mock.push(settings(''));
    await settled();
    expect(shown(root)).toBe('loss');
  });

  test('a metric that the user has chosen stays', async () => {
    const mock = new Mock();
    const { root } = await page({ mock });
    const select = one(root, '.nbmv-trend select') as HTMLSelectElement;
    select.value = 'loss';
    select.dispatchEvent(new Event('change'));
    mock.push({ metrics: ['acc', 'f1', 'loss'], ...settings('f1') });
    await settled();
    expect(shown(root)).toBe('loss');
  });
});

describe('panel', () => {
  test('the panel has a name, a toolbar, tabs and a live region', async () => {
    const { root } = await page();
    expect(one(root, 'section.nbmv-panel').getAttribute('aria-label')).toBe('Model versions');
    expect(one(root, '[role=toolbar]').getAttribute('aria-label')).toBe('Versions');
    expect(all(root, '[role=tab]').map(each => each.textContent)).toEqual([
      'History',
      'Variables',
      'Models',
      'Remotes'
    ]);
    expect(one(root, '[role=status]').getAttribute('aria-live')).toBe('polite');
  });

  test('the toolbar is one tab stop and its buttons are reached by arrows', async () => {
    const { root } = await page();
    const bar = one(root, '[role=toolbar]');
    const stops = (): HTMLElement[] =>
      all(bar, 'button').filter(each => each.tabIndex === 0 && !each.hasAttribute('disabled'));
    expect(stops()).toHaveLength(1);
    stops()[0]?.focus();
    await press('End');
    expect(document.activeElement).toBe(button(bar, 'Commit'));
    expect(stops()).toEqual([button(bar, 'Commit')]);
    await press('ArrowRight');
    expect(document.activeElement).toBe(button(bar, 'Branch main'));
  });

  test('the tabs keep what was in them', async () => {
    const { root } = await page();
    await click(row(root, 'v9'));
    await click(all(root, '[role=tab]')[1] as Element);
    expect(all(root, '.nbmv-history')).toEqual([]);
    await click(all(root, '[role=tab]')[0] as Element);
    expect(row(root, 'v9').getAttribute('aria-selected')).toBe('true');
  });

  test('an opened page has a title, and Back returns the focus', async () => {
    const { root } = await page();
    button(root, 'Commit').focus();
    await click(button(root, 'Commit'));
    expect(one(root, '.nbmv-page h2').textContent).toBe('Commit');
    await click(button(root, 'Back'));
    expect(all(root, '.nbmv-history')).toHaveLength(1);
  });

  test('a panel that was created for a comparison or a rollback has no toolbar and no Back', async () => {
    const compared = await page({ view: 'compare', ids: [idOf(2), idOf(7)] });
    expect(all(compared.root, '[role=toolbar], [role=tablist], .nbmv-page')).toEqual([]);
    const rolled = await page({ view: 'rollback', ids: [idOf(7)] });
    expect(all(rolled.root, '.nbmv-foot button').map(each => each.textContent)).toEqual(['Roll back']);
    await click(button(rolled.root, 'Roll back'));
    expect(rolled.mock.of('rollback')).toEqual([{ id: idOf(7) }]);
    expect(one(rolled.root, '.nbmv-notice').textContent).toContain('Rolled back to v7');
  });

  test('a notice offers to connect again after the first request has failed', async () => {
    const mock = new Mock();
    const usual = mock.answers.hello;
    mock.answers.hello = fails({ code: 'Closed', message: 'no kernel', hint: 'start one' });
    const { root } = await page({ mock });
    if (usual) {
      mock.answers.hello = usual;
    }
    await click(button(one(root, '[role=alert]'), 'Try again'));
    expect(button(root, 'Branch main')).toBeTruthy();
  });

  test('a kernel that does not answer is announced as busy', async () => {
    const mock = new Mock();
    mock.answers.history = (_, { onProgress }) => {
      onProgress?.({ done: 0, total: 0, what: KERNEL_BUSY });
      return new Promise(() => undefined);
    };
    const { root } = await page({ mock });
    expect(one(root, '[role=status]').textContent).toBe(KERNEL_BUSY);
  });

  test('a kernel with another protocol becomes a notice, and its state is ignored', async () => {
    const mock = new Mock();
    mock.state = { ...mock.state, protocol: PROTOCOL + 1, head: 'of another kind' as never };
    const { root } = await page({ mock });
    expect(one(root, '[role=alert]').textContent).toContain('serves this page (0.1.0) is older');
    expect(() => button(root, 'Branch main')).toThrow();
  });

  test('the menu has a checkbox for automatic commits', async () => {
    const { root, mock } = await page();
    await click(button(root, 'More'));
    expect(one(root, '[role=menuitemcheckbox]').getAttribute('aria-checked')).toBe('false');
    await click(one(root, '[role=menuitemcheckbox]'));
    expect(mock.of('auto')).toEqual([{ on: true }]);
    await click(button(root, 'More'));
    expect(one(root, '[role=menuitemcheckbox]').getAttribute('aria-checked')).toBe('true');
  });

  test('a disposed panel leaves no element, listener, request or announcement', async () => {
    const { root, mock, panel } = await page();
    await click(row(root, 'v7'));
    panel.show('compare', [idOf(2), idOf(7)]);
    panel.show('inspect', [], 'train');
    panel.show('rollback', [idOf(3)]);
    panel.dispose();
    expect(root.childElementCount).toBe(0);
    expect(mock.listeners).toBe(0);
    const asked = mock.calls.length;
    mock.push({ versions: 99 });
    await settled();
    expect(mock.calls.length).toBe(asked);
    expect(root.childElementCount).toBe(0);
  });

  test('every sentence goes through the translator', async () => {
    const { root } = await page({ host: { translate: sentence => `«${sentence.replace(/\{\w+\}/g, '')}»` } });
    await click(all(root, '[role=option]')[1] as Element);
    const bare = all(root, 'button, [role=tab], summary, h3, [placeholder], input[aria-label], select[aria-label]')
      .map(each =>
        (each.getAttribute('placeholder') ?? each.getAttribute('aria-label') ?? each.textContent ?? '').trim()
      )
      .filter(text => text && !text.includes('«'));
    expect(
      bare.filter(
        text => !['train', 'test', 'model', 'params', 'history', 'featurize'].includes(text) && !text.startsWith('v1')
      )
    ).toEqual([]);
  });
});
