import type { IContext, IExportContents, IView } from '../context';
import { button, checkbox, field } from '../dom/controls';
import { replaceChildren, uniqueId, h, setAttribute } from '../dom/elements';
import { icon } from '../dom/icons';
import type { IDestination, IFailure } from '../protocol/messages';
import { Disposables } from '../disposables';
import { Failure } from '../protocol/transport';
import { ACTIONS, DIM, FOOT, HINT, PLAN, TITLE } from '../dom/styles';

/** Keys that are pressed within this many ms count as one change of the file. */
const TYPING_MS = 200;

export interface IFileFormOptions {
  title: string;
  /** The heading, once the kernel has answered with the name of what is written. Until then it is the title. */
  heading(name: string): string;
  about: string;
  /** The path that is proposed; "" for that of the kernel. */
  path: string;
  /** What is written. */
  contents?: IExportContents | undefined;
  /** The text of the button, and its text while the file is written. */
  label: string;
  busyLabel: string;
  /** The end of the file's name that is not selected at first. */
  suffix: RegExp;
  /** Whether there is no view to go back to. */
  isFirst: boolean;
  /** Asks the kernel where the file would be written. */
  check(path: { path?: string }): Promise<IDestination>;
  /** Writes the file. Returns false if it failed, which has been reported. */
  save(to: { path?: string; overwrite?: boolean }): Promise<boolean>;
}

/** Writes one file: its name, what prevents that it is written, and the progress. */
export class FileForm implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _ctx: IContext;
  private readonly _options: IFileFormOptions;
  private readonly _file: HTMLInputElement;
  private readonly _feedback: HTMLElement;
  private readonly _heading: HTMLElement;
  private readonly _footer = h('div', FOOT);
  private readonly _disposables = new Disposables();
  private _destination: IDestination | undefined;
  private _replace = false;
  private _isWriting = false;
  private _requestNumber = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ctx: IContext, options: IFileFormOptions) {
    const { t } = ctx;
    this._ctx = ctx;
    this._options = options;
    this.title = options.title;
    this._heading = h('h3', TITLE, options.title);
    const said = uniqueId('destination');
    this._file = h('input', {
      type: 'text',
      class: 'nbmv-input',
      value: options.path,
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
    const about = h('p', DIM, options.about);
    this.element = h(
      'form',
      {
        class: 'nbmv-view nbmv-rollback nbmv-export',
        'aria-label': this.title,
        on: {
          submit: event => {
            event.preventDefault();
            void this._write();
          }
        }
      },
      h('div', PLAN, this._heading, about, field(t('File'), this._file), this._feedback, options.contents?.element),
      this._footer
    );
    this._disposables.add(() => {
      clearTimeout(this._timer);
      this._requestNumber += 1;
      options.contents?.dispose();
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
      const destination = await this._options.check(path ? { path } : {});
      if (round !== this._requestNumber) {
        return;
      }
      this._destination = destination;
      this._heading.textContent = this._options.heading(destination.name);
      if (first) {
        this._file.value = destination.path;
        this._file.setSelectionRange(
          destination.path.lastIndexOf('/') + 1,
          destination.path.replace(this._options.suffix, '').length
        );
      }
      this._drawDestination(destination);
    } catch (error) {
      if (round === this._requestNumber && error instanceof Failure) {
        this._drawProblem(error);
      }
    }
  }

  private _drawDestination({ file, problem }: IDestination): void {
    const { t } = this._ctx;
    if (problem === null) {
      setAttribute(this._file, 'aria-invalid', undefined);
      replaceChildren(
        this._feedback,
        h('p', HINT, t('Will be written to'), ' ', h('bdi', { class: 'nbmv-path', dir: 'ltr' }, file))
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
        problem.hint ? h('p', DIM, problem.hint) : null
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
    const { label, busyLabel, isFirst } = this._options;
    this._file.readOnly = this._isWriting;
    const go = button({
      label: this._isWriting ? busyLabel : label,
      icon: 'export',
      class: 'nbmv-primary',
      disabled: !this._isReady || this._isWriting,
      onClick: () => undefined
    });
    go.type = 'submit';
    replaceChildren(
      this._footer,
      h(
        'div',
        ACTIONS,
        go,
        isFirst
          ? null
          : button({
              label: this._isWriting ? t('Close') : t('Cancel'),
              onClick: () => {
                this._ctx.goBack();
              }
            })
      )
    );
  }

  /** Writes. If Enter came before the kernel has checked the file, the file is checked first. */
  private async _write(): Promise<void> {
    if (!this._destination) {
      await this._checkDestination();
    }
    if (!this._isReady || this._isWriting) {
      return;
    }
    const path = this._file.value.trim();
    this._isWriting = true;
    this._drawFooter();
    const done = await this._options.save({
      ...(path ? { path } : {}),
      ...(this._replace ? { overwrite: true } : {})
    });
    this._isWriting = false;
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
