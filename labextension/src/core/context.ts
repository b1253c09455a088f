import type { IHost, View } from './host';
import type { Translate } from './text/translate';
import type { IActionResult, IState, Method, Params, Result } from './protocol/messages';
import type { Signal } from './signal';

/** Methods that change something, and so answer with the state. */
export type MutatingMethod = { [M in Method]: Result<M> extends IActionResult ? M : never }[Method];

export interface INoticeAction {
  label: string;
  run(): void;
}

export interface INotice {
  kind: 'info' | 'success' | 'error';
  text: string;
  /** The way out. */
  hint?: string;
  actions?: readonly INoticeAction[];
}

/** What every view is given: the kernel's state, the ways to ask and to act, and the ways to say something. */
export interface IContext {
  readonly host: IHost;
  /** The view that the panel was made for; it has nothing to go back to. */
  readonly initialView: View;
  readonly t: Translate;
  /** The panel's outermost element. */
  readonly root: HTMLElement;
  readonly state: Signal<IState | null>;
  /** Rises whenever versions, tags, notes or branches may have changed. */
  readonly storeChanged: Signal<number>;
  /** The metric that rows, sparkline and charts show, or "". */
  readonly metric: Signal<string>;
  /** Asks without changing anything. Rejects with a Failure. */
  query<M extends Method>(method: M, params: Params<M>, signal?: AbortSignal): Promise<Result<M>>;
  /**
   * Does something that may take long: shown with progress and a way to stop it. what: said while it runs.
   * A failure becomes a notice, and then the answer is undefined. One that a running cell is in the way of is offered
   * again for when the cell has ended.
   */
  mutate<M extends MutatingMethod>(method: M, params: Params<M>, what: string): Promise<Result<M> | undefined>;
  /** Says it to screen readers. */
  announce(text: string): void;
  showNotice(notice: INotice): void;
  /** Any error as a notice; what was cancelled is only said. */
  showError(error: unknown): void;
  openView(view: View, ids?: readonly string[], name?: string): void;
  /** Shows a rollback's plan, also where one click would do the rollback. */
  previewRollback(id: string): void;
  /** Opens a page over the present view. */
  openPage(view: IView): void;
  goBack(): void;
}

/** One page of the panel. */
export interface IView {
  readonly element: HTMLElement;
  readonly title: string;
  focus(): void;
  dispose(): void;
  /** A view that is asked for again, with other ids or another name. False: make a new one. */
  update?(ids: readonly string[], name: string): boolean;
}
