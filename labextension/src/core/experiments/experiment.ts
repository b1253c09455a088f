import type { IContext } from '../context';
import { button, userText } from '../dom/controls';
import { h, replaceChildren } from '../dom/elements';
import { TaskList } from '../tasks';
import type { IMethods, Params, Result } from '../protocol/messages';
import { Failure } from '../protocol/transport';
import { ACTIONS, DIM } from '../dom/styles';

/** Methods that run code of versions, and change nothing. A re-run never waits for a cell. */
export type ExperimentMethod =
  { [M in keyof IMethods]: IMethods[M][0] extends { queue?: boolean } ? M : never }[keyof IMethods] | 'rerun';

interface IExperimentOptions<M extends ExperimentMethod> {
  method: M;
  /** A description for the progress bar. */
  what: string;
  /** The parameters of the next run. */
  params(): Params<M>;
  onStart?(): void;
  onEnd?(): void;
  onResult(result: Result<M>): void;
  /** Draws more below a failure, for instance a field. */
  onFailure?(failure: Failure): HTMLElement | null;
}

/**
 * One request that runs code of versions, in place: its progress with a Cancel button, then the result, or the failure
 * with a way out. While a cell runs it offers to wait. It is cancelled when its element has left the page.
 */
export class Experiment<M extends ExperimentMethod> {
  /** Holds progress and failures; hidden after a result. */
  readonly element: HTMLElement;
  private readonly _ctx: IContext;
  private readonly _options: IExperimentOptions<M>;
  private readonly _tasks: TaskList;
  private readonly _outcome = h('div', { class: 'nbmv-experiment-outcome' });
  private _controller: AbortController | undefined;

  constructor(ctx: IContext, options: IExperimentOptions<M>) {
    this._ctx = ctx;
    this._options = options;
    this._tasks = new TaskList(ctx.t, undefined, options.what);
    this.element = h('div', { class: 'nbmv-experiment', tabindex: -1 }, this._tasks.element, this._outcome);
  }

  cancel(): void {
    this._controller?.abort();
  }

  /** Sends the request, unless one is running. waits: for a running cell, instead of being refused. */
  async start(waits = false): Promise<void> {
    if (this._controller) {
      return;
    }
    const controller = (this._controller = new AbortController());
    const { method, what } = this._options;
    const params = { ...this._options.params(), ...(waits ? { queue: true } : {}) };
    replaceChildren(this._outcome);
    this._options.onStart?.();
    const task = this._tasks.add(
      method,
      what,
      waits,
      () => {
        controller.abort();
      },
      0
    );
    if (waits) {
      this._ctx.announce(this._ctx.t('After the cell: {what}', { what }));
    }
    try {
      const result = await this._ctx.query(method, params, {
        signal: controller.signal,
        onProgress: p => {
          if (!this.element.isConnected) {
            controller.abort();
          }
          task.progress(p);
        }
      });
      this._end(task.end);
      this._options.onResult(result);
    } catch (error) {
      this._end(task.end);
      this._drawFailure(error);
    }
  }

  /** Removes the progress. If its Cancel button had the focus, the place of the outcome gets it. */
  private _end(remove: () => void): void {
    const hadFocus = this.element.contains(document.activeElement);
    this._controller = undefined;
    remove();
    this._options.onEnd?.();
    if (hadFocus) {
      this.element.focus();
    }
  }

  private _drawFailure(error: unknown): void {
    if (!(error instanceof Failure)) {
      throw error;
    }
    const { t } = this._ctx;
    const again = (label: string, waits: boolean): HTMLElement =>
      button({
        label,
        onClick: () => {
          void this.start(waits);
        }
      });
    if (error.code === 'Cancelled') {
      replaceChildren(
        this._outcome,
        h('p', DIM, t('Cancelled. Nothing was changed.')),
        h('div', ACTIONS, again(t('Run again'), false))
      );
      this._ctx.announce(t('Cancelled'));
      return;
    }
    const isBusy = error.code === 'Busy';
    replaceChildren(
      this._outcome,
      h(
        'div',
        { class: `nbmv-box nbmv-box-${isBusy ? 'warning' : 'error'} nbmv-experiment-failure` },
        h('p', {}, userText(error.message)),
        error.hint ? h('p', DIM, userText(error.hint)) : null,
        isBusy ? null : (this._options.onFailure?.(error) ?? null),
        h('div', ACTIONS, isBusy ? again(t('Run after the cell'), true) : null, again(t('Try again'), false))
      )
    );
    this._ctx.announce(error.message);
  }
}
