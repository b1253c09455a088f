import { h } from '../dom/elements';
import { Disposables } from '../disposables';
import { RowOffsets } from './offsets';

/** Rows drawn beyond either end of what is seen. */
const EXTRA_ROWS = 6;

export interface IRowContent {
  /** Two rows of one key and one stamp look the same. */
  key: string;
  stamp: string;
  create: () => HTMLElement;
  /** The heading above, or "". */
  heading: string;
}

/** What a list shows; it asks for no more than what is in view. */
export interface IRowSource {
  count(): number;
  hasHeading(index: number): boolean;
  row(index: number): IRowContent;
  /** The heading that stays on top while this row is the first one in view. */
  stickyHeading(index: number): string;
  /** Rows `from` to `to` (excluded) come into view. */
  onVisible(from: number, to: number): void;
}

interface IRenderedRow extends IRowContent {
  index: number;
  element: HTMLElement;
  headingElement: HTMLElement | null;
}

/**
 * A listbox of any length of which only the rows in view, and the one that holds the tab stop, are in the document.
 * Rows are placed by their offset; heights follow the size of the theme's font.
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
          this._scrollTo(this._active); // the details have just taken their room
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

  /** Height of a row's own text, and of a heading above it, in px. */
  get heights(): { row: number; head: number } {
    return { row: this._rowHeight, head: this._headingHeight };
  }

  get last(): number {
    return Math.max(0, this._offsets.count - 1);
  }

  get pageRows(): number {
    return Math.max(1, Math.floor(this._viewportHeight() / this._rowHeight) - 1);
  }

  /** The rows may be other ones, more or fewer: what is at the top of the view stays there. */
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

  /** Draws the rows in view, each only where it has changed. */
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

  /** Makes the row the tab stop and brings it into view. */
  activate(index: number, focus: boolean): void {
    this._active = Math.max(0, Math.min(index, this._offsets.count - 1));
    this._scrollTo(this._active);
    this.draw();
    if (focus) {
      this._rendered.get(this._active)?.element.focus({ preventScroll: true });
    }
  }

  /** The row an event happened in, or -1. */
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

  /** Two lines of text and some air; a theme or a user may have made the font larger. */
  private _measure(): void {
    const font = parseFloat(getComputedStyle(this.element).fontSize) || 13;
    this._rowHeight = Math.round(font * 3.55);
    this._headingHeight = Math.round(font * 2);
  }

  private _renderRow(index: number): void {
    const drawn = this._rows.row(index);
    const there = this._rendered.get(index);
    const same = there && there.key === drawn.key && there.stamp === drawn.stamp;
    const one = same ? there : this._createRow(index, drawn);
    if (!same) {
      if (there) {
        there.headingElement?.remove();
        there.element.replaceWith(one.element);
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
    const made = drawn.create();
    made.setAttribute('role', 'option');
    made.setAttribute('aria-posinset', String(index + 1));
    made.dataset['index'] = String(index);
    const above = drawn.heading
      ? h('div', { class: 'nbmv-day', role: 'presentation', 'aria-hidden': true }, drawn.heading)
      : null;
    return { ...drawn, index, element: made, headingElement: above };
  }

  /** Keeps the rows of the document in their order on the screen, which is the order in which they are read. */
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

/** Writing what is there already would cost the page a layout. */
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
