import type { IContext, IView } from '../context';
import { button, empty } from '../dom/controls';
import { Details } from '../version/details';
import { fill, h } from '../dom/elements';
import { ago, day } from '../text/figures';
import { openMenu } from '../dom/menu';
import type { IEntry, IHistoryEntry, IState } from '../protocol/messages';
import { Ends } from '../signal';
import { Failure } from '../protocol/transport';
import { versionActions } from '../version/actions';
import { Filter } from './filter';
import { Hover } from './row-buttons';
import { lanes, lanesWidth, pendingLane } from './lanes';
import { List, type IDrawn } from './list';
import { Pages } from './pages';
import { pendingText, rowText } from './row';
import { Selection } from './selection';
import { Trend } from './trend';

/** The versions, newest first, with their graph; what is not committed yet on top. */
export class History implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _ctx: IContext;
  private readonly _pages: Pages;
  private readonly _list: List;
  private readonly _filter: Filter;
  private readonly _trend: Trend;
  private readonly _details: Details;
  private readonly _selection: Selection;
  private readonly _hover: Hover;
  private readonly _nothing = h('div', { class: 'nbmv-nothing' });
  private readonly _ends = new Ends();
  private _columns = 1;
  private readonly _away = new Map<string, IEntry>();

  constructor(ctx: IContext, ids: readonly string[]) {
    this._ctx = ctx;
    this.title = ctx.t('History');
    this._pages = new Pages(
      (filter, offset, limit) => ctx.ask('history', { filter, offset, limit }),
      () => {
        this._arrived();
      },
      error => {
        this._failed(error);
      }
    );
    this._list = new List(ctx.t('Versions'), {
      count: () => this._shift + this._pages.total,
      headed: index => this._pages.begins(index - this._shift) && index >= this._shift,
      row: index => this._row(index),
      sticky: index => (index < this._shift ? '' : this._day(index - this._shift)), // what is not committed is of no day
      wanted: (from, to) => {
        this._pages.need(Math.max(0, from - this._shift), Math.max(1, to - this._shift));
      }
    });
    this._selection = new Selection(
      this._list,
      index => (index < this._shift ? '' : this._pages.at(index - this._shift)?.id),
      () => {
        this._chosen();
      }
    );
    this._selection.open = index => {
      this._openRow(index);
    };
    this._filter = new Filter(ctx, filter => {
      this._refilter(filter);
    });
    this._trend = new Trend(
      ctx,
      () => this._pages.filter,
      id => {
        this.select([id]);
      }
    );
    this._details = new Details(ctx, () => {
      this._selection.clear();
      this._list.focus();
    });
    this._hover = new Hover(ctx, this._list, index => this._pages.at(index - this._shift));
    const main = h(
      'div',
      { class: 'nbmv-history-main' },
      this._filter.element,
      this._trend.element,
      h('div', { class: 'nbmv-list-box' }, this._list.element, this._hover.element, this._nothing)
    );
    this.element = h(
      'div',
      { class: 'nbmv-view nbmv-history', role: 'region', 'aria-label': this.title },
      main,
      this._details.element
    );
    this._list.element.addEventListener('pointerenter', () => {
      this._list.draw();
    }); // "now" grows old
    this._list.element.addEventListener('contextmenu', event => {
      this._menu(event);
    });
    this._ends.add(
      ctx.state.on((state, before) => {
        this._state(state, before);
      }),
      ctx.changed.on(() => {
        this._renew();
      }),
      ctx.metric.on(() => {
        this._list.draw();
      }),
      this._trend.came.on(() => {
        this._list.draw();
      }),
      () => {
        this._list.dispose();
        this._filter.dispose();
        this._trend.dispose();
        this._details.dispose();
        this._hover.dispose();
      }
    );
    this._list.refresh();
    this._settle();
    if (ids.length) {
      this.select(ids);
    }
  }

  again(ids: readonly string[]): boolean {
    if (ids.length) {
      this.select(ids);
    }
    return true;
  }

  select(ids: readonly string[]): void {
    this._selection.set(ids, this._place(ids[0] ?? ''));
  }

  focus(): void {
    this._list.focus();
  }

  dispose(): void {
    this._ends.dispose();
  }

  /** 1 while the row of uncommitted changes is on top. */
  private get _shift(): number {
    const state = this._ctx.state.value;
    return state?.uncommitted?.length && state.head ? 1 : 0;
  }

  /** The row of a version, or -1. */
  private _place(id: string): number {
    const index = this._pages.indexOf(id);
    return id === '' ? this._shift - 1 : index < 0 ? -1 : index + this._shift;
  }

  private _day(index: number): string {
    const entry = this._pages.at(index);
    return entry ? day(this._ctx.t, entry.saved_at_utc) : '';
  }

  private _row(index: number): IDrawn {
    const at = index - this._shift;
    if (at < 0) {
      return this._pendingRow();
    }
    const entry = this._pages.at(at);
    if (!entry) {
      return {
        key: `?${at}`,
        stamp: '',
        heading: '',
        element: () =>
          h('div', { class: 'nbmv-row nbmv-waiting', 'aria-selected': false, 'aria-label': this._ctx.t('Loading') })
      };
    }
    const current = entry.id === this._ctx.state.value?.head?.id;
    const heading = this._pages.begins(at) ? this._day(at) : '';
    const above = this._pages.at(at - 1);
    const pending = at === 0 && this._shift > 0 && current;
    const chosen = this._selection.has(entry.id);
    const values = this._trend.values;
    const stamp = JSON.stringify([
      entry,
      current,
      heading,
      above?.graph,
      pending,
      this._ctx.metric.value,
      this._ctx.state.value?.directions?.[this._ctx.metric.value],
      values.get(entry.parents[0] ?? ''),
      this._columns,
      chosen,
      ago(this._ctx.t, entry.saved_at_utc)
    ]);
    return {
      key: entry.id,
      stamp,
      heading,
      element: () => this._draw(entry, { current, heading, above, pending, chosen })
    };
  }

  private _draw(
    entry: IHistoryEntry,
    {
      current,
      heading,
      above,
      pending,
      chosen
    }: { current: boolean; heading: string; above: IHistoryEntry | undefined; pending: boolean; chosen: boolean }
  ): HTMLElement {
    const { row, head } = this._list.heights;
    const picture = lanes({
      entry,
      above,
      pending,
      current,
      height: row,
      head: heading ? head : 0,
      columns: this._columns
    });
    const names = ['nbmv-row', current ? 'nbmv-current' : '', entry.auto ? 'nbmv-auto' : ''].filter(Boolean).join(' ');
    return h(
      'div',
      {
        class: names,
        'aria-selected': chosen,
        'aria-current': current ? 'true' : undefined,
        style: `--nbmv-lanes: ${lanesWidth(this._columns)}px`
      },
      picture,
      rowText(this._ctx, entry, this._trend.values, current)
    );
  }

  private _pendingRow(): IDrawn {
    const changes = this._ctx.state.value?.uncommitted ?? [];
    const first = this._pages.at(0);
    const column = first && first.id === this._ctx.state.value?.head?.id ? first.graph.column : 0;
    const element = (): HTMLElement =>
      h(
        'div',
        {
          class: 'nbmv-row nbmv-pending',
          'aria-selected': this._selection.has(''),
          style: `--nbmv-lanes: ${lanesWidth(this._columns)}px`
        },
        pendingLane(column, this._columns, this._list.heights.row),
        pendingText(this._ctx, changes)
      );
    return {
      key: 'uncommitted',
      stamp: JSON.stringify([changes, this._columns, column, this._selection.has('')]),
      heading: '',
      element
    };
  }

  private _arrived(): void {
    this._columns = this._pages.columns;
    this._list.refresh();
    this._selection.settle(id => this._place(id));
    this._settle();
    this._chosen(false);
  }

  private _state(state: IState | null, before: IState | null): void {
    const moved = (state?.uncommitted?.length ? 1 : 0) !== (before?.uncommitted?.length ? 1 : 0) || !before;
    if (moved) {
      this._list.refresh();
    } else {
      this._list.draw();
    }
    this._filter.refresh();
    this._settle();
    this._details.state();
  }

  private _renew(): void {
    this._pages.renew();
    this._away.clear();
    this._list.draw();
    this._trend.renew();
  }

  private _failed(error: unknown): void {
    if (error instanceof Failure && !this._ends.done && error.code !== 'Cancelled') {
      const again = {
        label: this._ctx.t('Try again'),
        run: () => {
          this._renew();
        }
      };
      this._ctx.notice({ kind: 'error', text: error.message, hint: error.hint, actions: [again] });
    } else {
      this._ctx.failed(error);
    }
  }

  private _refilter(filter: Pages['filter']): void {
    this._pages.filter = filter;
    this._list.element.scrollTop = 0;
    this._list.draw();
    this._trend.renew();
  }

  /** What stands in place of an empty list. */
  private _settle(): void {
    const { t } = this._ctx;
    const none = this._pages.known && this._pages.total === 0;
    const filtered = Object.keys(this._pages.filter).length > 0;
    this._nothing.hidden = !none;
    this._list.element.hidden = none && this._shift === 0;
    this._trend.element.hidden = this._pages.total === 0;
    this._filter.element.hidden = none && !filtered;
    if (none && filtered) {
      fill(
        this._nothing,
        empty(
          t('No version fits the filter.'),
          button({
            label: t('Clear the filter'),
            run: () => {
              this._filter.clear();
            }
          })
        )
      );
    } else if (none) {
      fill(
        this._nothing,
        empty(t('No versions yet.'), h('p', { class: 'nbmv-dim' }, t('Run %mv_commit in a cell, or use Commit.')))
      );
    }
    if (this._pages.known && filtered) {
      this._filter.found(this._pages.total);
    }
  }

  private _chosen(tell = true): void {
    void this._detail();
    this._list.draw();
    if (tell) {
      this._ctx.host.selected?.(this._selection.ids);
    }
  }

  /** A selected version may lie on a page that is not here: a point of the chart, or a host chose it. */
  private async _detail(): Promise<void> {
    const ids = this._selection.ids;
    const here = (id: string): IEntry | undefined => this._pages.at(this._pages.indexOf(id)) ?? this._away.get(id);
    const missing = ids.filter(id => !here(id));
    this._details.show(
      ids.map(here).filter(one => one !== undefined),
      this._selection.has('')
    );
    if (missing.length && this._pages.known) {
      try {
        const found = await Promise.all(missing.map(id => this._ctx.ask('version', { id })));
        found.forEach((one, i) => this._away.set(missing[i] ?? one.id, one));
        if (ids.join() === this._selection.ids.join()) {
          this._details.show(
            ids.map(here).filter(one => one !== undefined),
            false
          );
        }
      } catch (error) {
        this._ctx.failed(error);
      }
    }
  }

  private _openRow(index: number): void {
    const entry = this._pages.at(index - this._shift);
    if (index < this._shift) {
      this._ctx.go('commit');
    } else if (entry) {
      this._ctx.preview(entry.id);
    }
  }

  private _menu(event: MouseEvent): void {
    const index = this._list.indexOf(event.target);
    const entry = this._pages.at(index - this._shift);
    const from = this._list.elementAt(index);
    if (!entry || !from) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    this._selection.only(index);
    const root = this._ctx.root.getBoundingClientRect();
    const row = from.getBoundingClientRect();
    const point =
      event.clientX || event.clientY
        ? { x: event.clientX, y: event.clientY }
        : { x: Math.max(root.left, row.left) + 24, y: row.bottom };
    openMenu(entry.name, versionActions(this._ctx, entry), {
      root: this._ctx.root,
      from: this._list.elementAt(index) ?? from,
      point
    });
  }
}
