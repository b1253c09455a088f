import type { IContext, IView } from '../context';
import { button, empty, written } from '../dom/controls';
import { rendererOf } from '../compare/registry';
import { fill, h } from '../dom/elements';
import { ago, moment, size } from '../text/figures';
import { icon } from '../dom/icons';
import type { IEntry, INameHistory, Kind, Status } from '../protocol/messages';
import { hold, keepFocus, rove } from '../dom/focus';
import { Ends } from '../signal';
import { Failure } from '../protocol/transport';

type Asked = { name: string } | { cell: { id: string; source: string } } | null;

/** A variable through the versions: when it was new, what changed in it, and the way back to each. */
export class Inspect implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _ctx: IContext;
  private readonly _field: HTMLInputElement;
  private readonly _list = h('div', { class: 'nbmv-variables', role: 'listbox' });
  private readonly _found = h('div', { class: 'nbmv-found-names' });
  private readonly _ends = new Ends();
  private _names: string[] = [];
  private _asked: Asked;
  private _round = 0;

  constructor(ctx: IContext, name: string) {
    const { t } = ctx;
    this._ctx = ctx;
    this.title = t('Variables');
    this._asked = name ? { name } : null;
    this._list.setAttribute('aria-label', t('Variables'));
    this._field = h('input', {
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
          this._key(event);
        }
      }
    });
    this.element = h(
      'div',
      { class: 'nbmv-view nbmv-inspect', role: 'region', 'aria-label': this.title },
      h('div', { class: 'nbmv-filter' }, this._field),
      this._list,
      this._found
    );
    this._ends.add(
      rove(this._list, true),
      ctx.changed.on(() => {
        void this._load();
      }),
      ctx.state.on((state, before) => {
        if (!before && state) {
          this._drawNames();
        }
      }),
      () => {
        this._round += 1;
      }
    );
    void this._load();
  }

  again(_: readonly string[], name: string): boolean {
    if (name) {
      this._choose(name);
    }
    return true;
  }

  /** The versions of what a notebook's cell makes. */
  showCell(cell: { id: string; source: string }): void {
    this._asked = { cell };
    void this._load();
  }

  focus(): void {
    (this._list.querySelector<HTMLElement>('[aria-selected=true]') ?? this._field).focus();
  }

  dispose(): void {
    this._ends.dispose();
  }

  private _choose(name: string): void {
    this._asked = { name };
    this._field.value = '';
    void this._load();
  }

  private async _load(): Promise<void> {
    this._round += 1;
    const round = this._round;
    try {
      const { found, names } = await this._ctx.ask('inspect', this._asked ?? {});
      if (round === this._round) {
        this._names = names;
        this._drawNames();
        keepFocus(this._found, () => {
          this._drawFound(found);
        });
      }
    } catch (error) {
      if (round === this._round && error instanceof Failure) {
        fill(this._found, empty(error.message, error.hint ? h('p', { class: 'nbmv-dim' }, written(error.hint)) : null));
        this._ctx.say(error.message);
      }
    }
  }

  private _key(event: KeyboardEvent): void {
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
    const text = this._field.value.trim().toLowerCase();
    const chosen = this._asked && 'name' in this._asked ? this._asked.name : '';
    const kinds = new Map(this._ctx.state.value?.head?.names.map(one => [one.name, one] as const));
    const focused = this._list.contains(document.activeElement);
    const shown = this._names.filter(name => name.toLowerCase().includes(text));
    fill(
      this._list,
      shown.map(name => this._option(name, name === chosen, kinds.get(name)))
    );
    this._list.hidden = shown.length === 0;
    const held = this._list.querySelector<HTMLElement>('[aria-selected=true]') ?? undefined;
    hold(this._list, held);
    if (focused) {
      (held ?? this._list.querySelector<HTMLElement>('[tabindex="0"]'))?.focus();
    }
  }

  private _option(name: string, chosen: boolean, kept: { kind: Kind; size_bytes: number } | undefined): HTMLElement {
    const run = (): void => {
      this._choose(name);
    };
    const key = (event: KeyboardEvent): void => {
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        run();
      }
    };
    return h(
      'div',
      {
        class: 'nbmv-variable',
        role: 'option',
        'aria-selected': chosen,
        tabindex: -1,
        on: { click: run, keydown: key }
      },
      icon(kept?.kind ?? 'other'),
      written(name, 'nbmv-name-text'),
      kept ? h('span', { class: 'nbmv-dim nbmv-small nbmv-number' }, size(kept.size_bytes)) : null
    );
  }

  private _drawFound(found: readonly INameHistory[]): void {
    const { t } = this._ctx;
    if (!this._asked) {
      fill(
        this._found,
        empty(this._names.length ? t('Choose a variable to see its versions.') : t('No version holds a variable yet.'))
      );
    } else if (!found.length) {
      fill(
        this._found,
        empty(
          'name' in this._asked
            ? t('No version holds {name}.', { name: this._asked.name })
            : t('No version holds what this cell makes.')
        )
      );
    } else {
      fill(
        this._found,
        found.map(one => this._drawOne(one))
      );
      this._ctx.say(found.map(one => t('{name}: {n} steps', { name: one.name, n: one.steps.length })).join(', '));
    }
  }

  private _drawOne({ name, steps }: INameHistory): HTMLElement {
    const items = steps.map((step, i) => {
      const before = steps[i + 1]?.entry;
      return h(
        'li',
        { class: `nbmv-step-item nbmv-step-${step.status}` },
        h(
          'div',
          { class: 'nbmv-row-line' },
          h('span', { class: `nbmv-sign nbmv-sign-${step.status}`, 'aria-hidden': true }, SIGNS[step.status]),
          h('span', { class: 'nbmv-strong' }, step.entry.name),
          written(step.entry.message || step.entry.auto, 'nbmv-message nbmv-dim'),
          h(
            'time',
            { class: 'nbmv-when nbmv-dim', datetime: step.entry.saved_at_utc, title: moment(step.entry.saved_at_utc) },
            ago(this._ctx.t, step.entry.saved_at_utc)
          )
        ),
        h('p', {}, this._words(step.status), step.said ? [': ', written(step.said)] : null),
        step.status === 'removed'
          ? null
          : h('p', { class: 'nbmv-dim nbmv-small' }, written(step.type), ' · ', size(step.size_bytes)),
        this._actions(name, step.entry, step.status, before)
      );
    });
    return h(
      'section',
      { class: 'nbmv-name-history', 'aria-label': name },
      h('h3', { class: 'nbmv-title' }, written(name)),
      h('ol', { class: 'nbmv-steps' }, items)
    );
  }

  private _words(status: Status): string {
    const { t } = this._ctx;
    const words: { [S in Status]: string } = {
      added: t('New'),
      removed: t('Gone'),
      changed: t('Changed'),
      same: t('Same')
    };
    return words[status];
  }

  private _actions(name: string, entry: IEntry, status: Status, before: IEntry | undefined): HTMLElement {
    const { t } = this._ctx;
    const place = h('div', {});
    const about = button({
      label: t('Profile'),
      class: 'nbmv-link',
      run: () => {
        void this._profile(about, place, entry, name);
      }
    });
    about.setAttribute('aria-expanded', 'false');
    return h(
      'div',
      {},
      h(
        'div',
        { class: 'nbmv-actions' },
        status === 'removed'
          ? null
          : button({
              label: t('Roll back to this'),
              class: 'nbmv-link',
              title: t('Only {name}, to {version}', { name, version: entry.name }),
              run: () => {
                this._ctx.go('rollback', [entry.id], name);
              }
            }),
        before && status === 'changed'
          ? button({
              label: t('What changed'),
              class: 'nbmv-link',
              title: t('Compare with {version}', { version: before.name }),
              run: () => {
                this._ctx.go('compare', [before.id, entry.id], name);
              }
            })
          : null,
        status === 'removed' ? null : about
      ),
      place
    );
  }

  private async _profile(from: HTMLElement, place: HTMLElement, entry: IEntry, name: string): Promise<void> {
    if (place.childElementCount) {
      fill(place);
      from.setAttribute('aria-expanded', 'false');
      return;
    }
    try {
      const { section } = await this._ctx.ask('profile', { id: entry.id, name });
      fill(place, rendererOf(section.id)(this._ctx, section, { onlyDifferences: false, sideways: false }));
      from.setAttribute('aria-expanded', 'true');
    } catch (error) {
      this._ctx.failed(error);
    }
  }
}

const SIGNS: { [S in Status]: string } = { added: '+', removed: '\u2212', changed: '~', same: '=' };
