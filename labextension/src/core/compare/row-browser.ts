import type { IContext } from '../context';
import { button, emptyState, foldable, iconButton, screenReaderText, userText } from '../dom/controls';
import { h, replaceChildren, setAttribute, uniqueId } from '../dom/elements';
import { enableArrowKeys, setTabStop } from '../dom/focus';
import { Failure } from '../protocol/transport';
import type { ChangedRows, IRowPage, ISection } from '../protocol/messages';
import { rowTable } from './row-table';
import { renderSection, type IComparedPair, type IDisplayOptions } from './sections';
import { COUNT, DIM, SMALL } from '../dom/styles';

/** Number of rows on a page. */
const PAGE_ROWS = 50;

/** The kernel sends at most this number of cells of an added or removed row. */
const MAX_ROW_CELLS = 12;

const KINDS_OF_ROWS: readonly ChangedRows[] = ['changed', 'added', 'removed'];

type Counts = { [W in ChangedRows]: number };

/** How the rows of a table differ, and below it the rows themselves, which are requested when the user opens them. */
export function renderRows(
  ctx: IContext,
  section: ISection,
  look: IDisplayOptions,
  pair?: IComparedPair
): (HTMLElement | null)[] {
  return [...renderSection(ctx, section, look), pair ? rowBrowser(ctx, section, pair) : null];
}

/** The element that shows the rows; null if no row differs. */
function rowBrowser(ctx: IContext, section: ISection, pair: IComparedPair): HTMLElement | null {
  const counts = countsOf(section);
  if (KINDS_OF_ROWS.every(what => counts[what] === 0)) {
    return null;
  }
  const name = section.id.slice('rows.'.length);
  const element = pair.kept.get(section.id) ?? new RowBrowser(ctx, name, pair, counts).element;
  pair.kept.set(section.id, element);
  return element;
}

/** The section's rows "rows changed", "rows added" and "rows removed" hold the counts. */
function countsOf(section: ISection): Counts {
  const count = (what: ChangedRows): number => {
    const found = section.rows.find(row => row.cells[0] === `rows ${what}`)?.cells[1];
    return typeof found === 'number' ? found : 0;
  };
  return { changed: count('changed'), added: count('added'), removed: count('removed') };
}

/** The changed, added and removed rows of a table, page by page. */
class RowBrowser {
  readonly element: HTMLElement;
  private readonly _ctx: IContext;
  private readonly _name: string;
  private readonly _pair: IComparedPair;
  private readonly _counts: Counts;
  private readonly _tabs: HTMLElement;
  private readonly _page: HTMLElement;
  private readonly _body = h('div', { class: 'nbmv-row-browser-body' });
  private readonly _content = h('div', { class: 'nbmv-row-content' });
  private readonly _place = userText('', 'nbmv-row-place');
  private readonly _pager: HTMLElement;
  private readonly _previous: HTMLButtonElement;
  private readonly _next: HTMLButtonElement;
  private _what: ChangedRows;
  private _start = 0;
  private _requestNumber = 0;
  private _isOpened = false;

  constructor(ctx: IContext, name: string, pair: IComparedPair, counts: Counts) {
    const { t } = ctx;
    this._ctx = ctx;
    this._name = name;
    this._pair = pair;
    this._counts = counts;
    this._what = KINDS_OF_ROWS.find(what => counts[what] > 0) ?? 'changed';
    this._previous = this._createTurn(t('Previous rows'), 'back', -PAGE_ROWS);
    this._next = this._createTurn(t('Next rows'), 'forward', PAGE_ROWS);
    this._pager = h(
      'div',
      { class: 'nbmv-row-pager', role: 'group', 'aria-label': t('Pages') },
      this._previous,
      this._place,
      this._next
    );
    this._page = h('div', { id: uniqueId('rows'), role: 'tabpanel' }, this._pager, this._content);
    this._tabs = this._createTabs();
    const heading = [t('Show rows'), screenReaderText(` ${t('of {name}', { name })}`)];
    this.element = foldable(heading, this._body, false, open => {
      this._toggled(open);
    });
    this.element.classList.add('nbmv-row-browser');
  }

  private _toggled(open: boolean): void {
    if (open && !this._isOpened) {
      this._isOpened = true;
      replaceChildren(this._body, this._tabs, this._page);
      void this._load(0);
    }
  }

  private _createTabs(): HTMLElement {
    const { t } = this._ctx;
    const labels: { [W in ChangedRows]: string } = {
      changed: t('Changed'),
      added: t('Added'),
      removed: t('Removed')
    };
    const tabs = h('div', {
      class: 'nbmv-tabs nbmv-row-tabs',
      role: 'tablist',
      'aria-label': t('Rows of {name}', { name: this._name })
    });
    for (const what of KINDS_OF_ROWS) {
      const props = {
        id: uniqueId('tab'),
        type: 'button',
        class: 'nbmv-tab',
        role: 'tab',
        'data-what': what,
        'aria-controls': this._page.id,
        disabled: this._counts[what] === 0
      };
      const choose = (): void => {
        this._choose(what);
      };
      const count = h('span', COUNT, this._counts[what].toLocaleString());
      tabs.append(h('button', { ...props, on: { click: choose } }, labels[what], ' ', count));
    }
    enableArrowKeys(tabs);
    this._markTab(tabs);
    return tabs;
  }

  private _markTab(tabs: HTMLElement): void {
    for (const tab of tabs.querySelectorAll<HTMLElement>('[role=tab]')) {
      const selected = tab.dataset['what'] === this._what;
      setAttribute(tab, 'aria-selected', selected);
      if (selected) {
        setTabStop(tabs, tab);
        setAttribute(this._page, 'aria-labelledby', tab.id);
      }
    }
  }

  private _createTurn(label: string, sign: 'back' | 'forward', step: number): HTMLButtonElement {
    const onClick = (): void => {
      void this._load(this._start + step);
    };
    return iconButton({ label, icon: sign, disabled: true, onClick });
  }

  private _choose(what: ChangedRows): void {
    this._what = what;
    this._markTab(this._tabs);
    replaceChildren(this._content);
    void this._load(0);
  }

  private async _load(start: number): Promise<void> {
    const { before, after } = this._pair;
    this._requestNumber += 1;
    const round = this._requestNumber;
    setAttribute(this._page, 'aria-busy', true);
    if (!this._content.hasChildNodes()) {
      replaceChildren(this._content, h('p', DIM, this._ctx.t('Loading…')));
    }
    try {
      const params = { before, after, name: this._name, what: this._what, start, count: PAGE_ROWS };
      const found = await this._ctx.query('rows', params);
      if (round === this._requestNumber) {
        this._draw(found);
      }
    } catch (error) {
      if (round === this._requestNumber) {
        this._drawFailure(error, start);
      }
    }
  }

  private _draw(page: IRowPage): void {
    const { t } = this._ctx;
    this._start = page.start;
    const place = t('{from} to {to} of {total}', {
      from: (page.rows.length ? page.start + 1 : 0).toLocaleString(),
      to: (page.start + page.rows.length).toLocaleString(),
      total: page.total.toLocaleString()
    });
    const caption = t('Rows of {name}: {place}', { name: this._name, place });
    this._place.textContent = place;
    this._settle(page.start > 0, page.start + page.rows.length < page.total);
    replaceChildren(
      this._content,
      page.rows.length ? rowTable(this._ctx, page, caption) : emptyState(t('There are no such rows.')),
      this._remark(page)
    );
    this._say(caption);
  }

  private _remark(page: IRowPage): HTMLElement | null {
    const { t } = this._ctx;
    const text = page.how
      ? t('Rows are paired by {key}.', { key: page.how })
      : (page.rows[0]?.cells.length ?? 0) >= MAX_ROW_CELLS
        ? t('At most {n} columns are shown.', { n: MAX_ROW_CELLS })
        : '';
    return text ? h('p', SMALL, userText(text)) : null;
  }

  private _drawFailure(error: unknown, start: number): void {
    if (!(error instanceof Failure)) {
      throw error;
    }
    const { t } = this._ctx;
    const again = button({
      label: t('Try again'),
      onClick: () => {
        void this._load(start);
      }
    });
    this._settle(false, false);
    this._place.textContent = '';
    replaceChildren(
      this._content,
      h(
        'div',
        { class: 'nbmv-box nbmv-box-error nbmv-row-failure' },
        h('p', {}, userText(error.message)),
        error.hint ? h('p', DIM, userText(error.hint)) : null,
        again
      )
    );
    this._say(error.message);
  }

  /** Enables the buttons of the pager. A button that had the focus and is disabled passes it to the other one. */
  private _settle(hasPrevious: boolean, hasNext: boolean): void {
    const focused = document.activeElement;
    setAttribute(this._page, 'aria-busy', null);
    this._previous.disabled = !hasPrevious;
    this._next.disabled = !hasNext;
    this._pager.hidden = !hasPrevious && !hasNext && !this._counts[this._what];
    const other = focused === this._next ? this._previous : focused === this._previous ? this._next : null;
    if (other && !other.disabled && (focused as HTMLButtonElement).disabled) {
      other.focus();
    }
  }

  /** Announces a text, unless the comparison has been closed in the meantime. */
  private _say(text: string): void {
    if (this.element.isConnected) {
      this._ctx.announce(text);
    }
  }
}
