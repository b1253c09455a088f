import { describe, expect, test } from 'vitest';
import { Failure, type IMergePlan } from '../../../src/core';
import { fails, Mock } from '../../mock';
import * as remotes from '../../sample-remotes';
import { all, button, click, nameOf, one, page, settled, type, type IPage } from '../mount';

async function opened(mock: Mock, ...buttons: string[]): Promise<IPage> {
  const found = await page({ mock });
  await click(one(found.root, '[role=tab][data-view=remotes]'));
  for (const name of buttons) {
    await click(button(found.root, name));
  }
  return found;
}

const diverged = (answers: Mock['answers'] = {}): Mock =>
  new Mock(14, { remotes: () => ({ remotes: [remotes.remote({ branches: [remotes.DIVERGED] })] }), ...answers });

async function submit(root: HTMLElement): Promise<void> {
  one(root, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
  await settled();
}

function problems(root: HTMLElement): string[] {
  return all(root, '.nbmv-field-problem').map(each => each.textContent);
}

describe('the form that adds a remote', () => {
  test('sends name, address, options and lazy, and closes', async () => {
    const { root, mock } = await opened(new Mock(3, { remotes: () => ({ remotes: [] }) }), 'Add a remote…');
    const [name, address, options] = all(root, 'form :is(input[type=text], textarea)');
    expect((name as HTMLInputElement).value).toBe('origin');
    await type(address as Element, ' s3://team/study ');
    await type(options as Element, 'region=eu-central-1\nendpoint=https://x?a=b');
    all(root, 'input[type=checkbox]').forEach(tick => {
      tick.click();
    });
    await submit(root);
    expect(mock.of('add_remote')).toEqual([
      {
        name: 'origin',
        address: 's3://team/study',
        options: { region: 'eu-central-1', endpoint: 'https://x?a=b' },
        lazy: true,
        encrypt: true
      }
    ]);
    expect(all(root, 'form')).toEqual([]);
  });

  test('what is missing stands beside its field, and nothing is sent', async () => {
    const { root, mock } = await opened(new Mock(), 'Add a remote…');
    const [name, , options] = all(root, 'form :is(input[type=text], textarea)');
    await type(name as Element, 'origin');
    await type(options as Element, 'region');
    await submit(root);
    expect(problems(root)).toEqual([
      'A remote has this name already',
      'Give its address',
      'Write each option as KEY=VALUE',
      ''
    ]);
    expect(document.activeElement).toBe(name);
    expect(name?.getAttribute('aria-invalid')).toBe('true');
    expect(mock.of('add_remote')).toEqual([]);
  });

  test.each([
    ['BadName', 0],
    ['RemoteDenied', 1]
  ])('an answer %s stands beside its field, with the hint', async (code, at) => {
    const answers = { add_remote: fails({ code, message: 'refused', hint: 'try another' }) };
    const { root } = await opened(new Mock(3, answers), 'Add a remote…');
    const fields = all(root, 'form input[type=text]');
    await type(fields[0] as Element, 'team');
    await type(fields[1] as Element, '/mnt/team');
    await submit(root);
    expect(problems(root)[at]).toBe('refusedtry another');
    expect(document.activeElement).toBe(fields[at]);
    expect(all(root, 'form')).toHaveLength(1);
  });

  test('a missing library is no fault of a field, and stands below them', async () => {
    const answers = {
      add_remote: fails({ code: 'MissingLibrary', message: 'pyrage is missing', hint: 'pip install' })
    };
    const { root } = await opened(new Mock(3, answers), 'Add a remote…');
    const fields = all(root, 'form input[type=text]');
    await type(fields[0] as Element, 'team');
    await type(fields[1] as Element, '/mnt/team');
    await submit(root);
    expect(problems(root)).toEqual(['', '', '', 'pyrage is missingpip install']);
    expect(all(root, '[aria-invalid]')).toEqual([]);
  });

  test('a form that is closed cancels the request', async () => {
    let aborted = false;
    const mock = new Mock(3, {
      add_remote: (_, { signal }) =>
        new Promise((__, reject) => {
          signal?.addEventListener('abort', () => {
            aborted = true;
            reject(new Failure({ code: 'Cancelled', message: '', hint: '' }));
          });
        })
    });
    const { root } = await opened(mock, 'Add a remote…');
    const fields = all(root, 'form input[type=text]');
    await type(fields[0] as Element, 'team');
    await type(fields[1] as Element, '/mnt/team');
    await submit(root);
    expect(button(root, 'Finding out what the place can do…').getAttribute('aria-disabled')).toBe('true');
    await click(button(root, 'Cancel'));
    expect(aborted).toBe(true);
  });
});

describe('the page of a merge', () => {
  test('it shows what happens to each variable, and merges only after every choice', async () => {
    const { root, mock } = await opened(diverged(), 'Merge…');
    const shown = one(root, '[aria-label="Merge with origin"]');
    expect(shown.textContent).toContain('Merge v13 by ben into v14');
    expect(all(shown, 'legend').map(nameOf)).toEqual(['Both sides changed alpha', 'Both sides changed train']);
    expect(all(shown, 'tbody tr').map(nameOf)).toEqual([
      'before10',
      'mine20',
      'theirs30',
      'max_depth243',
      'row 17, age303132'
    ]);
    expect(shown.textContent).toContain('and 11 more');
    expect(all(shown, '.nbmv-bullets li').map(nameOf)).toEqual([
      'model: as in v13, by ben',
      'view is taken as well, because it shares objects with another name'
    ]);
    await click(button(shown, 'Merge'));
    expect(mock.of('pull_from')).toEqual([]);
    const sides = (at: number): HTMLInputElement => all(shown, 'input[type=radio]')[at] as HTMLInputElement;
    sides(0).click();
    await settled();
    expect(button(shown, 'Merge').getAttribute('aria-disabled')).toBe('true');
    sides(3).click();
    await settled();
    expect(mock.of('merge_plan').at(-1)).toEqual({ remote: 'origin', take: { alpha: 'ours', train: 'theirs' } });
    await click(button(shown, 'Merge'));
    expect(mock.of('pull_from')).toEqual([{ remote: 'origin', merge: true, take: { alpha: 'ours', train: 'theirs' } }]);
    expect(all(root, '[aria-label="Merge with origin"]')).toEqual([]);
    expect(one(root, '.nbmv-notice').textContent).toContain('main merged with origin: v15');
  });

  test('a failure keeps the page, and while a cell runs it can wait', async () => {
    const mock = diverged({
      merge_plan: () => ({ ...remotes.mergePlan(), names: [] }),
      pull_from: fails({ code: 'Busy', message: 'a cell is running' })
    });
    const { root } = await opened(mock, 'Merge…', 'Merge');
    expect(one(root, '.nbmv-box-warning').textContent).toContain('a cell is running');
    mock.answers.pull_from = () => ({ said: '', state: mock.state, ...remotes.PULLED, outcome: 'merged' });
    await click(button(root, 'Run after the cell'));
    expect(mock.of('pull_from').at(-1)).toEqual({ remote: 'origin', merge: true, take: {}, queue: true });
    expect(one(root, '.nbmv-remotes')).toBeTruthy();
  });

  test('it names the values that need trust, and a tick loads them', async () => {
    const mock = diverged({
      merge_plan: ({ trust }) => ({
        ...remotes.mergePlan(),
        names: remotes.mergePlan().names.slice(0, 1),
        untrusted: trust ? [] : ['model']
      })
    });
    const { root } = await opened(mock, 'Merge…');
    const tick = (): HTMLInputElement => one(root, '.nbmv-box input[type=checkbox]') as HTMLInputElement;
    expect(one(root, '.nbmv-box-warning').textContent).toBe(
      'model: to load these values can run code of benTrust them, and load the values'
    );
    tick().click();
    await settled();
    expect(mock.of('merge_plan').at(-1)).toEqual({ remote: 'origin', take: {}, trust: true });
    expect(tick().checked).toBe(true);
    await click(button(root, 'Merge'));
    expect(mock.of('pull_from')).toEqual([{ remote: 'origin', merge: true, take: {}, trust: true }]);
    expect(one(root, '.nbmv-remotes')).toBeTruthy();
  });

  test('after a refusal for trust a button makes the plan again, before anything is merged', async () => {
    const mock = diverged({
      merge_plan: ({ trust }) => ({
        ...remotes.mergePlan(),
        names: remotes.mergePlan().names.slice(trust ? 2 : 0, trust ? 3 : 1)
      }),
      pull_from: fails({ code: 'NeedsTrust', message: 'it needs pickle', hint: 'trust it' })
    });
    const { root } = await opened(mock, 'Merge…', 'Merge');
    expect(one(root, '.nbmv-box-error').textContent).toContain('it needs pickletrust it');
    await click(button(root, 'Trust them, and load the values'));
    expect(all(root, '.nbmv-box-error')).toEqual([]);
    expect(mock.of('pull_from')).toHaveLength(1);
    expect(all(root, 'legend').map(nameOf)).toEqual(['Both sides changed train']);
    expect(button(root, 'Merge').getAttribute('aria-disabled')).toBe('true');
  });

  test('a plan that is refused for trust offers it', async () => {
    const mock = diverged({ merge_plan: fails({ code: 'NeedsTrust', message: 'it needs pickle' }) });
    const { root } = await opened(mock, 'Merge…');
    mock.answers.merge_plan = () => remotes.mergePlan();
    (one(root, '.nbmv-box input[type=checkbox]') as HTMLInputElement).click();
    await settled();
    expect(mock.of('merge_plan').at(-1)).toEqual({ remote: 'origin', take: {}, trust: true });
    expect(all(root, 'fieldset')).toHaveLength(2);
  });

  test('values that can be loaded and conflict no more need no choice', async () => {
    const mock = diverged({
      merge_plan: ({ trust }) => {
        const [, alpha] = remotes.mergePlan().names;
        const merged = { ...alpha, effect: 'inside' as const, unresolved: 0, facts: [], sentence: 'alpha: 3 cells' };
        const names = [trust ? merged : alpha] as IMergePlan['names'];
        return { ...remotes.mergePlan(), names, untrusted: trust ? [] : ['alpha'] };
      }
    });
    const { root } = await opened(mock, 'Merge…');
    expect(button(root, 'Merge').getAttribute('aria-disabled')).toBe('true');
    (one(root, '.nbmv-box input[type=checkbox]') as HTMLInputElement).click();
    await settled();
    expect(all(root, '.nbmv-bullets li').map(nameOf)).toContain('alpha: 3 cells');
    expect(button(root, 'Merge').getAttribute('aria-disabled')).toBe('false');
  });

  test.each([
    ['theirs', 'model: as in v13, by ben'],
    ['removed', 'model: removed, as in v13, by ben'],
    ['ours', 'model: stays as it is here']
  ] as const)('a variable that is %s is described with its side', async (effect, text) => {
    const names = remotes.mergePlan().names.slice(0, 1);
    const mock = diverged({
      merge_plan: () => ({ ...remotes.mergePlan(), names: names.map(each => ({ ...each, effect })), notes: [] })
    });
    const { root } = await opened(mock, 'Merge…');
    expect(all(root, '.nbmv-bullets li').map(nameOf)).toEqual([text]);
  });

  test('a plan that cannot be made is shown with a way to try again, and Cancel goes back', async () => {
    const mock = diverged({ merge_plan: fails({ message: 'not here', hint: 'fetch it' }) });
    const { root } = await opened(mock, 'Merge…');
    expect(root.textContent).toContain('fetch it');
    mock.answers.merge_plan = () => remotes.mergePlan();
    await click(button(root, 'Try again'));
    expect(all(root, 'fieldset')).toHaveLength(2);
    await click(button(root, 'Cancel'));
    expect(one(root, '.nbmv-remotes')).toBeTruthy();
  });
});
