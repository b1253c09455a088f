import { h } from '../dom/elements';
import { Disposables } from '../disposables';
import { RowOffsets } from './offsets';

/** Number of rows that are rendered above and below the visible ones. */
const EXTRA_ROWS = 6;

export interface IRowContent {
  /** Two rows with the same key and the same stamp look the same. */
  key: string;
  stamp: string;
  create: () => HTMLElement;
  /** The heading above the row, or "". */
  heading: string;
}

/** The rows of a list. Only the rows in view are requested. */
export interface IRowSource {
  count(): number;
  hasHeading(index: number): boolean;
  row(index: number): IRowContent;
  /** The heading that stays at the top while this row is the first visible one. */
  stickyHeading(index: number): string;
  /** Called when the rows `from` to `to` (excluded) are visible. */
  onVisible(from: number, to: number): void;
}

interface IRenderedRow extends IRowContent {
  index: number;
  element: HTMLElement;
  headingElement: HTMLElement | null;
}

/**
 * A listbox of any length. The document contains only the visible rows and the row with the tab stop.
 * Rows are positioned by their offset; their height depends on the theme's font size.
 */
export class VirtualList {
  readonly element: HTMLElement;
  private readonly _inner = h('div', { class: 'nbmv-list-inner', role: 'presentation' });
  private readonly _sticky = h('div', {
    class: 'nbmv-day nbmv-day-now',
    role: 'presentation',
    'aria-hidden': true,
    hidden: true
  });
  private readonly _rows: IRowSource;
  private readonly _offsets = new RowOffsets();
  private readonly _disposables = new Disposables();
  private _rendered = new Map<number, IRenderedRow>();
  private _active = 0;
  private _rowHeight = 46;
  private _headingHeight = 26;
  private _frame = 0;

  constructor(name: string, rows: IRowSource) {
    this._rows = rows;
    this.element = h(
      'div',
      {
        class: 'nbmv-list',
        role: 'listbox',
        'aria-label': name,
        'aria-multiselectable': true,
        on: {
          scroll: () => {
            this._updateSoon();
          }
        }
      },
      this._sticky,
      this._inner
    );
    if (typeof ResizeObserver === 'function') {
      const observer = new ResizeObserver(() => {
        if (this._inner.contains(document.activeElement)) {
          this._scrollTo(this._active); // the details may have opened and taken space
        }
        this._updateSoon();
      });
      observer.observe(this.element);
      this._disposables.add(() => {
        observer.disconnect();
      });
    }
    this._disposables.add(() => {
      cancelAnimationFrame(this._frame);
    });
  }

  dispose(): void {
    this._disposables.dispose();
  }

  get active(): number {
    return this._active;
  }

  /** Heights of a row's text and of a heading, in px. */
  get heights(): { row: number; head: number } {
    return { row: this._rowHeight, head: this._headingHeight };
  }

  get last(): number {
    return Math.max(0, this._offsets.count - 1);
  }

  get pageRows(): number {
    return Math.max(1, Math.floor(this._viewportHeight() / this._rowHeight) - 1);
  }

  /** Reads the number of rows again. The row at the top of the view stays there. */
  refresh(): void {
    const first = this._offsets.at(this.element.scrollTop);
    const within = this.element.scrollTop - this._offsets.top(first);
    this._measure();
    this._offsets.set(this._rows.count(), this._rowHeight, this._headingHeight, index => this._rows.hasHeading(index));
    this._inner.style.height = `${this._offsets.height}px`;
    if (this.element.scrollTop > 0) {
      this.element.scrollTop = this._offsets.top(first) + within;
    }
    this._active = Math.max(0, Math.min(this._active, this._offsets.count - 1));
    this.draw();
  }

  /** Draws the visible rows. A row whose stamp is unchanged is kept. */
  draw(): void {
    const top = this.element.scrollTop;
    const count = this._offsets.count;
    const from = Math.max(0, this._offsets.at(top) - EXTRA_ROWS);
    const to = Math.min(count, this._offsets.at(top + this._viewportHeight()) + 1 + EXTRA_ROWS);
    this._rows.onVisible(from, to);
    const focused = this._rendered.get(this._active)?.element === document.activeElement;
    for (const [index, one] of this._rendered) {
      if ((index < from || index >= to) && index !== this._active) {
        removeRow(one);
        this._rendered.delete(index);
      }
    }
    for (let i = from; i < to; i += 1) {
      this._renderRow(i);
    }
    if (this._active < count) {
      this._renderRow(this._active);
    }
    this._updateTabStop(focused);
    this._updateStickyHeading(top);
  }

  /** Makes the row the tab stop and scrolls to it. */
  activate(index: number, focus: boolean): void {
    this._active = Math.max(0, Math.min(index, this._offsets.count - 1));
    this._scrollTo(this._active);
    this.draw();
    if (focus) {
      this._rendered.get(this._active)?.element.focus({ preventScroll: true });
    }
  }

  /** The row in which an event happened, or -1. */
  indexOf(target: EventTarget | null): number {
    const row = target instanceof Element ? target.closest<HTMLElement>('[role=option]') : null;
    return row && this._inner.contains(row) ? Number(row.dataset['index']) : -1;
  }

  elementAt(index: number): HTMLElement | undefined {
    return this._rendered.get(index)?.element;
  }

  focus(): void {
    this.draw();
    this._rendered.get(this._active)?.element.focus({ preventScroll: true });
  }

  private _updateSoon(): void {
    if (!this._frame) {
      this._frame = requestAnimationFrame(() => {
        this._frame = 0;
        const before = this._rowHeight;
        this._measure();
        if (before === this._rowHeight) {
          this.draw();
        } else {
          this.refresh();
        }
      });
    }
  }

  private _viewportHeight(): number {
    return this.element.clientHeight || 400;
  }

  /** Two lines of text and a margin. Themes and users change the font size. */
  private _measure(): void {
    const font = parseFloat(getComputedStyle(this.element).fontSize) || 13;
    this._rowHeight = Math.round(font * 3.55);
    this._headingHeight = Math.round(font * 2);
  }

  private _renderRow(index: number): void {
    const drawn = this._rows.row(index);
    const existing = this._rendered.get(index);
    const same = existing && existing.key === drawn.key && existing.stamp === drawn.stamp;
    const one = same ? existing : this._createRow(index, drawn);
    if (!same) {
      if (existing) {
        existing.headingElement?.remove();
        existing.element.replaceWith(one.element);
      } else {
        this._insert(one);
      }
      if (one.headingElement) {
        one.element.before(one.headingElement);
      }
      this._rendered.set(index, one);
    }
    const top = this._offsets.top(index);
    if (one.headingElement) {
      placeRow(one.headingElement, top, this._headingHeight);
    }
    placeRow(one.element, top + (one.headingElement ? this._headingHeight : 0), this._rowHeight);
    setNumber(one.element, 'aria-setsize', this._offsets.count);
  }

  private _createRow(index: number, drawn: IRowContent): IRenderedRow {
    const element = drawn.create();
    element.setAttribute('role', 'option');
    element.setAttribute('aria-posinset', String(index + 1));
    element.dataset['index'] = String(index);
    const above = drawn.heading
      ? h('div', { class: 'nbmv-day', role: 'presentation', 'aria-hidden': true }, drawn.heading)
      : null;
    return { ...drawn, index, element: element, headingElement: above };
  }

  /** Keeps the rows of the document in their visual order, in which screen readers read them. */
  private _insert(one: IRenderedRow): void {
    let after: IRenderedRow | undefined;
    for (const other of this._rendered.values()) {
      if (other.index > one.index && (!after || other.index < after.index)) {
        after = other;
      }
    }
    this._inner.insertBefore(one.element, after ? (after.headingElement ?? after.element) : null);
  }

  private _updateTabStop(focused: boolean): void {
    for (const [index, one] of this._rendered) {
      setNumber(one.element, 'tabindex', index === this._active ? 0 : -1);
    }
    const active = this._rendered.get(this._active)?.element;
    if (focused && active && active !== document.activeElement) {
      active.focus({ preventScroll: true });
    }
  }

  private _updateStickyHeading(top: number): void {
    const first = this._offsets.at(top);
    const text = this._offsets.count > 0 && top > 0 ? this._rows.stickyHeading(first) : '';
    this._sticky.hidden = !text;
    if (this._sticky.textContent !== text) {
      this._sticky.textContent = text;
    }
  }

  private _scrollTo(index: number): void {
    const top = this._offsets.top(index) - this._headingHeight;
    const bottom = this._offsets.top(index + 1);
    const seen = this.element.scrollTop;
    if (top < seen) {
      this.element.scrollTop = Math.max(0, top);
    } else if (bottom > seen + this._viewportHeight()) {
      this.element.scrollTop = bottom - this._viewportHeight();
    }
  }
}

function removeRow(one: IRenderedRow): void {
  one.headingElement?.remove();
  one.element.remove();
}

/** Writes only what differs: every write would cause a layout. */
function placeRow(element: HTMLElement, top: number, height: number): void {
  const [y, tall] = [`${top}px`, `${height}px`];
  if (element.style.top !== y || element.style.height !== tall) {
    element.style.top = y;
    element.style.height = tall;
  }
}

function setNumber(element: HTMLElement, name: string, value: number): void {
  if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, String(value));
  }
}
