import { dayKey } from '../text/figures';
import type { IHistoryEntry, IHistoryFilter } from '../protocol/messages';

/** Versions per request. At about 1 kB each, a comm carries a page in a few ms. */
export const PAGE_SIZE = 60;

interface IHistoryPage {
  total: number;
  entries: IHistoryEntry[];
}

/** The history in pages. A page is requested when one of its versions becomes visible. */
export class HistoryPages {
  total = 0;
  /** False until the first answer. */
  isLoaded = false;
  /** Columns of the graph, as far as it is loaded. */
  columns = 1;
  private _entries = new Map<number, IHistoryEntry>();
  private _days = new Map<number, string>();
  private _requestedPages = new Set<number>();
  private _generation = 0;
  private _loadedGeneration = 0;
  private readonly _request: (filter: IHistoryFilter, offset: number, limit: number) => Promise<IHistoryPage>;
  private readonly _onLoad: () => void;
  private readonly _onError: (error: unknown) => void;
  private _filter: IHistoryFilter = {};

  constructor(
    ask: (filter: IHistoryFilter, offset: number, limit: number) => Promise<IHistoryPage>,
    came: () => void,
    failed: (error: unknown) => void
  ) {
    this._request = ask;
    this._onLoad = came;
    this._onError = failed;
  }

  get filter(): IHistoryFilter {
    return this._filter;
  }

  set filter(filter: IHistoryFilter) {
    this._filter = filter;
    this.invalidate();
  }

  at(index: number): IHistoryEntry | undefined {
    return this._entries.get(index);
  }

  /** Whether this version is the first one of its day in the list. False while that is unknown. */
  startsDay(index: number): boolean {
    const day = this._days.get(index);
    const before = index === 0 ? '' : this._days.get(index - 1);
    return day !== undefined && before !== undefined && day !== before;
  }

  indexOf(id: string): number {
    for (const [index, entry] of this._entries) {
      if (entry.id === id) {
        return index;
      }
    }
    return -1;
  }

  /** Requests the pages with the versions `from` to `to` (excluded), unless they are loaded or requested already. */
  request(from: number, to: number): void {
    const last = Math.max(from, to - 1);
    for (let page = Math.floor(from / PAGE_SIZE); page <= Math.floor(last / PAGE_SIZE); page += 1) {
      if (!this._requestedPages.has(page) && (page === 0 || page * PAGE_SIZE < this.total)) {
        this._requestedPages.add(page);
        void this._load(page, this._generation);
      }
    }
  }

  /** Marks all pages as out of date. They stay visible until the new answer arrives. */
  invalidate(): void {
    this._generation += 1;
    this._requestedPages.clear();
  }

  private async _load(page: number, round: number): Promise<void> {
    try {
      const answer = await this._request(this._filter, page * PAGE_SIZE, PAGE_SIZE);
      if (round === this._generation) {
        this._store(page, answer);
      }
    } catch (error) {
      if (round === this._generation) {
        this._requestedPages.delete(page);
        this._onError(error);
      }
    }
  }

  private _store(page: number, answer: IHistoryPage): void {
    if (this._loadedGeneration !== this._generation) {
      this._loadedGeneration = this._generation;
      this._entries = new Map();
      this._days = new Map();
      this.columns = 1;
    }
    this.isLoaded = true;
    this.total = answer.total;
    answer.entries.forEach((entry, i) => {
      this._entries.set(page * PAGE_SIZE + i, entry);
      this._days.set(page * PAGE_SIZE + i, dayKey(entry.saved_at_utc));
      this.columns = Math.max(
        this.columns,
        entry.graph.column + 1,
        ...entry.graph.edges.map(([a, b]) => Math.max(a, b) + 1)
      );
    });
    this._onLoad();
  }
}
