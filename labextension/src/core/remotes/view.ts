import type { IContext, IView } from '../context';
import { Disposables } from '../disposables';
import { button, emptyState } from '../dom/controls';
import { h, replaceChildren } from '../dom/elements';
import { preserveFocus } from '../dom/focus';
import { ACTIONS } from '../dom/styles';
import { drawFailure } from '../failure';
import type { IRemote } from '../protocol/messages';
import { AddRemoteForm } from './add-form';
import { begin, drawRemote, type Deed } from './remote';
import { Transfer } from './transfer';

const DEEDS: readonly string[] = ['fetch_from', 'push_to', 'pull_from'];

/** The remotes of the store with their branches, transfers, and the form that adds one. */
export class RemotesView implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _disposables = new Disposables();
  /** The transfer of each remote, by name. It outlives the drawing. */
  private readonly _transfers = new Map<string, Transfer>();
  private _remotes: readonly IRemote[] | undefined;
  /** What a command asked for before the remotes were known. */
  private _wanted: Deed | undefined;
  private _round = 0;

  /** ids: a deed that begins at once, as a command asks for it. A panel that comes back after a restart ignores it. */
  constructor(
    private readonly _ctx: IContext,
    ids: readonly string[]
  ) {
    this.title = _ctx.t('Remotes');
    this.element = h('div', {
      class: 'nbmv-view nbmv-remotes',
      role: 'region',
      'aria-label': this.title,
      tabindex: -1
    });
    const load = (): void => {
      void this._load();
    };
    this._disposables.add(
      _ctx.storeChanged.on(load),
      () => {
        this._round += 1;
      },
      () => {
        this._transfers.forEach(one => {
          one.cancel();
        });
      }
    );
    load();
    if (_ctx.initialView !== 'remotes') {
      this.update(ids);
    }
  }

  update(ids: readonly string[]): boolean {
    const wanted = DEEDS.find(deed => deed === ids[0]) as Deed | undefined;
    this._wanted = wanted ?? this._wanted;
    this._beginWanted();
    return true;
  }

  focus(): void {
    (this.element.querySelector<HTMLElement>('.nbmv-actions button') ?? this.element).focus();
  }

  dispose(): void {
    this._disposables.dispose();
  }

  private async _load(): Promise<void> {
    this._round += 1;
    const round = this._round;
    try {
      const { remotes } = await this._ctx.query('remotes', {});
      if (round === this._round) {
        this._remotes = remotes;
        this._draw();
        this._beginWanted();
      }
    } catch (error) {
      if (round === this._round) {
        replaceChildren(
          this.element,
          drawFailure(this._ctx, error, () => void this._load())
        );
      }
    }
  }

  /** Begins what a command asked for, at origin or at the first remote. */
  private _beginWanted(): void {
    const remote = this._remotes?.find(one => one.name === 'origin') ?? this._remotes?.[0];
    if (this._wanted && remote) {
      begin(this._ctx, remote.name, this._transferOf(remote.name), this._wanted);
      this._wanted = undefined;
    }
  }

  private _transferOf(name: string): Transfer {
    const found = this._transfers.get(name) ?? new Transfer(this._ctx, this._draw);
    this._transfers.set(name, found);
    return found;
  }

  private readonly _draw = (): void => {
    const remotes = this._remotes;
    if (!remotes || this._disposables.isDisposed) {
      return;
    }
    const { t } = this._ctx;
    const add = button({
      label: t('Add a remote…'),
      icon: 'plus',
      onClick: () => {
        this._ctx.openPage(
          new AddRemoteForm(
            this._ctx,
            remotes.map(one => one.name)
          )
        );
      }
    });
    preserveFocus(this.element, () => {
      replaceChildren(
        this.element,
        remotes.map(one => drawRemote(this._ctx, one, this._transferOf(one.name))),
        remotes.length ? null : this._howToBegin(),
        h('div', ACTIONS, add)
      );
    });
    if (document.activeElement === this.element) {
      this.focus(); // it had no buttons before
    }
  };

  private _howToBegin(): HTMLElement {
    const { t } = this._ctx;
    return emptyState(
      t('This store has no remote yet.'),
      h('p', {}, t('A remote is a shared folder or a bucket with which a team exchanges versions.'))
    );
  }
}
