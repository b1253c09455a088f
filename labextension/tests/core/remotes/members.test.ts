import { describe, expect, test, vi } from 'vitest';
import { fails, Mock } from '../../mock';
import * as remotes from '../../sample-remotes';
import { all, button, click, nameOf, one, page, settled, type, type IPage } from '../mount';

const SHOWN = 'Who can read origin';

async function opened(answers: Mock['answers'] = {}): Promise<IPage> {
  const mock = new Mock(3, { remotes: () => ({ remotes: [remotes.remote({ encrypted: true })] }), ...answers });
  const found = await page({ mock });
  await click(one(found.root, '[role=tab][data-view=remotes]'));
  await click(button(found.root, 'More about origin'));
  const item = all(found.root, '[role=menuitem]').find(each => nameOf(each) === 'Who can read it…');
  await click(item as Element);
  return found;
}

function fields(root: HTMLElement): HTMLInputElement[] {
  return all(root, 'form input[type=text]') as HTMLInputElement[];
}

async function add(root: HTMLElement, key: string): Promise<void> {
  await type(fields(root)[1] as Element, key);
  one(root, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
  await settled();
}

describe('the page of who can read an encrypted remote', () => {
  test('lists the public keys, marks your own, and has it to copy', async () => {
    const writeText = vi.fn(() => Promise.resolve());
    vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText } });
    const { root, mock } = await opened();
    expect(mock.of('remote_members')).toEqual([{ name: 'origin' }]);
    expect(all(root, `[aria-label="${SHOWN}"] li`).map(nameOf)).toEqual(['age1adayou', 'ssh-ed25519 ben']);
    expect(fields(root).map(each => [each.value, each.readOnly])).toEqual([
      ['age1ada', true],
      ['', false]
    ]);
    expect(document.activeElement).toBe(fields(root)[1]);
    await click(button(root, 'Copy'));
    expect(writeText).toHaveBeenCalledWith('age1ada');
    expect(one(root, '.nbmv-notice').textContent).toContain('Copied');
    vi.unstubAllGlobals();
  });

  test('without a clipboard the key is selected', async () => {
    const { root } = await opened();
    await click(button(root, 'Copy'));
    const own = fields(root)[0] as HTMLInputElement;
    expect([own.selectionStart, own.selectionEnd]).toEqual([0, 'age1ada'.length]);
    expect(one(root, '.nbmv-notice').textContent).toContain('Press Ctrl+C');
  });

  test('adds the key of a colleague, who is in the list then', async () => {
    const { root, mock } = await opened();
    await add(root, '');
    expect(one(root, '.nbmv-field-problem').textContent).toBe('Paste a public key');
    expect(mock.of('share_remote')).toEqual([]);
    mock.answers.remote_members = () => ({ ...remotes.MEMBERS, keys: [...remotes.MEMBERS.keys, 'age1cleo'] });
    await add(root, ' age1cleo ');
    expect(mock.of('share_remote')).toEqual([{ name: 'origin', key: 'age1cleo' }]);
    expect(all(root, `[aria-label="${SHOWN}"] li`).map(nameOf)).toContain('age1cleo');
    expect(fields(root)[1]?.value).toBe('');
    expect(one(root, '.nbmv-notice').textContent).toContain('origin can be read with 3 keys');
    await click(button(root, 'Close'));
    expect(one(root, '.nbmv-remotes')).toBeTruthy();
  });

  test('a refused key stands beside its field, with the hint, and stays there', async () => {
    const { root } = await opened({
      share_remote: fails({ code: 'UsageError', message: 'age1x is not a public key', hint: 'give a public key' })
    });
    await add(root, 'age1x');
    expect(one(root, '.nbmv-field-problem').textContent).toBe('age1x is not a public keygive a public key');
    expect(fields(root)[1]?.getAttribute('aria-invalid')).toBe('true');
    expect(fields(root)[1]?.value).toBe('age1x');
  });

  test('a missing library is shown with its hint and can be tried again', async () => {
    const { root, mock } = await opened({
      remote_members: fails({ code: 'MissingLibrary', message: 'pyrage is missing', hint: 'pip install it' })
    });
    expect(one(root, 'form').textContent).toContain('pyrage is missingpip install it');
    expect(all(root, 'form button').map(nameOf)).toEqual(['Try again', 'Close']);
    mock.answers.remote_members = () => remotes.MEMBERS;
    await click(button(root, 'Try again'));
    expect(fields(root)).toHaveLength(2);
  });

  test('a remote that is not encrypted has neither the chip nor the page', async () => {
    const { root, mock } = await opened();
    expect(mock.of('remote_members')).toHaveLength(1);
    const plain = await page({ mock: new Mock() });
    await click(one(plain.root, '[role=tab][data-view=remotes]'));
    await click(button(plain.root, 'More about origin'));
    expect(all(plain.root, '[role=menuitem]').map(nameOf)).toEqual(['Check what it can do', 'Remove…']);
    expect(all(plain.root, '.nbmv-remote > div > .nbmv-chip')).toEqual([]);
    await click(button(root, 'Close'));
    expect(all(root, '.nbmv-remote > div > .nbmv-chip').map(nameOf)).toEqual(['encrypted']);
  });
});
