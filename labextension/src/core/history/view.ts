import type { IContext, IView } from '../context';
import { button, emptyState } from '../dom/controls';
import { VersionDetails } from '../version/details';
import { replaceChildren, h } from '../dom/elements';
import { openMenu } from '../dom/menu';
import type { IEntry, IState } from '../protocol/messages';
import { Disposables } from '../disposables';
import { Failure } from '../protocol/transport';
import { openAlarms, versionActions } from '../version/actions';
import { HistoryFilter } from './filter';
import { RowButtons } from './row-buttons';
import { VirtualList } from './list';
import { HistoryPages } from './pages';
import { HistoryRows } from './rows';
import { RowSelection } from './selection';
import { MetricTrend } from './trend';
import { DIM } from '../dom/styles';

/** The history: the versions with their graph, newest first, below the uncommitted changes. */
export class HistoryView implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _ctx: IContext;
  private readonly _pages: HistoryPages;
  private readonly _rows: HistoryRows;
  private readonly _list: VirtualList;
  private readonly _filter: HistoryFilter;
  private readonly _trend: MetricTrend;
  private readonly _details: VersionDetails;
  private readonly _selection: RowSelection;
  private readonly _rowButtons: RowButtons;
  private readonly _emptyState = h('div', { class: 'nbmv-nothing' });
  private readonly _disposables = new Disposables();
  private readonly _fetchedEntries = new Map<string, IEntry>();

  constructor(ctx: IContext, ids: readonly string[]) {
    this._ctx = ctx;
    this.title = ctx.t('History');
    this._pages = this._createPages();
    this._rows = new HistoryRows(ctx, this._pages, {
      isSelected: id => this._selection.has(id),
      metricValues: () => this._trend.values,
      heights: () => this._list.heights
    });
    this._list = new VirtualList(ctx.t('Versions'), this._rows);
    this._selection = this._createSelection();
    this._filter = new HistoryFilter(ctx, filter => {
      this._applyFilter(filter);
    });
    this._trend = this._createTrend();
    this._details = new VersionDetails(ctx, () => {
      this._selection.clear();
      this._list.focus();
    });
    this._rowButtons = new RowButtons(ctx, this._list, index => this._rows.entryAt(index));
    this.element = this._createElement();
    this._connectSignals();
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
    this._selection.set(ids, this._rows.rowOf(ids[0] ?? ''));
  }

  focus(): void {
    this._list.focus();
  }

  dispose(): void {
    this._disposables.dispose();
  }

  private _createPages(): HistoryPages {
    return new HistoryPages(
      (filter, offset, limit) => this._ctx.query('history', { filter, offset, limit }),
      () => {
        this._pageLoaded();
      },
      error => {
        this._showLoadError(error);
      }
    );
  }

  private _createSelection(): RowSelection {
    const onChange = (): void => {
      this._selectionChanged();
    };
    const selection = new RowSelection(this._list, index => this._rows.idAt(index), onChange);
    selection.onOpen = index => {
      this._openRow(index);
    };
    return selection;
  }

  private _createTrend(): MetricTrend {
    const onChoose = (id: string): void => {
      this.select([id]);
    };
    return new MetricTrend(this._ctx, () => this._pages.filter, onChoose);
  }

  private _createElement(): HTMLElement {
    const list = h('div', { class: 'nbmv-list-box' }, this._list.element, this._rowButtons.element, this._emptyState);
    const main = h('div', { class: 'nbmv-history-main' }, this._filter.element, this._trend.element, list);
    const props = { class: 'nbmv-view nbmv-history', role: 'region', 'aria-label': this.title };
    return h('div', props, main, this._details.element);
  }

  private _connectSignals(): void {
    const draw = (): void => {
      this._list.draw();
    };
    this._list.element.addEventListener('pointerenter', draw); // the ages of the versions may be out of date
    this._list.element.addEventListener('contextmenu', event => {
      this._openMenu(event);
    });
    for (const type of ['click', 'dblclick'] as const) {
      this._list.element.addEventListener(
        type,
        event => {
          this._onBadgeClick(event);
        },
        { capture: true } // before the selection, which would select the row
      );
    }
    this._disposables.add(
      this._ctx.state.on((state, before) => {
        this._stateChanged(state, before);
      }),
      this._ctx.storeChanged.on(() => {
        this._reload();
      }),
      this._ctx.metric.on(draw),
      this._trend.loaded.on(draw),
      ...[this._list, this._filter, this._trend, this._details, this._rowButtons].map(part => () => {
        part.dispose();
      })
    );
  }

  private _pageLoaded(): void {
    this._list.refresh();
    this._selection.followActiveRow(id => this._rows.rowOf(id));
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

  /** Shows a message in place of an empty list. */
  private _updateEmptyState(): void {
    const { t } = this._ctx;
    const none = this._pages.isLoaded && this._pages.total === 0;
    const filtered = Object.keys(this._pages.filter).length > 0;
    this._emptyState.hidden = !none;
    this._list.element.hidden = none && this._rows.pendingRows === 0;
    this._trend.element.hidden = this._pages.total === 0;
    this._filter.element.hidden = none && !filtered;
    if (none && filtered) {
      replaceChildren(
        this._emptyState,
        emptyState(
          t('No version matches the filter.'),
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
        emptyState(t('No versions yet.'), h('p', DIM, t('Run %mv_commit in a cell, or choose Commit.')))
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

  /**
   * Shows the selected versions. Those that no loaded page contains, for instance a point of the chart, are requested.
   */
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

  /** Opens the alarms of the version whose badge was clicked. Of a first version, the details show the alarm. */
  private _onBadgeClick(event: MouseEvent): void {
    const target = this._selection.clickedElement(event);
    const index = this._list.indexOf(target);
    const entry = this._rows.entryAt(index);
    if (!entry || !target?.closest('.nbmv-alarm')) {
      return;
    }
    event.stopPropagation();
    if (event.type !== 'click') {
      return;
    }
    if (entry.parents.length) {
      openAlarms(this._ctx, entry);
    } else {
      this._selection.selectOnly(index);
    }
  }

  private _openRow(index: number): void {
    const entry = this._rows.entryAt(index);
    if (index < this._rows.pendingRows) {
      this._ctx.openView('commit');
    } else if (entry) {
      this._ctx.previewRollback(entry.id);
    }
  }

  private _openMenu(event: MouseEvent): void {
    const index = this._list.indexOf(event.target);
    const entry = this._rows.entryAt(index);
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
