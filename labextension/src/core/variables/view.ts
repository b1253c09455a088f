import type { IContext, IView } from '../context';
import { button, emptyState, listOption, userText } from '../dom/controls';
import { rendererOf } from '../compare/registry';
import { replaceChildren, h } from '../dom/elements';
import { formatAge, formatDateTime, formatSize } from '../text/figures';
import { icon } from '../dom/icons';
import type { IBlame, IEntry, INameHistory, Kind, Status } from '../protocol/messages';
import { setTabStop, preserveFocus, enableArrowKeys } from '../dom/focus';
import { Disposables } from '../disposables';
import { Failure } from '../protocol/transport';
import { drawOrigin } from './origin';
import { ACTIONS, DIM, SMALL, STRONG, TITLE } from '../dom/styles';

/** version: whose value is meant; "" for the current version. */
type Subject = { name: string; version: string } | { cell: { id: string; source: string } } | null;

/** The history of a variable: where it is new, what changed in it, and a rollback to each version. */
export class VariablesView implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _ctx: IContext;
  private readonly _search: HTMLInputElement;
  private readonly _list = h('div', { class: 'nbmv-variables', role: 'listbox' });
  private readonly _histories = h('div', { class: 'nbmv-found-names' });
  private readonly _disposables = new Disposables();
  private _names: string[] = [];
  private _subject: Subject;
  private _requestNumber = 0;

  constructor(ctx: IContext, name: string, version = '') {
    const { t } = ctx;
    this._ctx = ctx;
    this.title = t('Variables');
    this._subject = name ? { name, version } : null;
    this._list.setAttribute('aria-label', t('Variables'));
    this._search = h('input', {
      type: 'search',
      class: 'nbmv-input',
      placeholder: t('Find a variable'),
      'aria-label': t('Find a variable'),
      spellcheck: 'false',
      autocomplete: 'off',
      on: {
        input: () => {
          this._drawNames();
        },
        keydown: event => {
          this._onKey(event);
        }
      }
    });
    this.element = h(
      'div',
      { class: 'nbmv-view nbmv-inspect', role: 'region', 'aria-label': this.title },
      h('div', { class: 'nbmv-filter' }, this._search),
      this._list,
      this._histories
    );
    this._disposables.add(
      enableArrowKeys(this._list, true),
      ctx.storeChanged.on(() => {
        void this._load();
      }),
      ctx.state.on((state, before) => {
        if (!before && state) {
          this._drawNames();
        }
      }),
      () => {
        this._requestNumber += 1;
      }
    );
    void this._load();
  }

  update([version]: readonly string[], name: string): boolean {
    if (name) {
      this._choose(name, version);
    }
    return true;
  }

  /** Shows the history of the variables that a cell assigns. */
  showCell(cell: { id: string; source: string }): void {
    this._subject = { cell };
    void this._load();
  }

  focus(): void {
    (this._list.querySelector<HTMLElement>('[aria-selected=true]') ?? this._search).focus();
  }

  dispose(): void {
    this._disposables.dispose();
  }

  private _choose(name: string, version = ''): void {
    this._subject = { name, version };
    this._histories.scrollTop = 0;
    this._search.value = '';
    void this._load();
  }

  private async _load(): Promise<void> {
    this._requestNumber += 1;
    const round = this._requestNumber;
    try {
      const subject = this._subject;
      const isName = subject !== null && 'name' in subject;
      const [{ found, names }, origin] = await Promise.all([
        this._ctx.query('inspect', isName ? { name: subject.name } : (subject ?? {})),
        isName ? this._queryOrigin(subject) : null
      ]);
      if (round === this._requestNumber) {
        this._names = names;
        this._drawNames();
        preserveFocus(this._histories, () => {
          this._drawHistories(found, origin);
        });
      }
    } catch (error) {
      if (round === this._requestNumber && error instanceof Failure) {
        replaceChildren(
          this._histories,
          emptyState(error.message, error.hint ? h('p', DIM, userText(error.hint)) : null)
        );
        this._ctx.announce(error.message);
      }
    }
  }

  /** null where the version does not contain the variable. */
  private async _queryOrigin({ name, version }: { name: string; version: string }): Promise<IBlame | null> {
    try {
      return await this._ctx.query('blame', { id: version || 'HEAD', name });
    } catch (error) {
      if (error instanceof Failure && ['NoStore', 'UnknownName', 'UnknownVersion'].includes(error.code)) {
        return null;
      }
      throw error;
    }
  }

  private _onKey(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown' || event.key === 'Enter') {
      const first = this._list.querySelector<HTMLElement>('[role=option]');
      if (first) {
        event.preventDefault();
        if (event.key === 'Enter') {
          first.click();
        } else {
          first.focus();
        }
      }
    }
  }

  private _drawNames(): void {
    const text = this._search.value.trim().toLowerCase();
    const chosen = this._subject && 'name' in this._subject ? this._subject.name : '';
    const kinds = new Map(this._ctx.state.value?.head?.names.map(one => [one.name, one] as const));
    const focused = this._list.contains(document.activeElement);
    const shown = this._names.filter(name => name.toLowerCase().includes(text));
    replaceChildren(
      this._list,
      shown.map(name => this._option(name, name === chosen, kinds.get(name)))
    );
    this._list.hidden = shown.length === 0;
    const selected = this._list.querySelector<HTMLElement>('[aria-selected=true]') ?? undefined;
    setTabStop(this._list, selected);
    if (focused) {
      (selected ?? this._list.querySelector<HTMLElement>('[tabindex="0"]'))?.focus();
    }
  }

  private _option(name: string, chosen: boolean, kept: { kind: Kind; size_bytes: number } | undefined): HTMLElement {
    return listOption(
      chosen,
      () => {
        this._choose(name);
      },
      icon(kept?.kind ?? 'other'),
      userText(name, 'nbmv-name-text'),
      kept ? h('span', { class: 'nbmv-dim nbmv-small nbmv-number' }, formatSize(kept.size_bytes)) : null
    );
  }

  private _drawHistories(found: readonly INameHistory[], origin: IBlame | null): void {
    const { t } = this._ctx;
    if (!this._subject) {
      replaceChildren(
        this._histories,
        emptyState(
          this._names.length ? t('Choose a variable to see its versions.') : t('No version contains a variable yet.')
        )
      );
    } else if (!found.length) {
      replaceChildren(
        this._histories,
        emptyState(
          'name' in this._subject
            ? t('No version contains {name}.', { name: this._subject.name })
            : t('No version contains a variable that this cell assigns.')
        )
      );
    } else {
      replaceChildren(
        this._histories,
        found.map(one => this._drawHistory(one, origin))
      );
      const texts = found.map(one => t('{name}: {n} versions', { name: one.name, n: one.steps.length }));
      this._ctx.announce(texts.join(', '));
    }
  }

  private _drawHistory({ name, steps }: INameHistory, origin: IBlame | null): HTMLElement {
    const items = steps.map((step, i) => {
      const before = steps[i + 1]?.entry;
      return h(
        'li',
        { class: `nbmv-step-item nbmv-step-${step.status}` },
        h(
          'div',
          { class: 'nbmv-row-line' },
          h('span', { class: `nbmv-sign nbmv-sign-${step.status}`, 'aria-hidden': true }, SIGNS[step.status]),
          h('span', STRONG, step.entry.name),
          userText(step.entry.message || step.entry.auto, 'nbmv-message nbmv-dim'),
          h(
            'time',
            {
              class: 'nbmv-when nbmv-dim',
              datetime: step.entry.saved_at_utc,
              title: formatDateTime(step.entry.saved_at_utc)
            },
            formatAge(this._ctx.t, step.entry.saved_at_utc)
          )
        ),
        h('p', {}, this._statusText(step.status), step.said ? [': ', userText(step.said)] : null),
        step.status === 'removed' ? null : h('p', SMALL, userText(step.type), ' · ', formatSize(step.size_bytes)),
        this._drawActions(name, step.entry, step.status, before)
      );
    });
    return h(
      'section',
      { class: 'nbmv-name-history', 'aria-label': name },
      h('h3', TITLE, userText(name)),
      origin ? drawOrigin(this._ctx, origin) : null,
      h('ol', { class: 'nbmv-steps' }, items)
    );
  }

  private _statusText(status: Status): string {
    const { t } = this._ctx;
    const words: { [S in Status]: string } = {
      added: t('New'),
      removed: t('Removed'),
      changed: t('Changed'),
      same: t('Unchanged')
    };
    return words[status];
  }

  private _drawActions(name: string, entry: IEntry, status: Status, before: IEntry | undefined): HTMLElement {
    const { t } = this._ctx;
    const place = h('div', {});
    const about = button({
      label: t('Profile'),
      class: 'nbmv-link',
      onClick: () => {
        void this._toggleProfile(about, place, entry, name);
      }
    });
    about.setAttribute('aria-expanded', 'false');
    return h(
      'div',
      {},
      h(
        'div',
        ACTIONS,
        status === 'removed'
          ? null
          : button({
              label: t('Roll back to this'),
              class: 'nbmv-link',
              title: t('Roll back only {name} to {version}', { name, version: entry.name }),
              onClick: () => {
                this._ctx.openView('rollback', [entry.id], name);
              }
            }),
        before && status === 'changed'
          ? button({
              label: t('What changed'),
              class: 'nbmv-link',
              title: t('Compare with {version}', { version: before.name }),
              onClick: () => {
                this._ctx.openView('compare', [before.id, entry.id], name);
              }
            })
          : null,
        status === 'removed' ? null : about
      ),
      place
    );
  }

  private async _toggleProfile(from: HTMLElement, place: HTMLElement, entry: IEntry, name: string): Promise<void> {
    if (place.childElementCount) {
      replaceChildren(place);
      from.setAttribute('aria-expanded', 'false');
      return;
    }
    try {
      const { section } = await this._ctx.query('profile', { id: entry.id, name });
      replaceChildren(place, rendererOf(section.id)(this._ctx, section, { onlyDifferences: false, sideBySide: false }));
      from.setAttribute('aria-expanded', 'true');
    } catch (error) {
      this._ctx.showError(error);
    }
  }
}

const SIGNS: { [S in Status]: string } = { added: '+', removed: '\u2212', changed: '~', same: '=' };
