import { Commit } from '../commit/form';
import { Compare } from '../compare/view';
import type { Deed, IContext, INotice, IView } from '../context';
import { h } from '../dom/elements';
import { Export } from '../export/form';
import { Header } from './header';
import { History } from '../history/view';
import type { IHost, IPanel, View } from '../host';
import { Inspect } from '../variables/view';
import { Notices } from './notices';
import type { IState, Method, Params, Result } from '../protocol/messages';
import { Rollback, rollBack } from '../rollback/view';
import { Ends, Signal } from '../signal';
import { Stack } from './page-stack';
import { Tasks } from './tasks';
import { Failure } from '../protocol/transport';
import { BUSY } from '../protocol/connect';
import { mismatch } from '../protocol/releases';

export class Panel implements IPanel, IContext {
  readonly host: IHost;
  readonly first: View;
  readonly t: IHost['translate'];
  readonly root: HTMLElement;
  readonly state = new Signal<IState | null>(null);
  readonly changed = new Signal(0);
  readonly metric = new Signal('');
  private readonly _ends = new Ends();
  private readonly _live: HTMLElement;
  private readonly _notices: Notices;
  private readonly _tasks: Tasks;
  private readonly _stack: Stack;
  private readonly _running = new Set<AbortController>();
  /** The metric that nobody chose here: the default one, or the first. */
  private _given = '';

  constructor(element: HTMLElement, host: IHost, view: View = 'history', ids: readonly string[] = []) {
    this.host = host;
    this.first = view;
    this.t = host.translate;
    this._live = h('div', { class: 'nbmv-live nbmv-spoken', role: 'status', 'aria-live': 'polite' });
    this._notices = new Notices(this.t);
    this._tasks = new Tasks(this.t, request => {
      this._withdraw(request);
    });
    this.root = h('section', { class: 'nbmv-panel', 'aria-label': this.t('Model versions') });
    this._stack = new Stack(this, (wanted, of, name) => this._make(wanted, of, name));
    const header = new Header(this, this._stack);
    this.root.append(header.element, this._notices.element, this._tasks.element, this._stack.element, this._live);
    this._ends.add(
      host.transport.onState(state => {
        this._take(state);
      }),
      () => {
        header.dispose();
      },
      () => {
        this._stack.dispose();
      },
      () => {
        this._running.forEach(one => {
          one.abort();
        });
      },
      () => {
        this.root.remove();
      }
    );
    element.append(this.root);
    this._stack.go(view, ids, '');
    void this._hello();
  }

  // -- for the host

  show(view: View, ids: string[] = [], name = ''): void {
    this.go(view, ids, name);
    this.focus();
  }

  inspect(cell: { id: string; source: string }): void {
    this._stack.go('inspect', [], '');
    const top = this._stack.top;
    if (top instanceof Inspect) {
      top.showCell(cell);
    }
    this.focus();
  }

  focus(): void {
    this._stack.top?.focus();
  }

  dispose(): void {
    this._ends.dispose();
  }

  // -- for the views

  async ask<M extends Method>(method: M, params: Params<M>, signal?: AbortSignal): Promise<Result<M>> {
    const slow = (what: string): void => {
      if (what === BUSY) {
        this.root.classList.add('nbmv-slow');
        this.say(this.t(BUSY));
      }
    };
    try {
      return await this.host.transport.request(method, params, {
        ...(signal ? { signal } : {}),
        onProgress: p => {
          slow(p.what);
        }
      });
    } finally {
      this.root.classList.remove('nbmv-slow');
    }
  }

  async act<M extends Deed>(method: M, params: Params<M>, what: string): Promise<Result<M> | undefined> {
    const controller = new AbortController();
    const task = this._tasks.add(method, what, 'queue' in params && params.queue === true, () => {
      controller.abort();
    });
    this._running.add(controller);
    this._notices.clear('error');
    try {
      const result = await this.host.transport.request(method, params, {
        signal: controller.signal,
        onProgress: p => {
          task.progress(p);
        }
      });
      this._take(result.state, true);
      this.say(result.said);
      return result;
    } catch (error) {
      if (isBusy(error) && canWait(method)) {
        this.notice(this._later(error, () => this.act(method, { ...params, queue: true }, what)));
      } else {
        this.failed(error);
      }
      return undefined;
    } finally {
      this._running.delete(controller);
      task.end();
    }
  }

  say(text: string): void {
    this._live.textContent = text;
  }

  notice(notice: INotice): void {
    if (!this._ends.done) {
      this._notices.add(notice);
      if (notice.kind !== 'error') {
        this.say(notice.text);
      }
    }
  }

  failed(error: unknown): void {
    if (this._ends.done) {
      return;
    }
    if (!(error instanceof Failure)) {
      throw error; // a bug of ours, not an answer: the console shall have all of it
    }
    if (error.code === 'Cancelled') {
      this.say(this.t('Cancelled'));
      return;
    }
    this.notice({ kind: 'error', text: error.message, hint: error.hint });
  }

  go(view: View, ids: readonly string[] = [], name = ''): void {
    if (view === 'compare' && ids.length > 1 && !name && this.host.openComparison && this.first !== 'compare') {
      this.host.openComparison([...ids]);
    } else if (view === 'rollback' && ids[0] !== undefined && !name && this.host.confirmed?.()) {
      void rollBack(this, ids[0]);
    } else {
      this._stack.go(view, ids, name);
    }
  }

  preview(id: string): void {
    this._stack.go('rollback', [id], '');
  }

  open(view: IView): void {
    this._stack.push(view);
  }

  back(): void {
    this._stack.back();
  }

  // -- inside

  private _make(view: View, ids: readonly string[], name: string): IView {
    switch (view) {
      case 'history':
        return new History(this, ids);
      case 'inspect':
        return new Inspect(this, name);
      case 'compare':
        return new Compare(this, ids, name);
      case 'rollback':
        return new Rollback(this, ids[0] ?? 'HEAD', name);
      case 'commit':
        return new Commit(this);
      case 'export':
        return new Export(this, ids[0] ?? 'HEAD', name);
    }
  }

  private async _hello(): Promise<void> {
    try {
      this._take(await this.ask('hello', {}));
    } catch (error) {
      if (!this._ends.done && error instanceof Failure) {
        const again = {
          label: this.t('Try again'),
          run: () => {
            void this._hello();
          }
        };
        this.notice({ kind: 'error', text: error.message, hint: error.hint, actions: [again] });
      }
    }
  }

  /** deed: our own request has just changed something, so lists are read again whatever the state says. */
  private _take(state: IState, deed = false): void {
    if (this._ends.done) {
      return;
    }
    const other = mismatch(state, this.t);
    if (other !== null) {
      this.notice({ kind: 'error', text: other });
      return;
    }
    const before = this.state.value;
    this._followMetric(state);
    this.state.value = state;
    this._tasks.show(state);
    if (before && (deed || lasting(before) !== lasting(state) || fleeting(before) === fleeting(state))) {
      this.changed.value += 1;
    }
    if (before && before.busy !== state.busy) {
      this.say(state.busy ? this.t('A cell is running') : this.t('The cell has ended'));
    }
  }

  /** The default metric is shown from when it is known, and when another one becomes it; what a person has chosen stays. */
  private _followMetric(state: IState): void {
    const first = firstMetric(state);
    const ours = !this.metric.value || (this.metric.value === this._given && isDefault(state, first));
    if (ours && this.metric.value !== first) {
      this._given = first;
      this.metric.value = first;
    }
  }

  private _later(error: Failure, run: () => Promise<unknown>): INotice {
    const wait = {
      label: this.t('Do it when the cell has ended'),
      run: () => {
        void run();
      }
    };
    return { kind: 'error', text: error.message, hint: error.hint, actions: [wait] };
  }

  private _withdraw(request: number): void {
    this.ask('cancel', { request }).catch((error: unknown) => {
      this.failed(error);
    });
  }
}

function isBusy(error: unknown): error is Failure {
  return error instanceof Failure && error.code === 'Busy';
}

function canWait(method: Method): boolean {
  return ['commit', 'rollback', 'undo', 'redo', 'switch'].includes(method);
}

/** The default metric of the settings where the versions have it, or else the first one. */
function firstMetric(state: IState): string {
  const chosen = state.metrics.find(metric => isDefault(state, metric));
  return chosen ?? state.metrics[0] ?? '';
}

function isDefault(state: IState, metric: string): boolean {
  return state.settings['default_metric'] === metric;
}

/** What comes and goes without any list being another one. A state that differs in nothing at all was pushed because of a note. */
function fleeting({ busy, queued, uncommitted }: IState): string {
  return JSON.stringify([busy, queued, uncommitted]);
}

function lasting(state: IState): string {
  return JSON.stringify({ ...state, busy: false, queued: [], uncommitted: null });
}
