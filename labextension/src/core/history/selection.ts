import type { VirtualList } from './list';

/** The selected versions, by id ("" is the row of uncommitted changes), and the keys and clicks that select them. */
export class RowSelection {
  /** Called with the row on Enter and on a double click. */
  onOpen: (index: number) => void = () => undefined;
  private _ids: string[] = [];
  private _anchor = 0;
  private _activeId: string | undefined;
  private readonly _list: VirtualList;
  private readonly _idAt: (index: number) => string | undefined;
  private readonly _onChange: () => void;

  constructor(list: VirtualList, idAt: (index: number) => string | undefined, changed: () => void) {
    this._list = list;
    this._idAt = idAt;
    this._onChange = changed;
    list.element.addEventListener('click', event => {
      this._onClick(event);
    });
    list.element.addEventListener('dblclick', event => {
      this._onDoubleClick(event);
    });
    list.element.addEventListener('keydown', event => {
      this._onKey(event);
    });
  }

  /** Ids of the selected versions, without the row of uncommitted changes. */
  get ids(): string[] {
    return this._ids.filter(Boolean);
  }

  has(id: string): boolean {
    return this._ids.includes(id);
  }

  set(ids: readonly string[], index: number): void {
    this._ids = [...ids];
    if (index >= 0) {
      this._activate(index, false);
    }
    this._onChange();
  }

  selectOnly(index: number): void {
    const id = this._idAt(index);
    this._ids = id === undefined ? [] : [id];
    this._anchor = index;
    this._activate(index, true);
    this._onChange();
  }

  clear(): void {
    this._ids = [];
    this._onChange();
  }

  /** Moves the tab stop to the new row of its version after the list has been reloaded. */
  followActiveRow(placeOf: (id: string) => number): void {
    if (this._activeId !== undefined) {
      const index = placeOf(this._activeId);
      if (index >= 0 && index !== this._list.active) {
        const focused = this._list.element.contains(document.activeElement);
        this._list.activate(index, focused);
        this._anchor = index;
      }
    }
  }

  private _activate(index: number, focus: boolean): void {
    this._list.activate(index, focus);
    this._activeId = this._idAt(this._list.active);
  }

  private _toggle(index: number): void {
    const id = this._idAt(index);
    if (id !== undefined) {
      this._ids = this._ids.includes(id) ? this._ids.filter(one => one !== id) : [...this._ids.filter(Boolean), id];
    }
    this._anchor = index;
    this._activate(index, true);
    this._onChange();
  }

  private _extend(index: number): void {
    const [from, to] = [Math.min(this._anchor, index), Math.max(this._anchor, index)];
    const ids: string[] = [];
    for (let i = from; i <= to; i += 1) {
      const id = this._idAt(i);
      if (id) {
        ids.push(id);
      }
    }
    this._ids = ids;
    this._activate(index, true);
    this._onChange();
  }

  /**
   * The clicked element in a row. If the row was redrawn between press and release, the event names its container; the
   * position tells the element.
   */
  clickedElement(event: MouseEvent): Element | null {
    return event.target instanceof Element && this._list.indexOf(event.target) >= 0
      ? event.target
      : document.elementFromPoint(event.clientX, event.clientY);
  }

  private _onClick(event: MouseEvent): void {
    const index = this._list.indexOf(this.clickedElement(event));
    if (index < 0) {
      return;
    }
    if (event.shiftKey) {
      this._extend(index);
    } else if (event.ctrlKey || event.metaKey) {
      this._toggle(index);
    } else {
      this.selectOnly(index);
    }
  }

  private _onDoubleClick(event: MouseEvent): void {
    const index = this._list.indexOf(event.target);
    if (index >= 0) {
      this.onOpen(index);
    }
  }

  private _onKey(event: KeyboardEvent): void {
    if (this._list.indexOf(event.target) < 0) {
      return;
    }
    const wanted = this._targetRow(event.key);
    const to = wanted === undefined ? undefined : Math.max(0, Math.min(wanted, this._list.last));
    if (to !== undefined) {
      if (event.shiftKey) {
        this._extend(to);
      } else if (event.ctrlKey || event.metaKey) {
        this._activate(to, true);
      } else {
        this.selectOnly(to);
      }
    } else if (event.key === ' ') {
      this._toggle(this._list.active);
    } else if (event.key === 'Enter') {
      this.onOpen(this._list.active);
    } else if (event.key === 'Escape' && this._ids.length) {
      this.clear();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private _targetRow(key: string): number | undefined {
    const at = this._list.active;
    switch (key) {
      case 'ArrowDown':
        return at + 1;
      case 'ArrowUp':
        return at - 1;
      case 'PageDown':
        return at + this._list.pageRows;
      case 'PageUp':
        return at - this._list.pageRows;
      case 'Home':
        return 0;
      case 'End':
        return Number.MAX_SAFE_INTEGER;
      default:
        return undefined;
    }
  }
}
