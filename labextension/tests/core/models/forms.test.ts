import { describe, expect, test } from 'vitest';
import { fails, Mock } from '../../mock';
import { all, button, click, nameOf, one, page, press, settled, type, type IPage } from '../mount';

async function opened(mock = new Mock()): Promise<IPage> {
  const found = await page({ mock });
  await click(one(found.root, '[role=tab][data-view=models]'));
  return found;
}

async function form(root: HTMLElement, ...buttons: string[]): Promise<HTMLFormElement> {
  for (const name of buttons) {
    await click(button(root, name));
  }
  return one(root, 'form') as HTMLFormElement;
}

async function send(shown: HTMLFormElement, reason: string): Promise<void> {
  await type(one(shown, 'input[type=text]'), reason);
  shown.dispatchEvent(new Event('submit', { cancelable: true }));
  await settled();
}

async function choose(shown: HTMLElement, name: string, value: string): Promise<void> {
  const list = one(shown, `select[aria-label="${name}"]`) as HTMLSelectElement;
  list.value = value;
  list.dispatchEvent(new Event('change'));
  await settled();
}

describe('the form of a promotion', () => {
  test('it proposes the next stage and shows every gate with the way out before anything moves', async () => {
    const { root, mock } = await opened();
    const shown = await form(root, 'Promote churn/1.2.0');
    expect((one(shown, 'select') as HTMLSelectElement).value).toBe('production');
    expect(mock.of('gates')).toEqual([{ address: 'churn/1.2.0', stage: 'production' }]);
    expect(shown.textContent).toContain('production: churn/1.0.0 → churn/1.2.0');
    expect(shown.textContent).toContain('2 gates stop it');
    expect(all(shown, '[aria-label=Gates] > li').map(nameOf)).toEqual([
      'metrics.f1 >= 0.8 failed0.71 >= 0.8 is false',
      'check no-negatives unknownno result for v7run it: %%mv_check no-negatives v7',
      'alarms.open == 0 passed0 == 0'
    ]);
    expect(mock.of('promote')).toEqual([]);
  });

  test('another stage has other gates', async () => {
    const { root, mock } = await opened();
    const shown = await form(root, 'Promote churn/1.2.0');
    await choose(shown, 'Stage', 'development');
    expect(mock.of('gates').at(-1)?.stage).toBe('development');
    expect(shown.textContent).toContain('No gate stops it');
    await send(shown, ' for a trial ');
    expect(mock.of('promote')).toEqual([{ address: 'churn/1.2.0', stage: 'development', why: 'for a trial' }]);
    expect(all(root, 'form')).toEqual([]);
    expect(one(root, '.nbmv-notice').textContent).toContain('development: none -> churn/1.2.0');
  });

  test('a refusal is shown with its hint, the form stays, and the gates are asked again', async () => {
    const mock = new Mock();
    mock.answers.promote = fails({ code: 'GateFailed', message: 'its gate fails', hint: 'or with a reason' });
    const { root } = await opened(mock);
    const shown = await form(root, 'Promote churn/1.2.0');
    await send(shown, 'better');
    expect(one(root, '[role=alert]').textContent).toContain('its gate failsor with a reason');
    expect(one(root, 'form')).toBe(shown);
    expect(mock.of('gates')).toHaveLength(2);
  });

  test('force is sent only where gates fail and the user has ticked it', async () => {
    const { root, mock } = await opened();
    const shown = await form(root, 'Promote churn/1.2.0');
    await click(one(shown, 'input[type=checkbox]'));
    await send(shown, 'must be');
    expect(mock.of('promote')).toEqual([{ address: 'churn/1.2.0', stage: 'production', why: 'must be', force: true }]);
  });

  test('a tick does not go over to another stage', async () => {
    const { root, mock } = await opened();
    const shown = await form(root, 'Promote churn/1.2.0');
    await click(one(shown, 'input[type=checkbox]'));
    await choose(shown, 'Stage', 'development');
    await choose(shown, 'Stage', 'production');
    await send(shown, 'must be');
    expect(mock.of('promote')[0]).not.toHaveProperty('force');
  });

  test('where it cannot be promoted at all, the reason is in the form, and nothing can be sent', async () => {
    const mock = new Mock();
    mock.answers.gates = fails({ message: 'churn/1.1.0 was archived meanwhile', hint: 'restore it' });
    const { root } = await opened(mock);
    const shown = await form(root, 'Promote churn/1.1.0');
    expect(shown.textContent).toContain('churn/1.1.0 was archived meanwhilerestore it');
    await send(shown, 'again');
    expect(mock.of('promote')).toEqual([]);
    expect(one(root, '.nbmv-live').textContent).toBe('The kernel has not shown what this would do');
  });

  test('nothing is sent before the gates are shown', async () => {
    const mock = new Mock();
    const usual = mock.answers.gates;
    let answer: () => void = () => undefined;
    mock.answers.gates = async (params, options) => {
      await new Promise<void>(done => {
        answer = done;
      });
      return (usual as NonNullable<typeof usual>)(params, options);
    };
    const { root } = await opened(mock);
    const shown = await form(root, 'Promote churn/1.2.0');
    expect(button(shown, 'Promote').getAttribute('aria-disabled')).toBe('true');
    await send(shown, 'hasty');
    expect(mock.of('promote')).toEqual([]);
    answer();
    await settled();
    expect(button(shown, 'Promote').getAttribute('aria-disabled')).toBe('false');
    await send(shown, 'read');
    expect(mock.of('promote')).toEqual([{ address: 'churn/1.2.0', stage: 'production', why: 'read' }]);
  });

  test('the menu of a version opens the form for each other stage, with its gates', async () => {
    const { root, mock } = await opened();
    await click(button(root, 'More actions for churn/1.2.0'));
    const items = all(root, '[role=menuitem]').map(nameOf);
    expect(items.slice(0, 2)).toEqual(['Promote to development…', 'Promote to production…']);
    const shown = await form(root, 'Promote to development…');
    expect((one(shown, 'select') as HTMLSelectElement).value).toBe('development');
    expect(mock.of('gates')).toEqual([{ address: 'churn/1.2.0', stage: 'development' }]);
    expect(mock.of('promote')).toEqual([]);
  });

  test('while a cell runs it can wait for it', async () => {
    const mock = new Mock();
    const usual = mock.answers.promote;
    mock.answers.promote = (params, options) =>
      params.queue ? (usual as NonNullable<typeof usual>)(params, options) : fails({ code: 'Busy' })();
    const { root } = await opened(mock);
    await send(await form(root, 'Promote churn/1.2.0'), 'later');
    await click(button(root, 'Run after the cell'));
    expect(mock.of('promote').map(each => each.queue)).toEqual([undefined, true]);
  });
});

describe('the other forms', () => {
  test('the way back shows where the stage goes, and needs a reason', async () => {
    const { root, mock } = await opened();
    const shown = await form(root, 'Move production back to the former holder');
    expect(mock.of('way_back')).toEqual([{ model: 'churn', stage: 'production' }]);
    expect(shown.textContent).toContain('production: churn/1.0.0 → churn/1.1.0');
    expect((one(shown, 'input') as HTMLInputElement).required).toBe(true);
    await send(shown, 'complaints');
    expect(mock.of('back')).toEqual([{ model: 'churn', stage: 'production', why: 'complaints' }]);
  });

  test.each([
    ['Approve… churn/1.2.0 for production', 'approve'],
    ['Refuse… churn/1.2.0 for production', 'refuse']
  ])('%s decides about the stage that was asked for', async (name, outcome) => {
    const { root, mock } = await opened();
    await send(await form(root, name), 'read');
    expect(mock.of('decide')).toEqual([{ address: 'churn/1.2.0', stage: 'production', outcome, why: 'read' }]);
  });

  test('an approval is asked for without a reason', async () => {
    const { root, mock } = await opened();
    const shown = await form(root, 'More actions for churn/1.2.0', 'Ask for an approval…');
    expect((one(shown, 'input') as HTMLInputElement).required).toBe(false);
    await choose(shown, 'Stage', 'staging');
    await send(shown, '');
    expect(mock.of('decide')).toEqual([{ address: 'churn/1.2.0', stage: 'staging', outcome: 'request', why: '' }]);
  });

  test('a deprecation has a replacement that can be used, and a first day', async () => {
    const { root, mock } = await opened();
    const shown = await form(root, 'More actions for churn/1.2.0', 'Deprecate…');
    const list = one(shown, 'select') as HTMLSelectElement;
    expect([...list.options].map(each => each.value)).toEqual(['', 'churn/1.0.0']);
    await choose(shown, 'Replacement', 'churn/1.0.0');
    await type(one(shown, 'input[type=date]'), '2026-12-15');
    await send(shown, 'leaked rows');
    expect(mock.of('deprecate')).toEqual([
      { address: 'churn/1.2.0', why: 'leaked rows', use: 'churn/1.0.0', starts_on: '2026-12-15' }
    ]);
  });

  test('a version is archived, and an archived one offers only the way back', async () => {
    const { root, mock } = await opened();
    await send(await form(root, 'More actions for churn/1.2.0', 'Archive…'), 'licence');
    expect(mock.of('archive')).toEqual([{ address: 'churn/1.2.0', why: 'licence' }]);
    await click(button(root, 'Show 1 more, older or archived'));
    await click(button(root, 'More actions for churn/0.9.0'));
    const items = all(root, '[role=menuitem]').map(nameOf);
    expect(items).toEqual(['Make it active again…', 'Show the lineage', 'Show the model card']);
    await send(await form(root, 'Make it active again…'), 'renewed');
    expect(mock.of('restore')).toEqual([{ address: 'churn/0.9.0', why: 'renewed' }]);
  });

  test('Escape closes a form, and the focus returns to the button', async () => {
    const { root, mock } = await opened();
    const opener = button(root, 'Promote churn/1.2.0');
    opener.focus();
    await click(opener);
    expect(nameOf(document.activeElement as Element)).toBe('Stage');
    await press('Escape');
    expect(nameOf(document.activeElement as Element)).toBe('Promote churn/1.2.0');
    expect(mock.of('promote')).toEqual([]);
  });
});
