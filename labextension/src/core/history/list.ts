import { h } from '../dom/elements';
import { Ends } from '../signal';
import { Offsets } from './offsets';

/** Rows drawn beyond either end of what is seen. */
const SPARE = 6;

export interface IDrawn {
  /** Two rows of one key and one stamp look the same. */
  key: string;
  stamp: string;
  element: () => HTMLElement;
  /** The heading above, or "". */
  heading: string;
}

/** What a list shows; it asks for no more than what is in view. */
export interface IRows {
  count(): number;
  headed(index: number): boolean;
  row(index: number): IDrawn;
  /** The heading that stays on top while this row is the first one in view. */
  sticky(index: number): string;
  /** Rows `from` to `to` (excluded) come into view. */
  wanted(from: number, to: number): void;
}

interface IMade extends IDrawn {
  index: number;
  made: HTMLElement;
  above: HTMLElement | null;
}

/**
 * A listbox of any length of which only the rows in view, and the one that holds the tab stop, are in the document.
 * Rows are placed by their offset; heights follow the size of the theme's font.
 */
export class List {
  readonly element: HTMLElement;
  private readonly _inner = h('div', { class: 'nbmv-list-inner', role: 'presentation' });
  private readonly _sticky = h('div', {
    class: 'nbmv-day nbmv-day-now',
    role: 'presentation',
    'aria-hidden': true,
    hidden: true
  });
  private readonly _rows: IRows;
  private readonly _offsets = new Offsets();
  private readonly _ends = new Ends();
  private _made = new Map<number, IMade>();
  private _active = 0;
  private _row = 46;
  private _head = 26;
  private _frame = 0;

  constructor(name: string, rows: IRows) {
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
            this._later();
          }
        }
      },
      this._sticky,
      this._inner
    );
    if (typeof ResizeObserver === 'function') {
      const observer = new ResizeObserver(() => {
        if (this._inner.contains(document.activeElement)) {
          this._reveal(this._active); // the details have just taken their room
        }
        this._later();
      });
      observer.observe(this.element);
      this._ends.add(() => {
        observer.disconnect();
      });
    }
    this._ends.add(() => {
      cancelAnimationFrame(this._frame);
    });
  }

  dispose(): void {
    this._ends.dispose();
  }

  get active(): number {
    return this._active;
  }

  /** Height of a row's own text, and of a heading above it, in px. */
  get heights(): { row: number; head: number } {
    return { row: this._row, head: this._head };
  }

  get last(): number {
    return Math.max(0, this._offsets.count - 1);
  }

  get pageRows(): number {
    return Math.max(1, Math.floor(this._viewport() / this._row) - 1);
  }

  /** The rows may be other ones, more or fewer: what is at the top of the view stays there. */
  refresh(): void {
    const first = this._offsets.at(this.element.scrollTop);
    const within = this.element.scrollTop - this._offsets.top(first);
    this._measure();
    this._offsets.set(this._rows.count(), this._row, this._head, index => this._rows.headed(index));
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
    const from = Math.max(0, this._offsets.at(top) - SPARE);
    const to = Math.min(count, this._offsets.at(top + this._viewport()) + 1 + SPARE);
    this._rows.wanted(from, to);
    const focused = this._made.get(this._active)?.made === document.activeElement;
    for (const [index, one] of this._made) {
      if ((index < from || index >= to) && index !== this._active) {
        remove(one);
        this._made.delete(index);
      }
    }
    for (let i = from; i < to; i += 1) {
      this._put(i);
    }
    if (this._active < count) {
      this._put(this._active);
    }
    this._hold(focused);
    this._stick(top);
  }

  /** Makes the row the tab stop and brings it into view. */
  go(index: number, focus: boolean): void {
    this._active = Math.max(0, Math.min(index, this._offsets.count - 1));
    this._reveal(this._active);
    this.draw();
    if (focus) {
      this._made.get(this._active)?.made.focus({ preventScroll: true });
    }
  }

  /** The row an event happened in, or -1. */
  indexOf(target: EventTarget | null): number {
    const row = target instanceof Element ? target.closest<HTMLElement>('[role=option]') : null;
    return row && this._inner.contains(row) ? Number(row.dataset['index']) : -1;
  }

  elementAt(index: number): HTMLElement | undefined {
    return this._made.get(index)?.made;
  }

  focus(): void {
    this.draw();
    this._made.get(this._active)?.made.focus({ preventScroll: true });
  }

  private _later(): void {
    if (!this._frame) {
      this._frame = requestAnimationFrame(() => {
        this._frame = 0;
        const before = this._row;
        this._measure();
        if (before === this._row) {
          this.draw();
        } else {
          this.refresh();
        }
      });
    }
  }

  private _viewport(): number {
    return this.element.clientHeight || 400;
  }

  /** Two lines of text and some air; a theme or a user may have made the font larger. */
  private _measure(): void {
    const font = parseFloat(getComputedStyle(this.element).fontSize) || 13;
    this._row = Math.round(font * 3.55);
    this._head = Math.round(font * 2);
  }

  private _put(index: number): void {
    const drawn = this._rows.row(index);
    const there = this._made.get(index);
    const same = there && there.key === drawn.key && there.stamp === drawn.stamp;
    const one = same ? there : this._make(index, drawn);
    if (!same) {
      if (there) {
        there.above?.remove();
        there.made.replaceWith(one.made);
      } else {
        this._insert(one);
      }
      if (one.above) {
        one.made.before(one.above);
      }
      this._made.set(index, one);
    }
    const top = this._offsets.top(index);
    if (one.above) {
      place(one.above, top, this._head);
    }
    place(one.made, top + (one.above ? this._head : 0), this._row);
    set(one.made, 'aria-setsize', this._offsets.count);
  }

  private _make(index: number, drawn: IDrawn): IMade {
    const made = drawn.element();
    made.setAttribute('role', 'option');
    made.setAttribute('aria-posinset', String(index + 1));
    made.dataset['index'] = String(index);
    const above = drawn.heading
      ? h('div', { class: 'nbmv-day', role: 'presentation', 'aria-hidden': true }, drawn.heading)
      : null;
    return { ...drawn, index, made, above };
  }

  /** Keeps the rows of the document in their order on the screen, which is the order in which they are read. */
  private _insert(one: IMade): void {
    let after: IMade | undefined;
    for (const other of this._made.values()) {
      if (other.index > one.index && (!after || other.index < after.index)) {
        after = other;
      }
    }
    this._inner.insertBefore(one.made, after ? (after.above ?? after.made) : null);
  }

  private _hold(focused: boolean): void {
    for (const [index, one] of this._made) {
      set(one.made, 'tabindex', index === this._active ? 0 : -1);
    }
    const active = this._made.get(this._active)?.made;
    if (focused && active && active !== document.activeElement) {
      active.focus({ preventScroll: true });
    }
  }

  private _stick(top: number): void {
    const first = this._offsets.at(top);
    const text = this._offsets.count > 0 && top > 0 ? this._rows.sticky(first) : '';
    this._sticky.hidden = !text;
    if (this._sticky.textContent !== text) {
      this._sticky.textContent = text;
    }
  }

  private _reveal(index: number): void {
    const top = this._offsets.top(index) - this._head;
    const bottom = this._offsets.top(index + 1);
    const seen = this.element.scrollTop;
    if (top < seen) {
      this.element.scrollTop = Math.max(0, top);
    } else if (bottom > seen + this._viewport()) {
      this.element.scrollTop = bottom - this._viewport();
    }
  }
}

function remove(one: IMade): void {
  one.above?.remove();
  one.made.remove();
}

/** Writing what is there already would cost the page a layout. */
function place(element: HTMLElement, top: number, height: number): void {
  const [y, tall] = [`${top}px`, `${height}px`];
  if (element.style.top !== y || element.style.height !== tall) {
    element.style.top = y;
    element.style.height = tall;
  }
}

function set(element: HTMLElement, name: string, value: number): void {
  if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, String(value));
  }
}
