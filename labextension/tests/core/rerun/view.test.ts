/** A re-run: the plan and the warning, the progress, the verdicts. */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { Failure } from '../../../src/core';
import { fails, Mock } from '../../mock';
import * as bundles from '../../sample-bundles';
import { idOf } from '../../sample';
import { all, button, click, one, page, settled } from '../mount';

beforeAll(() => {
  Element.prototype.scrollIntoView = () => undefined; // jsdom has no layout
});

const RUN = 'Run the code';

async function opened(mock = new Mock()): Promise<{ root: HTMLElement; mock: Mock }> {
  const { root } = await page({ mock, view: 'rerun', ids: [idOf(7)] });
  return { root, mock };
}

describe('a re-run', () => {
  test('nothing runs before the plan and the warning were shown', async () => {
    const { root, mock } = await opened();
    expect(one(root, 'h2:not(.nbmv-head *)').textContent).toBe('Run v7 again deeper trees');
    for (const text of [
      '5 cells, in the order in which they ran',
      'a new environment with Python 3.11 and 12 of 85 packages',
      'Python 3.11.7 is 3.11.9 here',
      'the code that measured loss',
      'train.csv',
      'This runs code'
    ]) {
      expect(root.textContent).toContain(text);
    }
    expect(mock.of('rerun')).toEqual([]);
    expect(mock.of('rerun_plan')).toEqual([{ id: idOf(7) }]);
  });

  test('another environment has another plan, and the options are sent', async () => {
    const { root, mock } = await opened();
    const where = one(root, 'select[aria-label=Environment]') as HTMLSelectElement;
    where.value = 'here';
    where.dispatchEvent(new Event('change'));
    await settled();
    expect(mock.of('rerun_plan')[1]).toEqual({ id: idOf(7), here: true });
    expect(root.textContent).toContain('this environment');
    for (const tick of all(root, '.nbmv-rerun-options input[type=checkbox]')) {
      tick.click();
    }
    (one(root, '.nbmv-rerun-limit') as HTMLInputElement).value = '60';
    await click(button(root, RUN));
    expect(mock.of('rerun')).toEqual([{ id: idOf(7), here: true, offline: true, once: true, limit_s: 60 }]);
  });

  test('the verdict, and for each result what differs and why', async () => {
    const { root } = await opened();
    await click(button(root, RUN));
    expect(one(root, '.nbmv-rerun-verdict').textContent).toContain('v7 was not reproduced');
    expect(root.textContent).toContain('5 cells in 13 s · ran 3 times');
    const rows = all(root, '.nbmv-rerun-items tbody tr').map(row => row.textContent);
    expect(rows).toEqual([
      'model different4 of 31 nodesthe order of sets, which depends on the hash seed tested',
      'cell 3 cannot tellline 2the time, or an id of the process tested'
    ]);
    expect(root.textContent).toContain('1 of 1 bit-identical');
    expect(root.textContent).toContain('1 of 2 bit-identical');
  });

  test.each([
    ['bit-identical', true, '', 'v7 was reproduced: bit-identical', 'good'],
    ['numerically equal', true, '', 'v7 was reproduced: numerically equal', 'good'],
    ['cannot tell', false, '', 'It cannot be told whether v7 was reproduced', 'warn'],
    ['missing', false, 'cell 2 raised KeyError', 'v7 was not reproduced', 'bad']
  ] as const)('%s', async (verdict, reproduced, ended, said, tone) => {
    const mock = new Mock(14, { rerun: () => ({ ...bundles.rerun(idOf(7), true), verdict, reproduced, ended }) });
    const { root } = await opened(mock);
    await click(button(root, RUN));
    const line = one(root, '.nbmv-rerun-verdict');
    expect(line.textContent).toContain(said);
    expect(line.className).toContain(`nbmv-rerun-${tone}`);
    expect(root.textContent.includes(`It ended early: ${ended}`)).toBe(ended !== '');
  });

  test('the progress is shown, Cancel ends it, and it can run again', async () => {
    let stopped = false;
    const mock = new Mock(14, {
      rerun: (_, { signal, onProgress }) =>
        new Promise((__, reject) => {
          onProgress?.({ done: 2, total: 5, what: 'run 1, cell' });
          signal?.addEventListener('abort', () => {
            stopped = true;
            reject(new Failure({ code: 'Cancelled', message: 'stopped', hint: '' }));
          });
        })
    });
    const { root } = await opened(mock);
    await click(button(root, RUN));
    expect(one(root, '.nbmv-task').textContent).toContain('run 1, cell: 2 of 5');
    expect(one(root, '.nbmv-rerun-start').inert).toBe(true);
    button(one(root, '.nbmv-task'), 'Cancel').click();
    await vi.waitFor(() => {
      expect(stopped).toBe(true);
    });
    await settled();
    expect(root.textContent).toContain('Cancelled. Nothing was changed.');
    expect(one(root, '.nbmv-rerun-start').inert).toBe(false);
  });

  test('a page that is closed cancels its run', async () => {
    let stopped = false;
    const mock = new Mock(14, {
      rerun: (_, { signal }) =>
        new Promise(() => {
          signal?.addEventListener('abort', () => {
            stopped = true;
          });
        })
    });
    const { root, panel } = await page({ mock, view: 'rerun', ids: [idOf(7)] });
    await click(button(root, RUN));
    panel.dispose();
    expect(stopped).toBe(true);
  });

  test('a version that is not trusted shows the way out, and no button runs it', async () => {
    const mock = new Mock(14, {
      rerun_plan: fails({ code: 'NeedsTrust', message: 'v7 came from elsewhere', hint: 'allow it: %mv_trust v7' })
    });
    const { root } = await opened(mock);
    expect(root.textContent).toContain('v7 came from elsewhere');
    expect(root.textContent).toContain('%mv_trust v7');
    mock.answers.rerun_plan = ({ id }) => bundles.rerunPlan(id, false);
    await click(button(root, 'Try again'));
    expect(button(root, RUN).disabled).toBe(false);
  });
});

describe('what opens a re-run', () => {
  test('the menu of a version and both sides of a comparison ask the host', async () => {
    const asked: [string, string | undefined][] = [];
    const openRerun = (id: string, name?: string): void => {
      asked.push([id, name]);
    };
    const { root } = await page({ view: 'compare', ids: [idOf(2), idOf(7)], host: { openRerun } });
    for (const each of all(root, '.nbmv-sides button')) {
      await click(each);
    }
    expect(asked).toEqual([
      [idOf(2), 'v2'],
      [idOf(7), 'v7']
    ]);
  });
});
