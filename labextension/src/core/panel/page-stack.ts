import type { IContext, IView } from '../context';
import { h } from '../dom/elements';
import type { View } from '../host';
import { Signal } from '../signal';

interface IPage {
  view: IView;
  kind: View | '';
  /** What had the focus when another page came over this one. */
  focused: Element | null;
}

/** The pages of a panel: a tab's view at the bottom, what was opened from it above. Lower pages are hidden, not made anew. */
export class Stack {
  readonly element: HTMLElement;
  /** The kind of the lowest page, or of none. */
  readonly tab = new Signal<View>('history');
  readonly depth = new Signal(0);
  private _pages: IPage[] = [];
  private readonly _resting = new Map<View, IView>();
  private readonly _make: (view: View, ids: readonly string[], name: string) => IView;
  private readonly _ctx: IContext;

  constructor(ctx: IContext, make: (view: View, ids: readonly string[], name: string) => IView) {
    this._ctx = ctx;
    this._make = make;
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

  go(view: View, ids: readonly string[], name: string): void {
    const top = this._pages[this._pages.length - 1];
    if (top?.kind === view && top.view.again?.(ids, name)) {
      this.depth.value = this._pages.length;
      return;
    }
    if (this._pages.length === 0 || view === 'history' || view === 'inspect') {
      this._lay(view, ids, name);
    } else {
      if (top?.kind === view) {
        this._drop();
      }
      this.push(this._make(view, ids, name), view);
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
    this._drop();
    const page = this._pages[this._pages.length - 1];
    if (page) {
      page.view.element.hidden = false;
      this.depth.value = this._pages.length;
      this._ctx.say(page.view.title);
      refocus(page);
    }
  }

  dispose(): void {
    this._pages.forEach(page => {
      page.view.dispose();
    });
    this._resting.forEach(view => {
      view.dispose();
    });
    this._pages = [];
    this._resting.clear();
  }

  /** A view as the lowest page; the tabs' views are kept and come back as they were left. */
  private _lay(view: View, ids: readonly string[], name: string): void {
    while (this._pages.length > 1) {
      this._drop();
    }
    const base = this._pages.pop();
    if (base) {
      base.view.element.remove();
      base.view.element.hidden = false;
      if (base.kind) {
        this._resting.set(base.kind, base.view);
      }
    }
    const rested = this._resting.get(view);
    this._resting.delete(view);
    if (rested && (ids.length > 0 || name) && !rested.again?.(ids, name)) {
      rested.dispose();
      this._show({ view: this._make(view, ids, name), kind: view, focused: null });
    } else {
      this._show({ view: rested ?? this._make(view, ids, name), kind: view, focused: null });
    }
    this.tab.value = view;
  }

  private _show(page: IPage): void {
    this._pages.push(page);
    this.element.append(page.view.element);
    this.depth.value = this._pages.length;
  }

  private _drop(): void {
    const page = this._pages.pop();
    page?.view.element.remove();
    page?.view.dispose();
  }
}

function refocus(page: IPage): void {
  if (page.focused instanceof HTMLElement && page.focused.isConnected && page.view.element.contains(page.focused)) {
    page.focused.focus();
  } else {
    page.view.focus();
  }
}
