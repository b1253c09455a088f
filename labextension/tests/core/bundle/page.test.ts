/** The page of a bundle: what it shows, and the import through the kernel of a notebook. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { BundlePage, Failure, interpolate, type IBundleHost, type IBundleTarget } from '../../../src/core';
import { Mock } from '../../mock';
import { BUNDLE } from '../../sample-bundles';
import { bundleMembers, listed, zipped } from '../../zipped';
import { all, button, click, one } from '../mount';

const opened: BundlePage[] = [];

afterEach(() => {
  opened.splice(0).forEach(page => {
    page.dispose();
  });
});

interface IOpened {
  root: HTMLElement;
  mock: Mock;
  shown: string[];
  targets: IBundleTarget[];
  changed: () => void;
  page: BundlePage;
}

function target(mock: Mock, extra: Partial<IBundleTarget> = {}, shown: string[] = []): IBundleTarget {
  return {
    name: 'study.ipynb',
    path: 'work/study.ipynb',
    transport: mock,
    status: '',
    load: null,
    bundlePath: '../tree.nbmv.zip',
    show: id => {
      shown.push(id);
    },
    ...extra
  };
}

async function opening(options: { file?: Uint8Array | number; targets?: IBundleTarget[] } = {}): Promise<IOpened> {
  const mock = new Mock();
  const shown: string[] = [];
  const root = document.createElement('div');
  document.body.append(root);
  const listeners = new Set<() => void>();
  const targets = options.targets ?? [target(mock, {}, shown)];
  const host: IBundleHost = {
    name: 'tree.nbmv.zip',
    translate: interpolate,
    read: () => Promise.resolve(options.file ?? zipped(listed(bundleMembers()))),
    targets: () => targets,
    onTargets: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    }
  };
  const page = new BundlePage(root, host);
  opened.push(page);
  await vi.waitFor(() => {
    expect(root.textContent).not.toContain('Reading the file');
  });
  const changed = (): void => {
    listeners.forEach(listener => {
      listener();
    });
  };
  return { root, mock, shown, targets, changed, page };
}

const IMPORT = 'Import into the store of this notebook';
const box = (root: HTMLElement, name: string): HTMLInputElement =>
  one(root, `input[aria-label="${name}"]`) as HTMLInputElement;

describe('the page of a bundle', () => {
  test('shows version, check, variables, environment and modules', async () => {
    const { root } = await opening();
    expect(one(root, 'h2').textContent).toBe('v7 say "NaN"');
    expect(one(root, '.nbmv-bundle-check').textContent).toContain('Intact: the hashes of all 7 files are right');
    expect(root.textContent).toContain('Not signed');
    expect(all(root, '.nbmv-bundle-variables tbody tr').map(row => row.textContent)).toEqual([
      'awith botherlist80\u00a0Bjson',
      'bwith aotherlist90\u00a0Bonly nbmodelver reads it',
      'modelmodelTree1.0\u00a0kBpickle: needs trust'
    ]);
    expect(root.textContent).toContain('Python 3.11.7, 2 packages');
    expect(root.textContent).toContain('Modules (1)');
    expect(root.textContent).not.toMatch(/\[object|undefined/);
  });

  test('imports everything, and says what needs trust', async () => {
    const { root, mock, shown } = await opening();
    await click(button(root, IMPORT));
    const [sent] = mock.of('import');
    expect(sent).toEqual({ path: '../tree.nbmv.zip', digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    const outcome = one(root, '.nbmv-bundle-outcome');
    expect(outcome.textContent).toContain('Imported into the store of study.ipynb as v14');
    expect(outcome.textContent).toContain('model · %mv_trust v14');
    await click(button(root, 'Show v14 in the history'));
    expect(shown).toHaveLength(1);
  });

  test('imports chosen variables with those that share objects with them', async () => {
    const { root, mock } = await opening();
    box(root, 'All variables').click();
    expect(button(root, IMPORT).disabled).toBe(true);
    expect(root.textContent).toContain('Select at least one variable.');
    box(root, 'b').click();
    expect([box(root, 'a').checked, box(root, 'model').checked, box(root, 'All variables').indeterminate]).toEqual([
      true,
      false,
      true
    ]);
    expect(root.textContent).toContain('To import: 2 of 3 variables. The note of the version names the others.');
    await click(button(root, IMPORT));
    expect(mock.of('import')[0]?.names).toEqual(['a', 'b']);
  });

  test('a running cell: the import is offered for afterwards', async () => {
    const { root, mock } = await opening();
    mock.answers.import = ({ queue }) => {
      if (!queue) {
        throw new Failure({ code: 'Busy', message: 'a cell is running', hint: 'wait' });
      }
      throw new Failure({ code: 'Cancelled', message: 'stopped', hint: '' });
    };
    await click(button(root, IMPORT));
    expect(one(root, '.nbmv-bundle-outcome').textContent).toContain('a cell is running');
    await click(button(root, 'Import after the cell'));
    expect(mock.of('import')[1]?.queue).toBe(true);
    expect(one(root, '.nbmv-bundle-outcome').textContent).toContain('Cancelled. Nothing was changed.');
  });

  test('several notebooks: one is chosen, and what its kernel lacks is said', async () => {
    const mock = new Mock();
    let loaded = 0;
    const load = (): void => {
      loaded += 1;
    };
    const status = 'nbmodelver is not loaded in the kernel of this notebook.';
    const targets = [
      target(mock, { name: 'new.ipynb', path: 'new.ipynb', transport: null, status, load }),
      target(mock),
      target(mock, { path: 'other/study.ipynb', bundlePath: '../../tree.nbmv.zip' })
    ];
    const { root, changed } = await opening({ targets });
    const choice = (): HTMLSelectElement => one(root, '.nbmv-bundle-target select') as HTMLSelectElement;
    expect([...choice().options].map(each => each.text)).toEqual([
      'new.ipynb',
      'work/study.ipynb',
      'other/study.ipynb'
    ]);
    expect(choice().value).toBe('work/study.ipynb');
    choice().value = 'new.ipynb';
    choice().dispatchEvent(new Event('change'));
    expect(root.textContent).toContain(status);
    await click(button(root, 'Load nbmodelver in this kernel'));
    expect(loaded).toBe(1);
    targets[0] = target(mock, { name: 'new.ipynb', path: 'new.ipynb', bundlePath: 'tree.nbmv.zip' });
    changed();
    await click(button(root, IMPORT));
    expect(mock.of('import')[0]?.path).toBe('tree.nbmv.zip');
  });

  test('no notebook: the commands', async () => {
    const { root, targets, changed, mock } = await opening({ targets: [] });
    expect(one(root, 'pre').textContent).toBe('%load_ext nbmodelver\n%mv_import tree.nbmv.zip');
    targets.push(target(mock));
    changed();
    expect(button(root, IMPORT).disabled).toBe(false);
  });

  test('a damaged file is refused with the reason, and can be read again', async () => {
    const { root } = await opening({ file: new Uint8Array(30) });
    expect(root.textContent).toContain('tree.nbmv.zip cannot be imported');
    expect(root.textContent).toContain('it is not a bundle, or it is incomplete');
    expect(all(root, 'button').map(each => each.textContent)).toEqual(['Read it again']);
  });

  test('a large file is read by a kernel', async () => {
    const { root, mock } = await opening({ file: 3_000_000_000 });
    expect(root.textContent).toContain('The file has 3.0\u00a0GB');
    mock.answers.bundle = () => {
      throw new Failure({ code: 'BadBundle', message: 'it was refused', hint: 'get it again' });
    };
    await click(button(root, 'Read it with the kernel of this notebook'));
    expect(root.textContent).toContain('it was refused');
    mock.answers.bundle = () => BUNDLE;
    await click(button(root, 'Read it with the kernel of this notebook'));
    expect(mock.of('bundle')).toEqual([{ path: '../tree.nbmv.zip' }, { path: '../tree.nbmv.zip' }]);
    expect(one(root, 'h2').textContent).toBe('v7 deeper trees');
    await click(button(root, IMPORT));
    expect(mock.of('import')).toEqual([{ path: '../tree.nbmv.zip', digest: BUNDLE.digest }]);
  });

  test('a name with spaces is quoted for the magic', async () => {
    const { quoted } = await import('../../../src/core/bundle/target-choice');
    expect([quoted('a-1.nbmv.zip'), quoted('my file.zip'), quoted('a"b')]).toEqual([
      'a-1.nbmv.zip',
      '"my file.zip"',
      '"a\\"b"'
    ]);
  });
});
