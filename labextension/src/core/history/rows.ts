import type { IContext } from '../context';
import { h } from '../dom/elements';
import type { IEntry, IHistoryEntry } from '../protocol/messages';
import { formatAge, formatDay } from '../text/figures';
import { drawLanes, drawPendingLane, lanesWidth } from './lanes';
import type { IRowContent, IRowSource } from './list';
import type { HistoryPages } from './pages';
import { drawPendingText, drawRowText, type MetricValues } from './row';

/** What the rows show besides the versions themselves. */
interface IRowInputs {
  /** Whether a version is selected. The id "" stands for the row of uncommitted changes. */
  isSelected(id: string): boolean;
  /** The values of the chosen metric, by the id of the version. */
  metricValues(): MetricValues;
  /** Heights of a row and of a day's heading, in px. */
  heights(): { row: number; head: number };
}

interface IRowState {
  isCurrent: boolean;
  isSelected: boolean;
  /** The row of uncommitted changes is right above this one. */
  isBelowPending: boolean;
  /** The day above the row, or "". */
  heading: string;
  above: IHistoryEntry | undefined;
}

/** The rows of the history list: the uncommitted changes, if there are any, and below them one row for each version. */
export class HistoryRows implements IRowSource {
  constructor(
    private readonly _ctx: IContext,
    private readonly _pages: HistoryPages,
    private readonly _inputs: IRowInputs
  ) {}

  /** 1 while the row of uncommitted changes is on top, else 0. */
  get pendingRows(): number {
    const state = this._ctx.state.value;
    return state?.uncommitted?.length && state.head ? 1 : 0;
  }

  count(): number {
    return this.pendingRows + this._pages.total;
  }

  hasHeading(index: number): boolean {
    return index >= this.pendingRows && this._pages.startsDay(index - this.pendingRows);
  }

  /** "" for the row of uncommitted changes: it belongs to no day. */
  stickyHeading(index: number): string {
    return index < this.pendingRows ? '' : this._dayOf(index - this.pendingRows);
  }

  onVisible(from: number, to: number): void {
    this._pages.request(Math.max(0, from - this.pendingRows), Math.max(1, to - this.pendingRows));
  }

  row(index: number): IRowContent {
    if (index < this.pendingRows) {
      return this._pendingRow();
    }
    const entry = this.entryAt(index);
    return entry ? this._versionRow(entry, index - this.pendingRows) : this._loadingRow(index);
  }

  /** The version of a row; undefined for the row of uncommitted changes and for a version that is not loaded. */
  entryAt(index: number): IHistoryEntry | undefined {
    return this._pages.at(index - this.pendingRows);
  }

  /** The version's id, "" for the row of uncommitted changes, undefined for a version that is not loaded. */
  idAt(index: number): string | undefined {
    return index < this.pendingRows ? '' : this.entryAt(index)?.id;
  }

  /** The row of a version, or -1. The id "" stands for the uncommitted changes. */
  rowOf(id: string): number {
    if (id === '') {
      return this.pendingRows - 1;
    }
    const index = this._pages.indexOf(id);
    return index < 0 ? -1 : index + this.pendingRows;
  }

  private _dayOf(index: number): string {
    const entry = this._pages.at(index);
    return entry ? formatDay(this._ctx.t, entry.saved_at_utc) : '';
  }

  private _loadingRow(index: number): IRowContent {
    const label = this._ctx.t('Loading');
    const create = (): HTMLElement =>
      h('div', { class: 'nbmv-row nbmv-waiting', 'aria-selected': false, 'aria-label': label });
    return { key: `?${index - this.pendingRows}`, stamp: '', heading: '', create };
  }

  private _versionRow(entry: IHistoryEntry, at: number): IRowContent {
    const isCurrent = entry.id === this._ctx.state.value?.head?.id;
    const state: IRowState = {
      isCurrent,
      isSelected: this._inputs.isSelected(entry.id),
      isBelowPending: at === 0 && this.pendingRows > 0 && isCurrent,
      heading: this._pages.startsDay(at) ? this._dayOf(at) : '',
      above: this._pages.at(at - 1)
    };
    return {
      key: entry.id,
      stamp: this._stamp(entry, state),
      heading: state.heading,
      create: () => this._drawVersion(entry, state)
    };
  }

  /** Two versions of a row with the same stamp look the same. */
  private _stamp(entry: IEntry, { isCurrent, isSelected, isBelowPending, heading, above }: IRowState): string {
    const metric = this._ctx.metric.value;
    return JSON.stringify([
      entry,
      isCurrent,
      heading,
      above?.graph,
      isBelowPending,
      metric,
      this._ctx.state.value?.directions?.[metric],
      this._inputs.metricValues().get(entry.parents[0] ?? ''),
      this._pages.columns,
      isSelected,
      formatAge(this._ctx.t, entry.saved_at_utc)
    ]);
  }

  private _drawVersion(entry: IHistoryEntry, state: IRowState): HTMLElement {
    const { isCurrent, isSelected, isBelowPending, heading, above } = state;
    const { columns } = this._pages;
    const { row, head } = this._inputs.heights();
    const classes = ['nbmv-row', isCurrent ? 'nbmv-current' : '', entry.auto ? 'nbmv-auto' : ''];
    return h(
      'div',
      {
        class: classes.filter(Boolean).join(' '),
        'aria-selected': isSelected,
        'aria-current': isCurrent ? 'true' : undefined,
        style: `--nbmv-lanes: ${lanesWidth(columns)}px`
      },
      drawLanes({
        entry,
        above,
        pending: isBelowPending,
        current: isCurrent,
        height: row,
        head: heading ? head : 0,
        columns
      }),
      drawRowText(this._ctx, entry, this._inputs.metricValues(), isCurrent)
    );
  }

  private _pendingRow(): IRowContent {
    const { columns } = this._pages;
    const changes = this._ctx.state.value?.uncommitted ?? [];
    const newest = this._pages.at(0);
    const column = newest && newest.id === this._ctx.state.value?.head?.id ? newest.graph.column : 0;
    const isSelected = this._inputs.isSelected('');
    const create = (): HTMLElement =>
      h(
        'div',
        {
          class: 'nbmv-row nbmv-pending',
          'aria-selected': isSelected,
          style: `--nbmv-lanes: ${lanesWidth(columns)}px`
        },
        drawPendingLane(column, columns, this._inputs.heights().row),
        drawPendingText(this._ctx, changes)
      );
    const stamp = JSON.stringify([changes, columns, column, isSelected]);
    return { key: 'uncommitted', stamp, heading: '', create };
  }
}
