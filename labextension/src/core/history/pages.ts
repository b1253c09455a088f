import { dayKey } from '../text/figures';
import type { IHistoryEntry, IHistoryFilter } from '../protocol/messages';

/** Versions asked for at once. At about 1 kB each a page is well below what a comm carries in a few ms. */
export const PAGE = 60;

interface IAnswer {
  total: number;
  entries: IHistoryEntry[];
}

/** The history in pages, each asked for when it is first looked at. */
export class Pages {
  total = 0;
  /** False until the first answer. */
  known = false;
  /** Columns of the graph, as far as it is here. */
  columns = 1;
  private _entries = new Map<number, IHistoryEntry>();
  private _days = new Map<number, string>();
  private _asked = new Set<number>();
  private _round = 0;
  private _answered = 0;
  private readonly _ask: (filter: IHistoryFilter, offset: number, limit: number) => Promise<IAnswer>;
  private readonly _came: () => void;
  private readonly _failed: (error: unknown) => void;
  private _filter: IHistoryFilter = {};

  constructor(
    ask: (filter: IHistoryFilter, offset: number, limit: number) => Promise<IAnswer>,
    came: () => void,
    failed: (error: unknown) => void
  ) {
    this._ask = ask;
    this._came = came;
    this._failed = failed;
  }

  get filter(): IHistoryFilter {
    return this._filter;
  }

  set filter(filter: IHistoryFilter) {
    this._filter = filter;
    this.renew();
  }

  at(index: number): IHistoryEntry | undefined {
    return this._entries.get(index);
  }

  /** True where this version is known to be the first of its day in the list. */
  begins(index: number): boolean {
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

  /** Asks for the pages that hold versions `from` to `to` (excluded), unless they are here or on their way. */
  need(from: number, to: number): void {
    const last = Math.max(from, to - 1);
    for (let page = Math.floor(from / PAGE); page <= Math.floor(last / PAGE); page += 1) {
      if (!this._asked.has(page) && (page === 0 || page * PAGE < this.total)) {
        this._asked.add(page);
        void this._load(page, this._round);
      }
    }
  }

  /** Everything may be different: what is shown stays until the new answer is here. */
  renew(): void {
    this._round += 1;
    this._asked.clear();
  }

  private async _load(page: number, round: number): Promise<void> {
    try {
      const answer = await this._ask(this._filter, page * PAGE, PAGE);
      if (round === this._round) {
        this._take(page, answer);
      }
    } catch (error) {
      if (round === this._round) {
        this._asked.delete(page);
        this._failed(error);
      }
    }
  }

  private _take(page: number, answer: IAnswer): void {
    if (this._answered !== this._round) {
      this._answered = this._round;
      this._entries = new Map();
      this._days = new Map();
      this.columns = 1;
    }
    this.known = true;
    this.total = answer.total;
    answer.entries.forEach((entry, i) => {
      this._entries.set(page * PAGE + i, entry);
      this._days.set(page * PAGE + i, dayKey(entry.saved_at_utc));
      this.columns = Math.max(
        this.columns,
        entry.graph.column + 1,
        ...entry.graph.edges.map(([a, b]) => Math.max(a, b) + 1)
      );
    });
    this._came();
  }
}
