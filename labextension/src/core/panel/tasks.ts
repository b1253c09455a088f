import { button } from '../dom/controls';
import { fill, h } from '../dom/elements';
import { size } from '../text/figures';
import type { Translate } from '../host';
import type { IProgress, IState } from '../protocol/messages';

/** A request that runs or waits, with its way to be stopped. */
export interface ITask {
  progress(progress: IProgress['progress']): void;
  end(): void;
}

/** What runs now: one row each, with a bar and a Cancel button; and what waits for a running cell, with Withdraw. */
export class Tasks {
  readonly element: HTMLElement;
  private readonly _t: Translate;
  private readonly _own = new Map<HTMLElement, string>();
  private readonly _waiting: HTMLElement;
  private readonly _withdraw: (request: number) => void;

  constructor(t: Translate, withdraw: (request: number) => void) {
    this._t = t;
    this._withdraw = withdraw;
    this._waiting = h('div', {});
    this.element = h(
      'div',
      { class: 'nbmv-tasks', role: 'region', 'aria-label': t('What runs now'), hidden: true },
      this._waiting
    );
  }

  /** delay_ms: a task that ends sooner is never shown. queued: it waits for a cell. */
  add(method: string, what: string, queued: boolean, cancel: () => void, delay_ms = 250): ITask {
    const bar = h('progress', { class: 'nbmv-bar', 'aria-label': what });
    const text = h(
      'span',
      { class: 'nbmv-task-text' },
      queued ? this._t('When the cell has ended: {what}', { what }) : what
    );
    const stop = button({
      label: queued ? this._t('Withdraw') : this._t('Cancel'),
      class: 'nbmv-link',
      run: () => {
        stop.disabled = true;
        fill(text, this._t('Stopping: {what}', { what }));
        cancel();
      }
    });
    const row = h('div', { class: 'nbmv-task' }, h('div', { class: 'nbmv-task-line' }, text, stop), bar);
    const show = (): void => {
      this._own.set(row, queued ? method : '');
      this.element.append(row);
      this._settle();
    };
    const timer = setTimeout(show, queued ? 0 : delay_ms);
    return {
      progress: p => {
        if (!stop.disabled) {
          advance(bar, p);
          fill(text, amount(this._t, p) || what);
        }
      },
      end: () => {
        clearTimeout(timer);
        this._own.delete(row);
        row.remove();
        this._settle();
      }
    };
  }

  /** What waits in the kernel beyond what this panel has asked for: other panels' requests. */
  show(state: IState): void {
    const own = [...this._own.values()];
    const others = state.queued.filter(one => {
      const at = own.indexOf(one.method);
      if (at >= 0) {
        own.splice(at, 1);
      }
      return at < 0;
    });
    const rows = others.map(one => this._other(one));
    fill(this._waiting, rows);
    this._settle();
  }

  private _other(one: IState['queued'][number]): HTMLElement {
    const run = (): void => {
      this._withdraw(one.request);
    };
    return h(
      'div',
      { class: 'nbmv-task nbmv-task-line' },
      h('span', { class: 'nbmv-task-text' }, this._t('When the cell has ended: {what}', { what: one.what })),
      button({ label: this._t('Withdraw'), class: 'nbmv-link', run })
    );
  }

  private _settle(): void {
    this.element.hidden = this._own.size === 0 && this._waiting.childElementCount === 0;
  }
}

function advance(bar: HTMLProgressElement, { done, total }: IProgress['progress']): void {
  if (total > 0) {
    bar.max = total;
    bar.value = Math.min(done, total);
  } else {
    bar.removeAttribute('value');
  }
}

/** Beyond a thousand the counts are bytes. */
function amount(t: Translate, { done, total, what }: IProgress['progress']): string {
  const said = t(what);
  if (total <= 0) {
    return said;
  }
  return total > 1000
    ? t('{what}: {done} of {total}', { what: said, done: size(done), total: size(total) })
    : t('{what}: {done} of {total}', { what: said, done, total });
}
