import type { IContext, INoticeAction } from '../context';
import { button, userText } from '../dom/controls';
import { h, replaceChildren } from '../dom/elements';
import { icon } from '../dom/icons';
import { ACTIONS, DIM } from '../dom/styles';
import type { IProgress, Params, Result } from '../protocol/messages';
import { Failure } from '../protocol/transport';
import { Rate } from './rate';
import type { IOutcome } from './words';

type TransferMethod = 'fetch_from' | 'push_to' | 'pull_from';
export type Send = <M extends TransferMethod>(method: M, params: Params<M>) => Promise<Result<M>>;

/** One transfer: its description, and the requests that it consists of. waits: for a running cell. */
export interface ITransferWork {
  what: string;
  run(send: Send, waits: boolean): Promise<IOutcome>;
  /** Called after it succeeded and its outcome is shown. */
  done?(outcome: IOutcome): void;
  /** What the user can do about a failure, besides trying again. */
  remedy?(failure: Failure): IRemedy | undefined;
}

/** An action after a failure. text, hint: in place of those of the failure. lines: what the failure is about. */
export interface IRemedy {
  text?: string;
  lines?: readonly string[];
  hint?: string;
  action: INoticeAction;
}

/** A transfer in place: its progress with rate, time left and Cancel, then one line that says what it did. */
export class Transfer {
  readonly element = h('div', { class: 'nbmv-experiment nbmv-transfer', tabindex: -1 });
  private _controller: AbortController | undefined;

  constructor(
    private readonly _ctx: IContext,
    private readonly _changed: () => void = () => undefined
  ) {}

  get isRunning(): boolean {
    return this._controller !== undefined;
  }

  cancel(): void {
    this._controller?.abort();
  }

  /** Removes what is shown of a transfer that has ended. */
  clear(): void {
    if (!this._controller) {
      replaceChildren(this.element);
    }
  }

  /** Runs a transfer, unless one is running. */
  async start(work: ITransferWork, waits = false): Promise<void> {
    if (this._controller) {
      return;
    }
    const controller = (this._controller = new AbortController());
    this._changed();
    const showProgress = this._drawProgress(work.what, waits);
    const send: Send = (method, params) =>
      this._ctx.query(method, params, { signal: controller.signal, onProgress: showProgress });
    try {
      const outcome = await work.run(send, waits);
      this._end(this._outcomeLine(outcome), outcome.text);
      work.done?.(outcome);
    } catch (error) {
      if (!(error instanceof Failure)) {
        throw error;
      }
      this._end(this._failure(error, work), error.code === 'Cancelled' ? this._ctx.t('Cancelled') : error.message);
    }
  }

  private _end(shown: HTMLElement, said: string): void {
    const hadFocus = this.element.contains(document.activeElement);
    this._controller = undefined;
    replaceChildren(this.element, shown);
    if (hadFocus) {
      this.element.focus();
    }
    this._ctx.announce(said);
    this._changed();
  }

  private _drawProgress(what: string, waits: boolean): (progress: IProgress['progress']) => void {
    const { t } = this._ctx;
    const said = waits ? t('After the cell: {what}', { what }) : what;
    const bar = h('progress', { class: 'nbmv-bar', 'aria-label': what });
    const text = h('span', { class: 'nbmv-task-text' }, said);
    const stop = button({
      label: waits ? t('Withdraw') : t('Cancel'),
      class: 'nbmv-link',
      onClick: () => {
        stop.disabled = true;
        text.textContent = t('Stopping: {what}', { what });
        this.cancel();
      }
    });
    replaceChildren(
      this.element,
      h('div', { class: 'nbmv-task' }, h('div', { class: 'nbmv-task-line' }, text, stop), bar)
    );
    this._ctx.announce(said);
    const rate = new Rate();
    return progress => {
      if (!stop.disabled) {
        text.textContent = rate.text(t, progress);
        updateBar(bar, progress);
      }
    };
  }

  private _outcomeLine({ text, isWarning, action }: IOutcome): HTMLElement {
    return h(
      'div',
      { class: `nbmv-outcome nbmv-rerun-${isWarning ? 'warn' : 'good'}` },
      icon(isWarning ? 'warning' : 'check'),
      userText(text),
      action ? button({ label: action.label, class: 'nbmv-link', onClick: action.run }) : null
    );
  }

  private _failure(error: Failure, work: ITransferWork): HTMLElement {
    const { t } = this._ctx;
    const again = (label: string, waits: boolean): HTMLElement =>
      button({
        label,
        onClick: () => {
          void this.start(work, waits);
        }
      });
    if (error.code === 'Cancelled') {
      return h(
        'div',
        { class: 'nbmv-outcome' },
        h('span', DIM, t('Cancelled. What was transferred is not transferred again.')),
        again(t('Run again'), false)
      );
    }
    const isBusy = error.code === 'Busy';
    const { text = error.message, lines = [], hint = error.hint, action } = work.remedy?.(error) ?? {};
    return h(
      'div',
      { class: `nbmv-box nbmv-box-${isBusy ? 'warning' : 'error'}` },
      h('p', {}, userText(text)),
      lines.length
        ? h(
            'ul',
            { class: 'nbmv-bullets' },
            lines.map(line => h('li', {}, userText(line)))
          )
        : null,
      hint ? h('p', DIM, userText(hint)) : null,
      h(
        'div',
        ACTIONS,
        isBusy ? again(t('Run after the cell'), true) : null,
        action ? button({ label: action.label, onClick: action.run }) : null,
        again(t('Try again'), false)
      )
    );
  }
}

function updateBar(bar: HTMLProgressElement, { done, total }: IProgress['progress']): void {
  if (total > 0) {
    bar.max = total;
    bar.value = Math.min(done, total);
  } else {
    bar.removeAttribute('value');
  }
}
