import { describe, expect, test } from 'vitest';
import type { IHost } from '../../../src/core';
import { fails, Mock } from '../../mock';
import { idOf, plan } from '../../sample';
import { all, button, click, one, page, press, row, settled } from '../mount';

async function planned(mock = new Mock(), host: Partial<IHost> = {}): Promise<Awaited<ReturnType<typeof page>>> {
  const found = await page({ mock, host });
  await click(row(found.root, 'v7'));
  await click(button(one(found.root, '.nbmv-details'), 'Roll back…'));
  return found;
}

function ticks(root: ParentNode): HTMLInputElement[] {
  return all(root, '.nbmv-plan input[type=checkbox]') as HTMLInputElement[];
}

describe('rollback', () => {
  test('the first click shows the plan and does nothing', async () => {
    const { root, mock } = await planned();
    expect(mock.of('plan')).toEqual([{ id: idOf(7) }]);
    expect(mock.of('rollback')).toEqual([]);
    const text = one(root, '.nbmv-plan').textContent ?? '';
    for (const said of [
      '2 variables change',
      '1 is added',
      '1 is removed',
      '1 cannot be restored',
      '64\u00a0MB to load',
      'a connection to a database cannot be kept',
      'pandas 2.2.3 then, 2.3.1 now',
      'The current state is saved first',
      'Not in any version: log. Undo can restore them only while this kernel runs.'
    ]) {
      expect(text).toContain(said);
    }
  });

  test('the second click does it, and a notice offers Undo', async () => {
    const { root, mock } = await planned();
    await click(button(one(root, '.nbmv-rollback'), 'Roll back'));
    expect(mock.of('rollback')).toEqual([{ id: idOf(7) }]);
    expect(all(root, '.nbmv-rollback')).toEqual([]);
    await click(button(one(root, '.nbmv-notice'), 'Undo'));
    expect(mock.of('undo')).toEqual([{}]);
  });

  test('a host with notifications gets the message and Undo', async () => {
    const said: { text: string; run?: () => void }[] = [];
    const { root, mock } = await planned(new Mock(), {
      notify: (text, _, action) => {
        said.push({ text, ...(action ? { run: action.run } : {}) });
      }
    });
    await click(button(one(root, '.nbmv-rollback'), 'Roll back'));
    expect(said[0]?.text).toBe('Rolled back to v7');
    said[0]?.run?.();
    expect(mock.of('undo')).toEqual([{}]);
  });

  test('an unchecked name is left out, and the summary counts again', async () => {
    const { root, mock } = await planned();
    expect(ticks(root)).toHaveLength(4);
    ticks(root)[0]?.click();
    await settled();
    expect(mock.of('plan').at(-1)).toEqual({ id: idOf(7), names: ['model', 'old_params', 'scaler'] });
    expect(one(root, '.nbmv-plan-sum').textContent).toContain('300\u00a0B to load');
    await click(button(one(root, '.nbmv-rollback'), 'Roll back'));
    expect(mock.of('rollback')).toEqual([{ id: idOf(7), names: ['model', 'old_params', 'scaler'] }]);
    expect(one(root, '.nbmv-notice').textContent).toContain('Rolled back 3 variables to v7');
  });

  test('without a checked name the button is disabled', async () => {
    const { root } = await planned();
    for (const tick of ticks(root)) {
      tick.click();
    }
    await settled();
    expect(button(one(root, '.nbmv-rollback'), 'Roll back').disabled).toBe(true);
    expect(one(root, '.nbmv-plan-sum').textContent).toBe('No variable is selected.');
  });

  test.each([
    ['nothing', [], 'Nothing changes: the variables already have these values.'],
    [
      'only a module',
      ['module helpers differs from the version'],
      'No variable changes. See below for what else differs.'
    ]
  ])('a plan in which %s differs says so in its first line', async (_, notes, expected) => {
    const whole = plan(7, 14);
    const same = {
      ...whole,
      changes: whole.changes.filter(change => change.effect === 'stays'),
      environment: [],
      notes
    };
    const { root } = await planned(new Mock(14, { plan: () => same }));
    expect(one(root, '.nbmv-plan-sum').textContent).toBe(expected);
    expect(button(one(root, '.nbmv-rollback'), 'Roll back').disabled).toBe(true);
  });

  test('"don\'t ask again" is stored by the host, and then one click is enough', async () => {
    let sure = false;
    const host: Partial<IHost> = {
      skipsConfirmation: () => sure,
      setSkipConfirmation: value => {
        sure = value;
      }
    };
    const { root, mock } = await planned(new Mock(), host);
    (one(root, '.nbmv-foot input') as HTMLInputElement).click();
    expect(sure).toBe(true);
    await press('Escape');
    await click(button(one(root, '.nbmv-details'), 'Roll back…'));
    expect(mock.of('rollback')).toEqual([{ id: idOf(7) }]);
  });

  test('Enter on a version shows the plan also without a confirmation', async () => {
    const { root, mock } = await page({
      host: { skipsConfirmation: () => true, setSkipConfirmation: () => undefined }
    });
    await click(row(root, 'v7'));
    await press('Enter');
    expect(all(root, '.nbmv-rollback')).toHaveLength(1);
    expect(mock.of('rollback')).toEqual([]);
  });

  test('while a cell is running the plan is shown and the button queues the rollback', async () => {
    const mock = new Mock();
    mock.state = { ...mock.state, busy: true };
    let end: (() => void) | undefined;
    let aborted = false;
    mock.answers.rollback = (params, { signal }) =>
      new Promise(resolve => {
        signal?.addEventListener('abort', () => {
          aborted = true;
        });
        end = () => {
          resolve({
            said: '',
            state: { ...mock.state, busy: false },
            plan: {
              version: { id: params.id, name: 'v7', message: '' },
              changes: [],
              load_bytes: 0,
              environment: [],
              notes: [],
              saves_first: true
            }
          });
        };
      });
    const { root } = await planned(mock);
    expect(one(root, '.nbmv-plan').textContent).toContain('2 variables change');
    await click(button(one(root, '.nbmv-rollback'), 'Roll back after the cell'));
    expect(mock.of('rollback')).toEqual([{ id: idOf(7), queue: true }]);
    expect(one(root, '.nbmv-tasks').textContent).toContain('After the cell: Rolling back');
    await click(button(one(root, '.nbmv-tasks'), 'Withdraw'));
    expect(aborted).toBe(true);
    end?.();
    await settled();
    expect(all(root, '.nbmv-tasks')).toEqual([]);
  });

  test('a rollback that a running cell prevents offers to run after the cell', async () => {
    const mock = new Mock();
    let first = true;
    const usual = mock.answers.rollback;
    mock.answers.rollback = (params, options) => {
      if (first) {
        first = false;
        fails({ code: 'Busy', message: 'a cell is running', hint: 'wait for its end' })();
      }
      return (usual as NonNullable<typeof usual>)(params, options);
    };
    const { root } = await planned(mock);
    await click(button(one(root, '.nbmv-rollback'), 'Roll back'));
    const alert = one(root, '[role=alert]');
    expect(alert.textContent).toContain('a cell is running');
    await click(button(alert, 'Run after the cell'));
    expect(mock.of('rollback').at(-1)).toEqual({ id: idOf(7), queue: true });
  });

  test('requests that other panels have queued are shown and can be withdrawn', async () => {
    const { root, mock } = await page();
    mock.push({ busy: true, queued: [{ request: 12, method: 'commit', what: 'commit "deeper"' }] });
    expect(one(root, '.nbmv-tasks').textContent).toContain('After the cell: commit "deeper"');
    await click(button(one(root, '.nbmv-tasks'), 'Withdraw'));
    expect(mock.of('cancel')).toEqual([{ request: 12 }]);
  });

  test('a long rollback shows its progress and can be cancelled', async () => {
    const mock = new Mock();
    let progress: ((p: { done: number; total: number; what: string }) => void) | undefined;
    mock.answers.rollback = (_, { signal, onProgress }) =>
      new Promise((_resolve, reject) => {
        progress = onProgress;
        signal?.addEventListener('abort', () => {
          try {
            fails({ code: 'Cancelled', message: 'cancelled' })();
          } catch (error) {
            reject(error);
          }
        });
      });
    const { root } = await planned(mock);
    await click(button(one(root, '.nbmv-rollback'), 'Roll back'));
    await settled(300);
    progress?.({ done: 32_000_000, total: 64_000_000, what: 'reading' });
    expect(one(root, '.nbmv-task').textContent).toContain('reading: 32\u00a0MB of 64\u00a0MB');
    expect((one(root, 'progress') as HTMLProgressElement).value).toBe(32_000_000);
    expect(button(one(root, '.nbmv-rollback'), 'Roll back').disabled).toBe(true);
    await click(button(one(root, '.nbmv-task'), 'Cancel'));
    expect(button(one(root, '.nbmv-rollback'), 'Roll back').disabled).toBe(false);
    expect(all(root, '.nbmv-task')).toEqual([]);
    expect(all(root, '[role=alert]')).toEqual([]);
    expect(one(root, '[role=status]').textContent).toBe('Cancelled');
    expect(all(root, '.nbmv-rollback')).toHaveLength(1);
  });

  test('a failed plan shows the error and its hint', async () => {
    const mock = new Mock();
    mock.answers.plan = fails({
      code: 'NeedsTrust',
      message: 'v7 holds pickles of a stranger',
      hint: 'try: %mv_trust v7'
    });
    const { root } = await planned(mock);
    expect(one(root, '.nbmv-plan').textContent).toContain('v7 holds pickles of a stranger');
    expect(one(root, '.nbmv-plan').textContent).toContain('try: %mv_trust v7');
    expect(button(one(root, '.nbmv-rollback'), 'Roll back').disabled).toBe(true);
  });

  test('Escape goes back to the list and the focus to where it was', async () => {
    const { root, panel } = await page();
    panel.focus();
    await press('ArrowDown');
    await press('ArrowDown');
    await press('Enter');
    expect(document.activeElement).toBe(button(one(root, '.nbmv-rollback'), 'Roll back'));
    await press('Escape');
    expect(document.activeElement).toBe(row(root, 'v13'));
  });
});
