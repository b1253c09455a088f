import { CommitForm } from '../commit/form';
import { ComparisonView } from '../compare/view';
import type { MutatingMethod, IContext, INotice, IPages, IView } from '../context';
import { h } from '../dom/elements';
import { createExportForm } from '../export/form';
import { PanelHeader } from './header';
import { HistoryView } from '../history/view';
import type { IHost, IPanel, View } from '../host';
import { VariablesView } from '../variables/view';
import { ModelsView } from '../models/view';
import { NoticeList } from './notices';
import type { IState, Method, Params, Result } from '../protocol/messages';
import { RollbackView, runRollback } from '../rollback/view';
import { Signal } from '../signal';
import { Disposables } from '../disposables';
import { PageStack } from './page-stack';
import { TaskList } from '../tasks';
import { Failure, type IRequestOptions } from '../protocol/transport';
import { KERNEL_BUSY } from '../protocol/connect';
import { mismatchText } from '../compatibility';

export class Panel implements IPanel, IContext {
  readonly host: IHost;
  readonly initialView: View;
  readonly t: IHost['translate'];
  readonly root: HTMLElement;
  readonly state = new Signal<IState | null>(null);
  readonly storeChanged = new Signal(0);
  readonly metric = new Signal('');
  private readonly _disposables = new Disposables();
  private readonly _liveRegion: HTMLElement;
  private readonly _notices: NoticeList;
  private readonly _tasks: TaskList;
  private readonly _stack: PageStack;
  private readonly _controllers = new Set<AbortController>();
  /** The metric that was chosen automatically: the default metric or the first one. */
  private _automaticMetric = '';

  constructor(
    element: HTMLElement,
    host: IHost,
    view: View = 'history',
    ids: readonly string[] = [],
    readonly pages: IPages = {}
  ) {
    this.host = host;
    this.initialView = view;
    this.t = host.translate;
    this._liveRegion = h('div', { class: 'nbmv-live nbmv-spoken', role: 'status', 'aria-live': 'polite' });
    this._notices = new NoticeList(this.t);
    this._tasks = new TaskList(this.t, request => {
      this._withdraw(request);
    });
    this.root = h('section', { class: 'nbmv-panel', 'aria-label': this.t('Model versions') });
    this._stack = new PageStack(this, (wanted, of, name) => this._createView(wanted, of, name));
    const header = new PanelHeader(this, this._stack);
    this.root.append(header.element, this._notices.element, this._tasks.element, this._stack.element, this._liveRegion);
    this._disposables.add(
      host.transport.onState(state => {
        this._updateState(state);
      }),
      () => {
        header.dispose();
      },
      () => {
        this._stack.dispose();
      },
      () => {
        this._controllers.forEach(one => {
          one.abort();
        });
      },
      () => {
        this.root.remove();
      }
    );
    element.append(this.root);
    this._stack.open(view, ids, '');
    void this._connect();
  }

  // -- for the host

  show(view: View, ids: string[] = [], name = ''): void {
    this.openView(view, ids, name);
    this.focus();
  }

  inspect(cell: { id: string; source: string }): void {
    this._stack.open('inspect', [], '');
    const top = this._stack.top;
    if (top instanceof VariablesView) {
      top.showCell(cell);
    }
    this.focus();
  }

  focus(): void {
    this._stack.top?.focus();
  }

  dispose(): void {
    this._disposables.dispose();
  }

  // -- for the views

  async query<M extends Method>(
    method: M,
    params: Params<M>,
    { signal, onProgress }: IRequestOptions = {}
  ): Promise<Result<M>> {
    const slow = (what: string): void => {
      if (what === KERNEL_BUSY) {
        this.root.classList.add('nbmv-slow');
        this.announce(this.t(KERNEL_BUSY));
      }
    };
    const release = 'queue' in params && params.queue === true ? this._tasks.claim(method) : undefined;
    try {
      return await this.host.transport.request(method, params, {
        ...(signal ? { signal } : {}),
        onProgress: p => {
          slow(p.what);
          onProgress?.(p);
        }
      });
    } finally {
      release?.();
      this.root.classList.remove('nbmv-slow');
    }
  }

  async mutate<M extends MutatingMethod>(method: M, params: Params<M>, what: string): Promise<Result<M> | undefined> {
    const controller = new AbortController();
    const task = this._tasks.add(method, what, 'queue' in params && params.queue === true, () => {
      controller.abort();
    });
    this._controllers.add(controller);
    this._notices.clear('error');
    try {
      const result = await this.host.transport.request(method, params, {
        signal: controller.signal,
        onProgress: p => {
          task.progress(p);
        }
      });
      this._updateState(result.state, true);
      this.announce(result.said);
      return result;
    } catch (error) {
      if (isBusy(error) && QUEUEABLE.has(method)) {
        this.showNotice(this._busyNotice(error, () => this.mutate(method, { ...params, queue: true }, what)));
      } else {
        this.showError(error);
      }
      return undefined;
    } finally {
      this._controllers.delete(controller);
      task.end();
    }
  }

  announce(text: string): void {
    this._liveRegion.textContent = text;
  }

  showNotice(notice: INotice): void {
    if (!this._disposables.isDisposed) {
      this._notices.add(notice);
      if (notice.kind !== 'error') {
        this.announce(notice.text);
      }
    }
  }

  showError(error: unknown): void {
    if (this._disposables.isDisposed) {
      return;
    }
    if (!(error instanceof Failure)) {
      throw error; // a bug, not an answer of the kernel: report it on the console
    }
    if (error.code === 'Cancelled') {
      this.announce(this.t('Cancelled'));
      return;
    }
    this.showNotice({ kind: 'error', text: error.message, hint: error.hint });
  }

  openView(view: View, ids: readonly string[] = [], name = ''): void {
    if (view === 'compare' && ids.length > 1 && !name && this.host.openComparison && this.initialView !== 'compare') {
      this.host.openComparison([...ids]);
    } else if (view === 'rerun' && ids[0] !== undefined && this.host.openRerun && this.initialView !== 'rerun') {
      this.host.openRerun(ids[0], ids[1]);
    } else if (view === 'rollback' && ids[0] !== undefined && !name && this.host.skipsConfirmation?.()) {
      void runRollback(this, ids[0]);
    } else {
      this._stack.open(view, ids, name);
    }
  }

  previewRollback(id: string): void {
    this._stack.open('rollback', [id], '');
  }

  openPage(view: IView): void {
    this._stack.push(view);
  }

  goBack(): void {
    this._stack.back();
  }

  // -- private

  private _createView(view: View, ids: readonly string[], name: string): IView {
    switch (view) {
      case 'rerun':
      case 'remotes':
      case 'history':
        return (view !== 'history' && this.pages[view]?.page(this, ids)) || new HistoryView(this, ids);
      case 'inspect':
        return new VariablesView(this, name, ids[0]);
      case 'models':
        return new ModelsView(this, name);
      case 'compare':
        return new ComparisonView(this, ids, name);
      case 'rollback':
        return new RollbackView(this, ids[0] ?? 'HEAD', name);
      case 'commit':
        return new CommitForm(this);
      case 'export':
        return createExportForm(this, ids[0] ?? 'HEAD', name);
    }
  }

  private async _connect(): Promise<void> {
    try {
      this._updateState(await this.query('hello', {}));
    } catch (error) {
      if (!this._disposables.isDisposed && error instanceof Failure) {
        const again = {
          label: this.t('Try again'),
          run: () => {
            void this._connect();
          }
        };
        this.showNotice({ kind: 'error', text: error.message, hint: error.hint, actions: [again] });
      }
    }
  }

  /** isOwnChange: this panel has just changed something, so the lists are reloaded whatever the state says. */
  private _updateState(state: IState, isOwnChange = false): void {
    if (this._disposables.isDisposed) {
      return;
    }
    const other = mismatchText(state, this.t);
    if (other !== null) {
      this.showNotice({ kind: 'error', text: other });
      return;
    }
    const before = this.state.value;
    this._updateMetric(state);
    this.state.value = state;
    this._tasks.updateQueue(state);
    if (
      before &&
      (isOwnChange || storedPart(before) !== storedPart(state) || transientPart(before) === transientPart(state))
    ) {
      this.storeChanged.value += 1;
    }
    if (before && before.busy !== state.busy) {
      this.announce(state.busy ? this.t('A cell is running') : this.t('The cell has finished'));
    }
  }

  /** Follows the default metric. A metric that the user has chosen stays. */
  private _updateMetric(state: IState): void {
    const first = firstMetric(state);
    const ours = !this.metric.value || (this.metric.value === this._automaticMetric && isDefaultMetric(state, first));
    if (ours && this.metric.value !== first) {
      this._automaticMetric = first;
      this.metric.value = first;
    }
  }

  private _busyNotice(error: Failure, run: () => Promise<unknown>): INotice {
    const wait = {
      label: this.t('Run after the cell'),
      run: () => {
        void run();
      }
    };
    return { kind: 'error', text: error.message, hint: error.hint, actions: [wait] };
  }

  private _withdraw(request: number): void {
    this.query('cancel', { request }).catch((error: unknown) => {
      this.showError(error);
    });
  }
}

function isBusy(error: unknown): error is Failure {
  return error instanceof Failure && error.code === 'Busy';
}

const QUEUEABLE = new Set<Method>([
  ...(['commit', 'rollback', 'undo', 'redo', 'switch'] as const),
  ...(['promote', 'back', 'decide', 'deprecate', 'archive', 'restore', 'state_card'] as const)
]);

/** The default metric of the settings if a version has it, else the first metric. */
function firstMetric(state: IState): string {
  const chosen = state.metrics.find(metric => isDefaultMetric(state, metric));
  return chosen ?? state.metrics[0] ?? '';
}

function isDefaultMetric(state: IState, metric: string): boolean {
  return state.settings['default_metric'] === metric;
}

/** The part of the state that no list depends on. If nothing at all differs, the state was pushed because of a note. */
function transientPart({ busy, queued, uncommitted }: IState): string {
  return JSON.stringify([busy, queued, uncommitted]);
}

function storedPart(state: IState): string {
  return JSON.stringify({ ...state, busy: false, queued: [], uncommitted: null });
}
