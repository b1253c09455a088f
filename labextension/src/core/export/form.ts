import type { IContext, IView } from '../context';
import { button, checkbox, field } from '../dom/controls';
import { replaceChildren, uniqueId, h, setAttribute } from '../dom/elements';
import { formatSize } from '../text/figures';
import { icon } from '../dom/icons';
import type { IFailure, IMethods } from '../protocol/messages';
import { Disposables } from '../disposables';
import { Failure } from '../protocol/transport';
import { reportSuccess } from '../version/actions';

type Destination = IMethods['destination'][1];

/** Keys that are pressed within this many ms count as one change of the file. */
const TYPING_MS = 200;

/** Exports one version to one file: the file, what prevents the export, and the progress. */
export class ExportForm implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _ctx: IContext;
  private readonly _id: string;
  private readonly _file: HTMLInputElement;
  private readonly _feedback: HTMLElement;
  private readonly _heading = h('h3', { class: 'nbmv-title' });
  private readonly _footer = h('div', { class: 'nbmv-foot' });
  private readonly _disposables = new Disposables();
  private _destination: Destination | undefined;
  private _replace = false;
  private _isExporting = false;
  private _requestNumber = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ctx: IContext, id: string, path: string) {
    const { t } = ctx;
    this._ctx = ctx;
    this._id = id;
    this.title = t('Export');
    const said = uniqueId('destination');
    this._file = h('input', {
      type: 'text',
      class: 'nbmv-input',
      value: path,
      autocomplete: 'off',
      spellcheck: 'false',
      dir: 'ltr',
      'aria-describedby': said,
      on: {
        input: () => {
          this._checkSoon();
        }
      }
    });
    this._feedback = h('div', { id: said, class: 'nbmv-destination', 'aria-live': 'polite' });
    const about = h(
      'p',
      { class: 'nbmv-dim' },
      t('The file contains the notebook, the data and models in open formats, pinned packages and a manifest.')
    );
    this.element = h(
      'form',
      {
        class: 'nbmv-view nbmv-rollback nbmv-export',
        'aria-label': this.title,
        on: {
          submit: event => {
            event.preventDefault();
            void this._export();
          }
        }
      },
      h('div', { class: 'nbmv-plan' }, this._heading, about, field(t('File'), this._file), this._feedback),
      this._footer
    );
    this._disposables.add(() => {
      clearTimeout(this._timer);
      this._requestNumber += 1;
    });
    this._drawFooter();
    void this._checkDestination(true);
  }

  focus(): void {
    this._file.focus();
  }

  dispose(): void {
    this._disposables.dispose();
  }

  private _checkSoon(): void {
    clearTimeout(this._timer);
    this._replace = false;
    this._destination = undefined;
    this._drawFooter();
    this._timer = setTimeout(() => {
      void this._checkDestination();
    }, TYPING_MS);
  }

  /** Asks the kernel where the file would be written. first: select the file's stem, so that typing replaces it. */
  private async _checkDestination(first = false): Promise<void> {
    clearTimeout(this._timer);
    this._requestNumber += 1;
    const round = this._requestNumber;
    const path = this._file.value.trim();
    try {
      const destination = await this._ctx.query('destination', { id: this._id, ...(path ? { path } : {}) });
      if (round !== this._requestNumber) {
        return;
      }
      this._destination = destination;
      this._heading.textContent = this._ctx.t('Export {name}', { name: destination.name });
      if (first) {
        this._file.value = destination.path;
        this._file.setSelectionRange(
          destination.path.lastIndexOf('/') + 1,
          destination.path.replace(/\.nbmv\.zip$/, '').length
        );
      }
      this._drawDestination(destination);
    } catch (error) {
      if (round === this._requestNumber && error instanceof Failure) {
        this._drawProblem(error);
      }
    }
  }

  private _drawDestination({ file, problem }: Destination): void {
    const { t } = this._ctx;
    if (problem === null) {
      setAttribute(this._file, 'aria-invalid', undefined);
      replaceChildren(
        this._feedback,
        h('p', { class: 'nbmv-hint' }, t('Will be written to'), ' ', h('bdi', { class: 'nbmv-path', dir: 'ltr' }, file))
      );
      this._drawFooter();
    } else {
      this._drawProblem(problem);
    }
  }

  private _drawProblem(problem: IFailure): void {
    const { t } = this._ctx;
    const taken = problem.code === 'FileExists';
    setAttribute(this._file, 'aria-invalid', taken && this._replace ? undefined : 'true');
    replaceChildren(
      this._feedback,
      h(
        'div',
        { class: `nbmv-box nbmv-box-${taken ? 'warning' : 'error'}` },
        h('p', { class: 'nbmv-one-line' }, icon('warning'), ' ', h('bdi', {}, problem.message)),
        problem.hint ? h('p', { class: 'nbmv-dim' }, problem.hint) : null
      ),
      taken
        ? checkbox({
            label: t('Replace the existing file'),
            checked: this._replace,
            onChange: on => {
              this._replace = on;
              setAttribute(this._file, 'aria-invalid', on ? undefined : 'true');
              this._drawFooter();
            }
          })
        : null
    );
    this._drawFooter();
  }

  private get _isReady(): boolean {
    const problem = this._destination?.problem;
    return this._destination !== undefined && (problem === null || (problem?.code === 'FileExists' && this._replace));
  }

  private _drawFooter(): void {
    const { t } = this._ctx;
    this._file.readOnly = this._isExporting;
    const go = button({
      label: this._isExporting ? t('Exporting…') : t('Export'),
      icon: 'export',
      class: 'nbmv-primary',
      disabled: !this._isReady || this._isExporting,
      onClick: () => undefined
    });
    go.type = 'submit';
    replaceChildren(
      this._footer,
      h(
        'div',
        { class: 'nbmv-actions' },
        go,
        this._ctx.initialView === 'export'
          ? null
          : button({
              label: this._isExporting ? t('Close') : t('Cancel'),
              onClick: () => {
                this._ctx.goBack();
              }
            })
      )
    );
  }

  /** Exports. If Enter came before the kernel has checked the file, the file is checked first. */
  private async _export(): Promise<void> {
    const { t } = this._ctx;
    if (!this._destination) {
      await this._checkDestination();
    }
    if (!this._isReady || this._isExporting) {
      return;
    }
    const path = this._file.value.trim();
    this._isExporting = true;
    this._drawFooter();
    const done = await this._ctx.mutate(
      'export',
      { id: this._id, ...(path ? { path } : {}), ...(this._replace ? { overwrite: true } : {}) },
      t('Exporting')
    );
    this._isExporting = false;
    if (done) {
      reportSuccess(
        this._ctx,
        t('Exported to {path} ({size})', { path: done.path, size: formatSize(done.size_bytes) })
      );
    }
    if (this._disposables.isDisposed) {
      return;
    }
    if (done) {
      this._ctx.goBack();
    } else {
      await this._checkDestination();
    }
  }
}
