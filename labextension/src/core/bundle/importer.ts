import { button, userText } from '../dom/controls';
import { h, replaceChildren } from '../dom/elements';
import { icon } from '../dom/icons';
import { ACTIONS, DIM, TITLE } from '../dom/styles';
import type { IBundle, Result } from '../protocol/messages';
import { Failure } from '../protocol/transport';
import { TaskList } from '../tasks';
import type { IBundleHost } from './host';
import { TargetChoice, type ReadyTarget } from './target-choice';

interface IImportOptions {
  bundle: IBundle;
  /** The names to import; undefined for all. */
  names(): string[] | undefined;
  announce(text: string): void;
}

/** Imports a bundle into the store of a notebook, and says what came of it. */
export class Importer {
  readonly element: HTMLElement;
  private readonly _choice: TargetChoice;
  private readonly _tasks: TaskList;
  private readonly _outcome = h('div', { class: 'nbmv-bundle-outcome', tabindex: -1 });
  private readonly _controller = new AbortController();

  constructor(
    private readonly _host: IBundleHost,
    private readonly _options: IImportOptions
  ) {
    const { translate: t } = _host;
    this._tasks = new TaskList(t);
    this._choice = new TargetChoice(_host, {
      label: t('Import into the store of this notebook'),
      problem: () => (_options.names()?.length === 0 ? t('Select at least one variable.') : ''),
      run: target => void this._import(target)
    });
    this.element = h(
      'section',
      { class: 'nbmv-bundle-import', 'aria-label': t('Import') },
      h('h3', TITLE, t('Import')),
      this._choice.element,
      this._tasks.element,
      this._outcome
    );
  }

  /** Draws it again, after the notebooks or the selection have changed. */
  update(): void {
    this._choice.update();
  }

  dispose(): void {
    this._controller.abort();
  }

  private async _import(target: ReadyTarget, queue = false): Promise<void> {
    const { translate: t } = this._host;
    const { bundle, names } = this._options;
    const controller = new AbortController();
    this._controller.signal.addEventListener('abort', () => {
      controller.abort();
    });
    const only = names();
    const params = {
      path: target.bundlePath,
      ...(only ? { names: only } : {}),
      ...(bundle.digest ? { digest: bundle.digest } : {}),
      ...(queue ? { queue } : {})
    };
    replaceChildren(this._outcome);
    this._choice.isBusy = true;
    const task = this._tasks.add('import', t('Importing'), queue, () => {
      controller.abort();
    });
    try {
      const options = { signal: controller.signal, onProgress: task.progress };
      this._drawImported(target, await target.transport.request('import', params, options));
    } catch (error) {
      this._drawFailure(target, error);
    } finally {
      task.end();
      this._choice.isBusy = false;
      this._outcome.focus();
    }
  }

  private _drawImported(target: ReadyTarget, { entry, again, untrusted }: Result<'import'>): void {
    const { translate: t } = this._host;
    const values = { name: entry.name, notebook: target.name };
    const said = again
      ? t('The store of {notebook} has this version already: {name}', values)
      : t('Imported into the store of {notebook} as {name}', values);
    const show = button({
      label: t('Show {name} in the history', { name: entry.name }),
      onClick: () => {
        target.show(entry.id);
      }
    });
    replaceChildren(
      this._outcome,
      h(
        'div',
        { class: 'nbmv-box nbmv-bundle-done' },
        h('p', { class: 'nbmv-strong' }, icon('check'), ' ', said),
        untrusted.length
          ? h(
              'p',
              DIM,
              t('Needs your trust before it is loaded:'),
              ' ',
              userText(untrusted.join(', ')),
              ' · ',
              h('code', { dir: 'ltr' }, `%mv_trust ${entry.name}`)
            )
          : null,
        h('div', ACTIONS, show)
      )
    );
    this._options.announce(said);
  }

  private _drawFailure(target: ReadyTarget, error: unknown): void {
    const { translate: t } = this._host;
    if (!(error instanceof Failure)) {
      throw error;
    }
    const isBusy = error.code === 'Busy';
    const wait = button({ label: t('Import after the cell'), onClick: () => void this._import(target, true) });
    replaceChildren(
      this._outcome,
      error.code === 'Cancelled'
        ? h('p', DIM, t('Cancelled. Nothing was changed.'))
        : h(
            'div',
            { class: `nbmv-box nbmv-box-${isBusy ? 'warning' : 'error'}` },
            h('p', {}, userText(error.message)),
            error.hint ? h('p', DIM, userText(error.hint)) : null,
            isBusy ? h('div', ACTIONS, wait) : null
          )
    );
    this._options.announce(error.message);
  }
}
