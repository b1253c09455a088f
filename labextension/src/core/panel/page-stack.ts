import type { IContext, IView } from '../context';
import { h } from '../dom/elements';
import type { View } from '../host';
import { Signal } from '../signal';

interface IStackedPage {
  view: IView;
  kind: View | '';
  /** The element that had the focus when another page was opened above this one. */
  focused: Element | null;
}

/** The pages of a panel: the view of a tab at the bottom, opened pages above it. Lower pages are hidden, not closed. */
export class PageStack {
  readonly element: HTMLElement;
  /** The view at the bottom. */
  readonly tab = new Signal<View>('history');
  readonly depth = new Signal(0);
  private _pages: IStackedPage[] = [];
  private readonly _hiddenTabs = new Map<View, IView>();
  private readonly _createView: (view: View, ids: readonly string[], name: string) => IView;
  private readonly _ctx: IContext;

  constructor(ctx: IContext, make: (view: View, ids: readonly string[], name: string) => IView) {
    this._ctx = ctx;
    this._createView = make;
    this.element = h('div', { class: 'nbmv-views' });
    this.element.addEventListener('keydown', event => {
      if (event.key === 'Escape' && this._pages.length > 1 && !event.defaultPrevented) {
        event.preventDefault();
        event.stopPropagation();
        this.back();
      }
    });
  }

  get top(): IView | undefined {
    return this._pages[this._pages.length - 1]?.view;
  }

  open(view: View, ids: readonly string[], name: string): void {
    const top = this._pages[this._pages.length - 1];
    if (top?.kind === view && top.view.update?.(ids, name)) {
      this.depth.value = this._pages.length;
      return;
    }
    if (this._pages.length === 0 || isTab(view)) {
      this._openTab(view, ids, name);
    } else {
      if (top?.kind === view) {
        this._closeTop();
      }
      this.push(this._createView(view, ids, name), view);
    }
  }

  push(view: IView, kind: View | '' = ''): void {
    const below = this._pages[this._pages.length - 1];
    if (below) {
      below.focused = document.activeElement;
      below.view.element.hidden = true;
    }
    this._show({ view, kind, focused: null });
    if (below) {
      view.focus();
    }
  }

  back(): void {
    if (this._pages.length < 2) {
      return;
    }
    this._closeTop();
    const page = this._pages[this._pages.length - 1];
    if (page) {
      page.view.element.hidden = false;
      this.depth.value = this._pages.length;
      this._ctx.announce(page.view.title);
      restoreFocus(page);
    }
  }

  dispose(): void {
    this._pages.forEach(page => {
      page.view.dispose();
    });
    this._hiddenTabs.forEach(view => {
      view.dispose();
    });
    this._pages = [];
    this._hiddenTabs.clear();
  }

  /** Opens a view at the bottom. The views of the tabs are kept and return unchanged. */
  private _openTab(view: View, ids: readonly string[], name: string): void {
    while (this._pages.length > 1) {
      this._closeTop();
    }
    const base = this._pages.pop();
    if (base) {
      base.view.element.remove();
      base.view.element.hidden = false;
      if (base.kind) {
        this._hiddenTabs.set(base.kind, base.view);
      }
    }
    const rested = this._hiddenTabs.get(view);
    this._hiddenTabs.delete(view);
    if (rested && (ids.length > 0 || name) && !rested.update?.(ids, name)) {
      rested.dispose();
      this._show({ view: this._createView(view, ids, name), kind: view, focused: null });
    } else {
      this._show({ view: rested ?? this._createView(view, ids, name), kind: view, focused: null });
    }
    this.tab.value = view;
  }

  private _show(page: IStackedPage): void {
    this._pages.push(page);
    this.element.append(page.view.element);
    this.depth.value = this._pages.length;
  }

  private _closeTop(): void {
    const page = this._pages.pop();
    page?.view.element.remove();
    page?.view.dispose();
  }
}

/** Whether a view lies at the bottom, below a tab of its own. */
export function isTab(view: View): boolean {
  return ['history', 'inspect', 'models', 'remotes'].includes(view);
}

function restoreFocus(page: IStackedPage): void {
  if (page.focused instanceof HTMLElement && page.focused.isConnected && page.view.element.contains(page.focused)) {
    page.focused.focus();
  } else {
    page.view.focus();
  }
}
