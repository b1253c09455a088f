import { button, emptyState, foldable, userText } from '../dom/controls';
import { h, replaceChildren, type Child } from '../dom/elements';
import { icon } from '../dom/icons';
import { DIM, NUMBER, SMALL, TITLE, WARNING, WARNING_BOX } from '../dom/styles';
import type { IBundle, IBundleVariable } from '../protocol/messages';
import { Failure } from '../protocol/transport';
import { TaskList } from '../tasks';
import { formatDateTime, formatSize } from '../text/figures';
import { plural } from '../text/translate';
import { metricsAndParams } from '../version/metrics';
import { readBundle, type IBundleReading } from './contents';
import type { IBundleHost } from './host';
import { Importer } from './importer';
import { TargetChoice, type ReadyTarget } from './target-choice';
import { countText, VariableTable } from './variable-table';
import { BadBundle } from './zip';

const MODULES = 'modules/';
const INPUTS = 'files/';

/** What is inside of a bundle, whether its manifest verifies, and its import. Nothing of the bundle runs. */
export class BundlePage {
  private readonly _root: HTMLElement;
  private readonly _body = h('div', { class: 'nbmv-view nbmv-bundle' });
  private readonly _live = h('div', { class: 'nbmv-live nbmv-spoken', role: 'status', 'aria-live': 'polite' });
  private readonly _stop: () => void;
  /** Draws what depends on the open notebooks. */
  private _update: () => void = () => undefined;
  private _release: () => void = () => undefined;

  constructor(
    element: HTMLElement,
    private readonly _host: IBundleHost
  ) {
    const { translate: t, name } = _host;
    this._root = h(
      'section',
      { class: 'nbmv-panel', 'aria-label': t('Bundle {name}', { name }) },
      this._body,
      this._live
    );
    this._stop = _host.onTargets(() => {
      this._update();
    });
    element.append(this._root);
    void this._load();
  }

  focus(): void {
    const first = this._body.querySelector<HTMLElement>('button:enabled.nbmv-primary, .nbmv-empty button:enabled');
    (first ?? this._body).focus();
  }

  dispose(): void {
    this._release();
    this._stop();
    this._root.remove();
  }

  /** Reads the file, and shows its content or why it was refused. */
  private async _load(): Promise<void> {
    const { translate: t } = this._host;
    this._body.tabIndex = -1;
    replaceChildren(this._body, h('p', DIM, t('Reading the file…')));
    try {
      const file = await this._host.read();
      if (typeof file === 'number') {
        this._drawLarge(file);
      } else {
        this._draw(await readBundle(file));
      }
    } catch (error) {
      this._drawRefusal(error instanceof BadBundle ? t(error.message, error.values) : String(error));
    }
  }

  private _drawRefusal(reason: string): void {
    const { translate: t, name } = this._host;
    const again = button({ label: t('Read it again'), onClick: () => void this._load() });
    const advice = t('Get the file again, from a source that you trust.');
    replaceChildren(
      this._body,
      emptyState(
        t('{name} cannot be imported', { name }),
        h('p', { class: 'nbmv-one-line' }, icon('warning'), ' ', userText(reason)),
        h('p', DIM, advice),
        again
      )
    );
    this._announce(reason);
  }

  /** A file that is too large for the page: the kernel of a notebook reads it. */
  private _drawLarge(size_bytes: number): void {
    const { translate: t, name } = this._host;
    const tasks = new TaskList(t);
    const outcome = h('div', {});
    const read = async (target: ReadyTarget): Promise<void> => {
      const controller = new AbortController();
      choice.isBusy = true;
      const task = tasks.add('bundle', t('Reading the file'), false, () => {
        controller.abort();
      });
      try {
        const options = { signal: controller.signal, onProgress: task.progress };
        const bundle = await target.transport.request('bundle', { path: target.bundlePath }, options);
        this._draw({ bundle, hashes: 'right' });
      } catch (error) {
        if (!(error instanceof Failure)) {
          throw error;
        }
        replaceChildren(outcome, h('div', WARNING_BOX, h('p', {}, userText(error.message)), h('p', DIM, error.hint)));
        this._announce(error.message);
      } finally {
        task.end();
        choice.isBusy = false;
      }
    };
    const choice = new TargetChoice(this._host, {
      label: t('Read it with the kernel of this notebook'),
      problem: () => '',
      run: target => void read(target)
    });
    this._update = () => {
      choice.update();
    };
    const size = formatSize(size_bytes);
    const about = t('The file has {size}, which is too much for a page. The kernel of a notebook can read it.', {
      size
    });
    replaceChildren(
      this._body,
      h('h2', TITLE, h('bdi', {}, name)),
      h('p', {}, about),
      choice.element,
      tasks.element,
      outcome
    );
  }

  private _draw(reading: IBundleReading): void {
    const { translate: t } = this._host;
    const { bundle } = reading;
    const chosen = h('p', DIM);
    const table = new VariableTable<IBundleVariable>(t, bundle.variables, {
      label: t('Variables'),
      heading: t('stored as'),
      note: variable => this._drawStorage(variable),
      onChange: () => {
        sayChosen();
        importer.update();
      }
    });
    const sayChosen = (): void => {
      const all = bundle.variables.length;
      const n = table.names?.length ?? all;
      const left = n < all ? ` ${t('The note of the version names the others.')}` : '';
      chosen.textContent = t('To import: {variables}.', { variables: countText(t, n, all) }) + left;
    };
    sayChosen();
    const importer = new Importer(this._host, {
      bundle,
      names: () => table.names,
      announce: text => {
        this._announce(text);
      }
    });
    this._update = () => {
      importer.update();
    };
    this._release = () => {
      importer.dispose();
    };
    replaceChildren(
      this._body,
      this._drawHead(reading),
      importer.element,
      h('section', {}, h('h3', TITLE, t('Variables')), chosen, table.element),
      this._drawFigures(bundle),
      this._drawRest(bundle)
    );
    this._announce(this._body.querySelector('.nbmv-bundle-check')?.textContent ?? '');
  }

  private _drawHead({ bundle, hashes }: IBundleReading): HTMLElement {
    const { translate: t } = this._host;
    const { version, digest } = bundle;
    const count = bundle.files.length + bundle.parts.count;
    const check =
      hashes === 'right'
        ? t('Intact: the hashes of all {n} files are right', { n: count.toLocaleString() })
        : t('Not checked yet: a browser computes hashes on secure pages only. The import checks every file.');
    return h(
      'header',
      { class: 'nbmv-bundle-head' },
      h('h2', TITLE, h('span', { class: 'nbmv-version' }, version.name), ' ', userText(version.message)),
      h(
        'p',
        SMALL,
        h('bdi', {}, this._host.name),
        version.saved_at_utc ? ` · ${formatDateTime(version.saved_at_utc)}` : '',
        version.author ? [' · ', userText(version.author)] : null
      ),
      version.note ? h('p', { class: 'nbmv-note-text' }, userText(version.note)) : null,
      h(
        'p',
        { class: `nbmv-bundle-check nbmv-bundle-${hashes}`, title: digest },
        icon(hashes === 'right' ? 'check' : 'warning'),
        ' ',
        check
      ),
      this._drawSignature(bundle)
    );
  }

  private _drawSignature({ signature, signer }: IBundle): HTMLElement {
    const { translate: t } = this._host;
    const said = {
      none: t('Not signed: the hashes show that the file is complete, not who made it.'),
      unchecked: t('Signed. The page does not verify the signature; the import does, and refuses a wrong one. Key:'),
      valid: t('The signature is valid. You have not pinned its key:'),
      pinned: t('Signed with a key that you pinned:')
    }[signature];
    return h('p', DIM, said, signer ? [' ', h('bdi', { class: 'nbmv-path', dir: 'ltr' }, signer)] : null);
  }

  private _drawStorage({ format, needs_trust }: IBundleVariable): Child {
    const { translate: t } = this._host;
    if (needs_trust) {
      return h('span', WARNING, t('pickle: needs trust'));
    }
    return format ? format : h('span', DIM, t('only nbmodelver reads it'));
  }

  private _drawFigures({ version }: IBundle): Child {
    const figures = metricsAndParams({ t: this._host.translate }, version);
    const heading = Object.keys(version.metrics).length ? h('h3', TITLE, this._host.translate('Metrics')) : null;
    return figures.length ? h('section', {}, heading, figures) : null;
  }

  /** Modules, environment and files. */
  private _drawRest(bundle: IBundle): Child {
    const { translate: t } = this._host;
    const { files, parts, python, packages } = bundle;
    const modules = files.filter(({ name }) => name.startsWith(MODULES));
    const inputs = files.filter(({ name }) => name.startsWith(INPUTS));
    const size = files.reduce((sum, { size_bytes }) => sum + size_bytes, parts.size_bytes);
    const environment = [
      python ? `Python ${python}` : '',
      packages ? plural(t, packages, '{n} package', '{n} packages') : ''
    ];
    const counted = t('Files ({n}, {size})', {
      n: (files.length + parts.count).toLocaleString(),
      size: formatSize(size)
    });
    return h(
      'section',
      {},
      h('p', {}, h('span', DIM, t('Environment')), ' ', environment.filter(Boolean).join(', ') || t('not recorded')),
      modules.length ? foldable(t('Modules ({n})', { n: modules.length }), drawFiles(modules), false) : null,
      inputs.length
        ? foldable(t('Files that the cells read ({n})', { n: inputs.length }), drawFiles(inputs), false)
        : null,
      foldable(
        counted,
        drawFiles([...files, { name: t('exact copies of all values'), size_bytes: parts.size_bytes }]),
        false
      )
    );
  }

  private _announce(text: string): void {
    this._live.textContent = text;
  }
}

function drawFiles(files: IBundle['files']): HTMLElement {
  return h(
    'div',
    { class: 'nbmv-scroll' },
    h(
      'table',
      { class: 'nbmv-table' },
      h(
        'tbody',
        {},
        files.map(({ name, size_bytes }) =>
          h('tr', {}, h('td', {}, h('bdi', { dir: 'ltr' }, name)), h('td', NUMBER, formatSize(size_bytes)))
        )
      )
    )
  );
}
