import { button } from './dom/controls';
import { replaceChildren, h } from './dom/elements';
import { formatSize } from './text/figures';
import type { Translate } from './text/translate';
import type { IProgress, IState } from './protocol/messages';

/** A running or queued request that can be cancelled. */
export interface ITask {
  progress(progress: IProgress['progress']): void;
  end(): void;
}

/** The running requests, each with a progress bar and a Cancel button, and the queued ones with a Withdraw button. */
export class TaskList {
  readonly element: HTMLElement;
  private readonly _t: Translate;
  private readonly _ownTasks = new Map<HTMLElement, string>();
  private readonly _claimed = new Set<{ method: string }>();
  private readonly _otherTasks: HTMLElement;
  private readonly _withdraw: (request: number) => void;

  constructor(t: Translate, withdraw: (request: number) => void = () => undefined, label = t('Running tasks')) {
    this._t = t;
    this._withdraw = withdraw;
    this._otherTasks = h('div', {});
    this.element = h(
      'div',
      { class: 'nbmv-tasks', role: 'region', 'aria-label': label, hidden: true },
      this._otherTasks
    );
  }

  /** delay_ms: a task that ends earlier is never shown. queued: the task waits for a running cell. */
  add(method: string, what: string, queued: boolean, cancel: () => void, delay_ms = 250): ITask {
    const bar = h('progress', { class: 'nbmv-bar', 'aria-label': what });
    const text = h('span', { class: 'nbmv-task-text' }, queued ? this._t('After the cell: {what}', { what }) : what);
    const stop = button({
      label: queued ? this._t('Withdraw') : this._t('Cancel'),
      class: 'nbmv-link',
      onClick: () => {
        stop.disabled = true;
        replaceChildren(text, this._t('Stopping: {what}', { what }));
        cancel();
      }
    });
    const row = h('div', { class: 'nbmv-task' }, h('div', { class: 'nbmv-task-line' }, text, stop), bar);
    const show = (): void => {
      this._ownTasks.set(row, queued ? method : '');
      this.element.append(row);
      this._updateVisibility();
    };
    const timer = setTimeout(show, queued ? 0 : delay_ms);
    return {
      progress: p => {
        if (!stop.disabled) {
          updateBar(bar, p);
          replaceChildren(text, progressText(this._t, p) || what);
        }
      },
      end: () => {
        clearTimeout(timer);
        this._ownTasks.delete(row);
        row.remove();
        this._updateVisibility();
      }
    };
  }

  /** Leaves the display of a queued request to the view that sent it. Returns a function that ends that. */
  claim(method: string): () => void {
    const claim = { method };
    this._claimed.add(claim);
    return () => {
      this._claimed.delete(claim);
    };
  }

  /** Shows the requests of other panels that wait in the kernel. */
  updateQueue(state: IState): void {
    const own = [...this._ownTasks.values(), ...[...this._claimed].map(one => one.method)];
    const others = state.queued.filter(one => {
      const at = own.indexOf(one.method);
      if (at >= 0) {
        own.splice(at, 1);
      }
      return at < 0;
    });
    const rows = others.map(one => this._drawOther(one));
    replaceChildren(this._otherTasks, rows);
    this._updateVisibility();
  }

  private _drawOther(one: IState['queued'][number]): HTMLElement {
    const run = (): void => {
      this._withdraw(one.request);
    };
    return h(
      'div',
      { class: 'nbmv-task nbmv-task-line' },
      h('span', { class: 'nbmv-task-text' }, this._t('After the cell: {what}', { what: one.what })),
      button({ label: this._t('Withdraw'), class: 'nbmv-link', onClick: run })
    );
  }

  private _updateVisibility(): void {
    this.element.hidden = this._ownTasks.size === 0 && this._otherTasks.childElementCount === 0;
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

/** Counts above 1000 are bytes. */
function progressText(t: Translate, { done, total, what }: IProgress['progress']): string {
  const text = t(what);
  if (total <= 0) {
    return text;
  }
  return total > 1000
    ? t('{what}: {done} of {total}', { what: text, done: formatSize(done), total: formatSize(total) })
    : t('{what}: {done} of {total}', { what: text, done, total });
}
