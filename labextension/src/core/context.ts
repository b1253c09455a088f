import type { Disposables } from './disposables';
import type { Child } from './dom/elements';
import type { IMenuItem } from './dom/menu';
import type { IHost, View } from './host';
import type { Translate } from './text/translate';
import type { IActionResult, IEntry, IExportOptions, IState, Method, Params, Result } from './protocol/messages';
import type { IRequestOptions } from './protocol/transport';
import type { Signal } from './signal';

/** Methods that change something. They answer with the new state. */
export type MutatingMethod = { [M in Method]: Result<M> extends IActionResult ? M : never }[Method];

export interface INoticeAction {
  label: string;
  run(): void;
}

export interface INotice {
  kind: 'info' | 'success' | 'error';
  text: string;
  /** What the user can do about it: an imperative. */
  hint?: string;
  actions?: readonly INoticeAction[];
}

/** Pages, and parts of pages, that not every host has, because of their size. */
export interface IPages {
  lineage?(ctx: IContext, address: string): IView;
  rerun?: IRerunPages;
  remotes?: IRemotePages;
  /** What an export of a version writes, and the options that the user has chosen. */
  exportContents?(ctx: IContext, id: string): IExportContents;
}

export interface IRerunPages {
  page(ctx: IContext, ids: readonly string[]): IView;
  /** A button, and an item of a menu, that open the page. */
  button(ctx: IContext, version: IRerunTarget): HTMLElement;
  item(ctx: IContext, version: IRerunTarget): IMenuItem;
}

export interface IRemotePages {
  page(ctx: IContext, ids: readonly string[]): IView;
  /** What waits to be pushed or pulled, in one line. */
  line(ctx: IContext, disposables: Disposables): HTMLElement;
  /** What a row of the history shows besides branches and tags. */
  marks(ctx: IContext, entry: IEntry): Child;
}

export interface IRerunTarget {
  id: string;
  name: string;
}

export interface IExportContents {
  element: HTMLElement;
  options(): IExportOptions;
  dispose(): void;
}

/** What every view is given: the kernel's state, requests to the kernel, navigation and messages to the user. */
export interface IContext {
  readonly host: IHost;
  /** The view that the panel was created with. There is no view to go back to from it. */
  readonly initialView: View;
  readonly pages: IPages;
  readonly t: Translate;
  /** The panel's outermost element. */
  readonly root: HTMLElement;
  readonly state: Signal<IState | null>;
  /** Rises when versions, tags, notes or branches may have changed. */
  readonly storeChanged: Signal<number>;
  /** The metric that rows, sparkline and charts show, or "". */
  readonly metric: Signal<string>;
  /** Sends a request that changes nothing. Rejects with a Failure. */
  query<M extends Method>(method: M, params: Params<M>, options?: IRequestOptions): Promise<Result<M>>;
  /**
   * Sends a request that changes something. It is shown with its progress and a Cancel button. what: its description.
   * A failure becomes a notice, and the result is undefined. If a running cell is the reason, the notice offers to run
   * the request after the cell.
   */
  mutate<M extends MutatingMethod>(method: M, params: Params<M>, what: string): Promise<Result<M> | undefined>;
  /** Announces a text to screen readers. */
  announce(text: string): void;
  showNotice(notice: INotice): void;
  /** Shows an error as a notice. A cancelled request is only announced. */
  showError(error: unknown): void;
  openView(view: View, ids?: readonly string[], name?: string): void;
  /** Shows the plan of a rollback, also where the user has switched the confirmation off. */
  previewRollback(id: string): void;
  /** Opens a page above the current view. */
  openPage(view: IView): void;
  goBack(): void;
}

/** One page of the panel. */
export interface IView {
  readonly element: HTMLElement;
  readonly title: string;
  focus(): void;
  dispose(): void;
  /** Shows other versions or another name in this view. Returns false if the view has to be created again. */
  update?(ids: readonly string[], name: string): boolean;
}
