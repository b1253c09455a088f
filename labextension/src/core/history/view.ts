import type { IContext, IView } from '../context';
import { button, emptyState } from '../dom/controls';
import { VersionDetails } from '../version/details';
import { replaceChildren, h } from '../dom/elements';
import { formatAge, formatDay } from '../text/figures';
import { openMenu } from '../dom/menu';
import type { IEntry, IHistoryEntry, IState } from '../protocol/messages';
import { Disposables } from '../signal';
import { Failure } from '../protocol/transport';
import { versionActions } from '../version/actions';
import { HistoryFilter } from './filter';
import { RowButtons } from './row-buttons';
import { drawLanes, lanesWidth, drawPendingLane } from './lanes';
import { VirtualList, type IRowContent } from './list';
import { HistoryPages } from './pages';
import { drawPendingText, drawRowText } from './row';
import { RowSelection } from './selection';
import { MetricTrend } from './trend';

/** The versions, newest first, with their graph; what is not committed yet on top. */
export class HistoryView implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _ctx: IContext;
  private readonly _pages: HistoryPages;
  private readonly _list: VirtualList;
  private readonly _filter: HistoryFilter;
  private readonly _trend: MetricTrend;
  private readonly _details: VersionDetails;
  private readonly _selection: RowSelection;
  private readonly _rowButtons: RowButtons;
  private readonly _emptyState = h('div', { class: 'nbmv-nothing' });
  private readonly _disposables = new Disposables();
  private _columns = 1;
  private readonly _fetchedEntries = new Map<string, IEntry>();

  constructor(ctx: IContext, ids: readonly string[]) {
    this._ctx = ctx;
    this.title = ctx.t('History');
    this._pages = new HistoryPages(
      (filter, offset, limit) => ctx.query('history', { filter, offset, limit }),
      () => {
        this._pageLoaded();
      },
      error => {
        this._showLoadError(error);
      }
    );
    this._list = new VirtualList(ctx.t('Versions'), {
      count: () => this._pendingRows + this._pages.total,
      hasHeading: index => this._pages.startsDay(index - this._pendingRows) && index >= this._pendingRows,
      row: index => this._rowContent(index),
      stickyHeading: index => (index < this._pendingRows ? '' : this._dayOf(index - this._pendingRows)), // what is not committed is of no day
      onVisible: (from, to) => {
        this._pages.request(Math.max(0, from - this._pendingRows), Math.max(1, to - this._pendingRows));
      }
    });
    this._selection = new RowSelection(
      this._list,
      index => (index < this._pendingRows ? '' : this._pages.at(index - this._pendingRows)?.id),
      () => {
        this._selectionChanged();
      }
    );
    this._selection.onOpen = index => {
      this._openRow(index);
    };
    this._filter = new HistoryFilter(ctx, filter => {
      this._applyFilter(filter);
    });
    this._trend = new MetricTrend(
      ctx,
      () => this._pages.filter,
      id => {
        this.select([id]);
      }
    );
    this._details = new VersionDetails(ctx, () => {
      this._selection.clear();
      this._list.focus();
    });
    this._rowButtons = new RowButtons(ctx, this._list, index => this._pages.at(index - this._pendingRows));
    const main = h(
      'div',
      { class: 'nbmv-history-main' },
      this._filter.element,
      this._trend.element,
      h('div', { class: 'nbmv-list-box' }, this._list.element, this._rowButtons.element, this._emptyState)
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
      this._openMenu(event);
    });
    this._disposables.add(
      ctx.state.on((state, before) => {
        this._stateChanged(state, before);
      }),
      ctx.storeChanged.on(() => {
        this._reload();
      }),
      ctx.metric.on(() => {
        this._list.draw();
      }),
      this._trend.loaded.on(() => {
        this._list.draw();
      }),
      () => {
        this._list.dispose();
        this._filter.dispose();
        this._trend.dispose();
        this._details.dispose();
        this._rowButtons.dispose();
      }
    );
    this._list.refresh();
    this._updateEmptyState();
    if (ids.length) {
      this.select(ids);
    }
  }

  update(ids: readonly string[]): boolean {
    if (ids.length) {
      this.select(ids);
    }
    return true;
  }

  select(ids: readonly string[]): void {
    this._selection.set(ids, this._rowOf(ids[0] ?? ''));
  }

  focus(): void {
    this._list.focus();
  }

  dispose(): void {
    this._disposables.dispose();
  }

  /** 1 while the row of uncommitted changes is on top. */
  private get _pendingRows(): number {
    const state = this._ctx.state.value;
    return state?.uncommitted?.length && state.head ? 1 : 0;
  }

  /** The row of a version, or -1. */
  private _rowOf(id: string): number {
    const index = this._pages.indexOf(id);
    return id === '' ? this._pendingRows - 1 : index < 0 ? -1 : index + this._pendingRows;
  }

  private _dayOf(index: number): string {
    const entry = this._pages.at(index);
    return entry ? formatDay(this._ctx.t, entry.saved_at_utc) : '';
  }

  private _rowContent(index: number): IRowContent {
    const at = index - this._pendingRows;
    if (at < 0) {
      return this._pendingRowContent();
    }
    const entry = this._pages.at(at);
    if (!entry) {
      return {
        key: `?${at}`,
        stamp: '',
        heading: '',
        create: () =>
          h('div', { class: 'nbmv-row nbmv-waiting', 'aria-selected': false, 'aria-label': this._ctx.t('Loading') })
      };
    }
    const current = entry.id === this._ctx.state.value?.head?.id;
    const heading = this._pages.startsDay(at) ? this._dayOf(at) : '';
    const above = this._pages.at(at - 1);
    const pending = at === 0 && this._pendingRows > 0 && current;
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
      formatAge(this._ctx.t, entry.saved_at_utc)
    ]);
    return {
      key: entry.id,
      stamp,
      heading,
      create: () => this._drawRow(entry, { current, heading, above, pending, chosen })
    };
  }

  private _drawRow(
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
    const picture = drawLanes({
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
      drawRowText(this._ctx, entry, this._trend.values, current)
    );
  }

  private _pendingRowContent(): IRowContent {
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
        drawPendingLane(column, this._columns, this._list.heights.row),
        drawPendingText(this._ctx, changes)
      );
    return {
      key: 'uncommitted',
      stamp: JSON.stringify([changes, this._columns, column, this._selection.has('')]),
      heading: '',
      create: element
    };
  }

  private _pageLoaded(): void {
    this._columns = this._pages.columns;
    this._list.refresh();
    this._selection.followActiveRow(id => this._rowOf(id));
    this._updateEmptyState();
    this._selectionChanged(false);
  }

  private _stateChanged(state: IState | null, before: IState | null): void {
    const moved = (state?.uncommitted?.length ? 1 : 0) !== (before?.uncommitted?.length ? 1 : 0) || !before;
    if (moved) {
      this._list.refresh();
    } else {
      this._list.draw();
    }
    this._filter.refresh();
    this._updateEmptyState();
    this._details.updateState();
  }

  private _reload(): void {
    this._pages.invalidate();
    this._fetchedEntries.clear();
    this._list.draw();
    this._trend.reload();
  }

  private _showLoadError(error: unknown): void {
    if (error instanceof Failure && !this._disposables.isDisposed && error.code !== 'Cancelled') {
      const again = {
        label: this._ctx.t('Try again'),
        run: () => {
          this._reload();
        }
      };
      this._ctx.showNotice({ kind: 'error', text: error.message, hint: error.hint, actions: [again] });
    } else {
      this._ctx.showError(error);
    }
  }

  private _applyFilter(filter: HistoryPages['filter']): void {
    this._pages.filter = filter;
    this._list.element.scrollTop = 0;
    this._list.draw();
    this._trend.reload();
  }

  /** What stands in place of an empty list. */
  private _updateEmptyState(): void {
    const { t } = this._ctx;
    const none = this._pages.isLoaded && this._pages.total === 0;
    const filtered = Object.keys(this._pages.filter).length > 0;
    this._emptyState.hidden = !none;
    this._list.element.hidden = none && this._pendingRows === 0;
    this._trend.element.hidden = this._pages.total === 0;
    this._filter.element.hidden = none && !filtered;
    if (none && filtered) {
      replaceChildren(
        this._emptyState,
        emptyState(
          t('No version fits the filter.'),
          button({
            label: t('Clear the filter'),
            onClick: () => {
              this._filter.clear();
            }
          })
        )
      );
    } else if (none) {
      replaceChildren(
        this._emptyState,
        emptyState(t('No versions yet.'), h('p', { class: 'nbmv-dim' }, t('Run %mv_commit in a cell, or use Commit.')))
      );
    }
    if (this._pages.isLoaded && filtered) {
      this._filter.showCount(this._pages.total);
    }
  }

  private _selectionChanged(tell = true): void {
    void this._showDetails();
    this._list.draw();
    if (tell) {
      this._ctx.host.onSelect?.(this._selection.ids);
    }
  }

  /** A selected version may lie on a page that is not here: a point of the chart, or a host chose it. */
  private async _showDetails(): Promise<void> {
    const ids = this._selection.ids;
    const here = (id: string): IEntry | undefined =>
      this._pages.at(this._pages.indexOf(id)) ?? this._fetchedEntries.get(id);
    const missing = ids.filter(id => !here(id));
    this._details.show(
      ids.map(here).filter(one => one !== undefined),
      this._selection.has('')
    );
    if (missing.length && this._pages.isLoaded) {
      try {
        const found = await Promise.all(missing.map(id => this._ctx.query('version', { id })));
        found.forEach((one, i) => this._fetchedEntries.set(missing[i] ?? one.id, one));
        if (ids.join() === this._selection.ids.join()) {
          this._details.show(
            ids.map(here).filter(one => one !== undefined),
            false
          );
        }
      } catch (error) {
        this._ctx.showError(error);
      }
    }
  }

  private _openRow(index: number): void {
    const entry = this._pages.at(index - this._pendingRows);
    if (index < this._pendingRows) {
      this._ctx.openView('commit');
    } else if (entry) {
      this._ctx.previewRollback(entry.id);
    }
  }

  private _openMenu(event: MouseEvent): void {
    const index = this._list.indexOf(event.target);
    const entry = this._pages.at(index - this._pendingRows);
    const from = this._list.elementAt(index);
    if (!entry || !from) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    this._selection.selectOnly(index);
    const root = this._ctx.root.getBoundingClientRect();
    const row = from.getBoundingClientRect();
    const point =
      event.clientX || event.clientY
        ? { x: event.clientX, y: event.clientY }
        : { x: Math.max(root.left, row.left) + 24, y: row.bottom };
    openMenu(entry.name, versionActions(this._ctx, entry), {
      root: this._ctx.root,
      opener: this._list.elementAt(index) ?? from,
      point
    });
  }
}
