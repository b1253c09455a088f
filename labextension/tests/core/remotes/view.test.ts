import { describe, expect, test, vi } from 'vitest';
import { Failure, type IRemote } from '../../../src/core';
import golden from '../../../../tests/golden/panel/samples/remotes.diverged.json';
import { fails, Mock } from '../../mock';
import { idOf } from '../../sample';
import * as remotes from '../../sample-remotes';
import { all, button, click, nameOf, one, page, settled, type IPage } from '../mount';

async function opened(shown: IRemote[] = [remotes.remote()], answers: Mock['answers'] = {}): Promise<IPage> {
  const mock = new Mock(14, { remotes: () => ({ remotes: shown }), ...answers });
  mock.state = { ...mock.state, author: 'ada', remote: { remote: 'origin', unsent: 3, behind: 2 } };
  const found = await page({ mock });
  await click(one(found.root, '[role=tab][data-view=remotes]'));
  return found;
}

function lines(root: HTMLElement): string[] {
  return all(root, '.nbmv-remote-branches > li > .nbmv-card-line').map(nameOf);
}

describe('the page of the remotes', () => {
  test('each remote says where it is, what it can do, when it was seen, and how its branches stand', async () => {
    vi.setSystemTime(new Date('2026-11-21T12:00:00Z'));
    const { root } = await opened();
    const section = one(root, 'section.nbmv-remote');
    expect(section.textContent).toContain('s3://team-models/study');
    expect(section.textContent).toContain('concurrent pushes are safe · you can read and write');
    expect(section.textContent).toContain('seen 1 h ago · last push: ben, 2 h');
    expect(lines(root)).toEqual([
      'maincurrentup to dateby ben',
      'ideaonly thereby benBring idea here',
      'localonly hereby ada'
    ]);
    vi.useRealTimers();
  });

  test('without a remote it says what one is, and offers the form', async () => {
    const { root } = await opened([]);
    expect(root.textContent).toContain('This store has no remote yet.');
    expect(button(root, 'Add a remote…')).toBeTruthy();
  });

  test('one that can only be read has no Push', async () => {
    const { root } = await opened([remotes.remote({ rights: 'read only', rule: 'single writer', lazy: true })]);
    expect(all(root, '.nbmv-remote .nbmv-actions button').map(nameOf)).toEqual(['Fetch', 'Pull']);
    expect(root.textContent).toContain('concurrent pushes would overwrite each other · you can only read');
    expect(one(root, '.nbmv-remote .nbmv-chip').textContent).toBe('lazy');
  });

  test('Fetch and Push say in one line what they did', async () => {
    const { root, mock } = await opened();
    await click(button(root, 'Push'));
    expect(mock.of('push_to')).toEqual([{ remote: 'origin' }]);
    expect(one(root, '.nbmv-outcome').textContent).toBe('Sent to origin: v13, v14 · 1.2\u00a0MB · 0.30 s');
    mock.answers.fetch_from = () => ({ said: '', state: mock.state, ...remotes.MOVED, is_empty: true });
    await click(button(root, 'Fetch'));
    expect(one(root, '.nbmv-outcome').textContent).toBe('origin has nothing new');
  });

  test('Pull fetches first, which can be cancelled, and then moves the notebook', async () => {
    const { root, mock } = await opened();
    await click(button(root, 'Pull'));
    expect([mock.of('fetch_from'), mock.of('pull_from')]).toEqual([[{ remote: 'origin' }], [{ remote: 'origin' }]]);
    expect(one(root, '.nbmv-outcome').textContent).toBe('main is now v13, by ben · 1.2\u00a0MB');
    await click(button(root, 'Bring idea here'));
    expect(mock.of('pull_from').at(-1)).toEqual({ remote: 'origin', branch: 'idea' });
  });

  test('while a cell runs a pull is refused, with the offer to wait', async () => {
    const { root, mock } = await opened([remotes.remote()], {
      pull_from: fails({ code: 'Busy', message: 'a cell runs' })
    });
    await click(button(root, 'Pull'));
    expect(one(root, '.nbmv-box-warning').textContent).toContain('a cell runs');
    mock.answers.pull_from = () => ({ said: '', state: mock.state, ...remotes.PULLED });
    await click(button(root, 'Run after the cell'));
    expect(mock.of('pull_from').at(-1)).toEqual({ remote: 'origin', queue: true });
  });

  test('values of others need trust, which a click gives', async () => {
    const { root, mock } = await opened([remotes.remote()], {
      pull_from: ({ trust }) => ({
        said: '',
        state: mock.state,
        ...remotes.PULLED,
        ...(trust ? {} : { outcome: 'fetched' as const, note: 'main was not moved: v13 came from elsewhere' })
      })
    });
    await click(button(root, 'Pull'));
    expect(one(root, '.nbmv-outcome').textContent).toContain('v13 came from elsewhere');
    await click(button(root, 'Trust them, and load the values'));
    expect(mock.of('pull_from').at(-1)).toEqual({ remote: 'origin', trust: true });
    expect(one(root, '.nbmv-outcome').textContent).toContain('main is now v13');
  });

  test('a failure is shown with its hint and can be tried again', async () => {
    const answers = { push_to: fails({ code: 'RemoteDenied', message: 'no rights', hint: 'ask its owner' }) };
    const { root, mock } = await opened([remotes.remote()], answers);
    await click(button(root, 'Push'));
    expect(one(root, '.nbmv-box-error').textContent).toContain('ask its owner');
    delete (mock.answers as { push_to?: unknown }).push_to;
    mock.answers.push_to = () => ({ said: '', state: mock.state, ...remotes.MOVED });
    await click(button(root, 'Try again'));
    expect(one(root, '.nbmv-outcome').textContent).toContain('Sent to origin');
  });

  test('a version that may hold a secret is named, with what was found, and a click sends this version only', async () => {
    const secret = (version: string): NonNullable<Mock['answers']['push_to']> =>
      fails({
        code: 'SecretFound',
        message: 'refused',
        hint: '--allow-secret',
        secret: { version, found: [{ where: 'cell 2', why: 'it looks like a key' }] }
      });
    const { root, mock } = await opened([remotes.remote()], { push_to: secret('v3') });
    await click(button(root, 'Push'));
    const box = one(root, '.nbmv-box-error');
    expect(box.textContent).toContain('Nothing was sent: v3 may hold a secret');
    expect(all(box, 'li').map(nameOf)).toEqual(['cell 2: it looks like a key']);
    mock.answers.push_to = secret('v4');
    await click(button(root, 'Send v3 nevertheless'));
    expect(mock.of('push_to').at(-1)).toEqual({ remote: 'origin', allow_secrets: ['v3'] });
    mock.answers.push_to = () => ({ said: '', state: mock.state, ...remotes.MOVED });
    await click(button(root, 'Send v4 nevertheless'));
    expect(mock.of('push_to').at(-1)).toEqual({ remote: 'origin', allow_secrets: ['v3', 'v4'] });
    expect(one(root, '.nbmv-outcome').textContent).toContain('Sent to origin');
    await click(button(root, 'Push'));
    expect(mock.of('push_to').at(-1)).toEqual({ remote: 'origin' });
  });

  test('the progress has amount, rate and time left, and Cancel ends it', async () => {
    let report: ((done: number) => void) | undefined;
    const { root } = await opened([remotes.remote()], {
      push_to: (_, { signal, onProgress }) =>
        new Promise((__, reject) => {
          report = done => onProgress?.({ done, total: 9_000_000, what: 'bytes sent' });
          signal?.addEventListener('abort', () => {
            reject(new Failure({ code: 'Cancelled', message: 'stopped', hint: '' }));
          });
        })
    });
    await click(button(root, 'Push'));
    report?.(1_000_000);
    await settled(700);
    report?.(5_000_000);
    const text = one(root, '.nbmv-task-text').textContent;
    expect(text).toMatch(/^bytes sent: 5\.0\u00a0MB of 9\.0\u00a0MB · [\d.]+\u00a0MB\/s · [\d.]+ (m?s) left$/);
    expect((one(root, 'progress') as HTMLProgressElement).value).toBe(5_000_000);
    expect(button(root, 'Fetch').getAttribute('aria-disabled')).toBe('true');
    await click(button(root, 'Cancel'));
    expect(one(root, '.nbmv-outcome').textContent).toContain('Cancelled.');
    expect(button(root, 'Fetch').getAttribute('aria-disabled')).toBe('false');
  });

  test('a command begins a transfer there, and a panel that comes back does not', async () => {
    const { panel, mock } = await page();
    panel.show('remotes', ['push_to']);
    await settled();
    expect(mock.of('push_to')).toHaveLength(1);
    panel.show('history');
    panel.show('remotes', ['fetch_from']);
    await settled();
    expect(mock.of('fetch_from')).toHaveLength(1);
    const again = await page({ view: 'remotes', ids: ['push_to'] });
    expect(again.mock.of('push_to')).toEqual([]);
  });

  test('it is loaded again after a change, and a closed panel cancels and listens no more', async () => {
    let aborted = false;
    const { panel, mock, root } = await opened([remotes.remote()], {
      fetch_from: (_, { signal }) =>
        new Promise(() => {
          signal?.addEventListener('abort', () => {
            aborted = true;
          });
        })
    });
    const before = mock.of('remotes').length;
    mock.push({ tags: { new: idOf(2) } });
    await settled();
    expect(mock.of('remotes')).toHaveLength(before + 1);
    await click(button(root, 'Fetch'));
    panel.dispose();
    expect(aborted).toBe(true);
    expect(mock.listeners).toBe(0);
    expect(all(document.body, '.nbmv-remotes')).toEqual([]);
  });

  test('what a real kernel sent is drawn', async () => {
    const { root } = await opened(structuredClone(golden.result.remotes) as IRemote[]);
    expect(lines(root)).toEqual(['maincurrent1 ahead · 1 behindby ben', 'forestonly hereby ada']);
    expect(root.textContent).not.toMatch(/\[object|undefined|NaN/);
  });
});

describe('a branch that diverged', () => {
  const shown = [remotes.remote({ branches: [remotes.DIVERGED] })];

  test('is described in words, with the versions of both sides and their authors', async () => {
    const { root } = await opened(shown);
    const box = one(root, '[aria-label="main diverged"]');
    expect(box.textContent).toContain('main has new versions on both sides');
    expect(box.textContent).toContain('1 version here, 2 at origin by ben');
    expect(all(root, '[aria-label="At origin, not on the branch here"] li').map(nameOf)).toEqual([
      'v13 by ben deeper <b>trees</b>',
      'v12 by ben '.trim()
    ]);
  });

  test('a refused push fetches what the others have', async () => {
    const { root, mock } = await opened(shown, { push_to: fails({ code: 'Diverged' }) });
    await click(button(root, 'Push'));
    expect(mock.of('fetch_from')).toEqual([{ remote: 'origin' }]);
    expect(one(root, '.nbmv-outcome').textContent).toContain('Nothing was sent');
  });

  test('Look at the difference compares HEAD with the branch of the remote', async () => {
    const { root, mock } = await opened(shown);
    await click(button(root, 'Look at the difference'));
    expect(mock.of('diff')[0]).toMatchObject({ before: idOf(14), after: idOf(13) });
  });

  test('Keep mine beside proposes a free name and pushes under it', async () => {
    const taken = remotes.branch({ branch: 'main-ada', is_current: false });
    const { root, mock } = await opened([remotes.remote({ branches: [remotes.DIVERGED, taken] })]);
    await click(button(root, 'Keep mine beside…'));
    const form = one(root, 'form');
    expect((one(form, 'input') as HTMLInputElement).value).toBe('main-ada-2');
    form.dispatchEvent(new Event('submit', { cancelable: true }));
    await settled();
    expect(mock.of('push_to')).toEqual([{ remote: 'origin', branch: 'main', branch_as: 'main-ada-2' }]);
    expect(all(root, 'form')).toEqual([]);
    expect(one(root, '.nbmv-outcome').textContent).toContain('Sent to origin');
  });

  test('Keep mine beside needs a name', async () => {
    const { root, mock } = await opened(shown);
    await click(button(root, 'Keep mine beside…'));
    (one(root, 'form input') as HTMLInputElement).value = ' ';
    one(root, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
    await settled();
    expect(one(root, '.nbmv-field-problem').textContent).toBe('Give it a name');
    expect(mock.of('push_to')).toEqual([]);
  });

  test('a branch that is not the current one cannot be merged', async () => {
    const { root } = await opened([remotes.remote({ branches: [{ ...remotes.DIVERGED, is_current: false }] })]);
    expect(all(root, 'button').map(nameOf)).not.toContain('Merge…');
    expect(root.textContent).toContain('Switch to this branch to merge it.');
  });
});

describe('the menu of a remote', () => {
  test('checks it, and removes it after a question', async () => {
    const { root, mock } = await opened();
    await click(button(root, 'More about origin'));
    await click(one(root, '[role=menuitem]'));
    expect(mock.of('check_remote')).toEqual([{ name: 'origin' }]);
    await click(button(root, 'More about origin'));
    await click(all(root, '[role=menuitem]').at(-1) as Element);
    expect(mock.of('remove_remote')).toEqual([]);
    const form = one(root, 'form');
    expect(form.textContent).toContain('Nothing changes there');
    form.dispatchEvent(new Event('submit', { cancelable: true }));
    await settled();
    expect(mock.of('remove_remote')).toEqual([{ name: 'origin' }]);
  });
});

describe('what waits', () => {
  test('a line below the tabs says it, and a click opens the page', async () => {
    const mock = new Mock();
    mock.state = { ...mock.state, remote: { remote: 'origin', unsent: 3, behind: 2 } };
    const { root } = await page({ mock });
    const line = button(root, '3 versions not pushed · 2 to pull');
    await click(line);
    expect(one(root, '.nbmv-remotes')).toBeTruthy();
    mock.push({ remote: { remote: 'origin', unsent: 0, behind: 0 } });
    expect(line.hidden).toBe(true);
    mock.push({ remote: { remote: 'origin', unsent: 1, behind: 0 } });
    expect(nameOf(line)).toBe('1 version not pushed');
  });
});

describe('rows of the history', () => {
  test('show others, branches of remotes, equal numbers, and values that are elsewhere', async () => {
    const mock = new Mock(3);
    const usual = mock.answers.history;
    mock.answers.history = async (params, options) => {
      const found = await (usual as NonNullable<typeof usual>)(params, options);
      const [first, second] = found.entries;
      Object.assign(first ?? {}, { author: 'ben', tracked: ['origin/main'], is_twin: true, values_at: 'origin' });
      Object.assign(second ?? {}, { author: 'ada' });
      return found;
    };
    mock.state = { ...mock.state, author: 'ada' };
    const { root } = await page({ mock });
    const [, first, second] = all(root, '.nbmv-row-more');
    expect(one(first as HTMLElement, '.nbmv-author').title).toBe('by ben');
    expect(one(root, '.nbmv-id').textContent).toContain(idOf(3).slice(0, 8));
    expect(all(root, '.nbmv-chip-remote').map(nameOf)).toEqual(['origin/main,']);
    const place = one(root, '.nbmv-elsewhere');
    expect(nameOf(place)).toBe('at origin,');
    expect(place.title).toBe('Its values are at origin. They are loaded when needed.');
    expect(second?.textContent).not.toContain('ada');
  });
});
