import type { IContext } from '../context';
import { button, checkbox, field, iconButton, select } from '../dom/controls';
import { fill, h } from '../dom/elements';
import type { Translate } from '../host';
import { KINDS } from '../dom/icons';
import { counted } from '../text/translate';
import type { IHistoryFilter, IState, Kind } from '../protocol/messages';

/** Keys pressed within this many ms are one change of the filter. */
const TYPING_MS = 200;

/** The search field and, behind its button, the finer filters. */
export class Filter {
  readonly element: HTMLElement;
  private readonly _ctx: IContext;
  private readonly _changed: (filter: IHistoryFilter) => void;
  private readonly _text: HTMLInputElement;
  private readonly _more: HTMLButtonElement;
  private readonly _fields = h('div', { class: 'nbmv-filter-fields', hidden: true });
  private readonly _found = h('span', { class: 'nbmv-dim nbmv-found' });
  private readonly _end: HTMLElement;
  private _filter: IHistoryFilter = {};
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _known = '';

  constructor(ctx: IContext, changed: (filter: IHistoryFilter) => void) {
    const { t } = ctx;
    this._ctx = ctx;
    this._changed = changed;
    this._text = h('input', {
      type: 'search',
      class: 'nbmv-input',
      placeholder: t('Filter versions'),
      'aria-label': t('Filter by message, note, tag or name'),
      spellcheck: 'false',
      on: {
        input: () => {
          this._soon();
        },
        keydown: event => {
          this._key(event);
        }
      }
    });
    this._more = iconButton({
      label: t('More filters'),
      icon: 'filter',
      run: () => {
        this._toggle();
      }
    });
    this._more.setAttribute('aria-expanded', 'false');
    this._end = h(
      'div',
      { class: 'nbmv-filter-end', hidden: true },
      this._found,
      button({
        label: t('Clear'),
        class: 'nbmv-link',
        run: () => {
          this.clear();
        }
      })
    );
    this.element = h(
      'div',
      { class: 'nbmv-filter', role: 'search', 'aria-label': t('Filter') },
      h('div', { class: 'nbmv-filter-line' }, this._text, this._more),
      this._fields
    );
  }

  /** The state may have other tags, branches or metrics to choose from. */
  refresh(): void {
    const state = this._ctx.state.value;
    const known = JSON.stringify([Object.keys(state?.tags ?? {}), Object.keys(state?.branches ?? {}), state?.metrics]);
    if (known !== this._known && !this._fields.contains(document.activeElement)) {
      this._known = known;
      this._draw();
    }
  }

  found(total: number): void {
    this._found.textContent = counted(this._ctx.t, total, '{n} version fits', '{n} versions fit');
    this._ctx.say(this._found.textContent);
  }

  clear(): void {
    this._text.value = '';
    this._filter = {};
    this._draw();
    this._tell();
    this._text.focus();
  }

  dispose(): void {
    clearTimeout(this._timer);
  }

  private _toggle(): void {
    this._fields.hidden = !this._fields.hidden;
    this._more.setAttribute('aria-expanded', String(!this._fields.hidden));
    if (!this._fields.hidden) {
      this._fields.querySelector<HTMLElement>('select, input')?.focus();
    }
  }

  private _key(event: KeyboardEvent): void {
    if (event.key === 'Escape' && this._text.value) {
      event.preventDefault();
      event.stopPropagation();
      this._text.value = '';
      this._tell();
    }
  }

  private _soon(): void {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => {
      this._tell();
    }, TYPING_MS);
  }

  private _tell(): void {
    clearTimeout(this._timer);
    const rest = { ...this._filter };
    delete rest.text;
    const text = this._text.value.trim();
    this._filter = text ? { ...rest, text } : rest;
    const finer = Object.keys(rest).length;
    this._more.classList.toggle('nbmv-on', finer > 0);
    this._found.textContent = '';
    this._end.hidden = Object.keys(this._filter).length === 0;
    this._changed(this._filter);
  }

  private _set(change: Partial<{ [K in keyof IHistoryFilter]: IHistoryFilter[K] | undefined }>): void {
    this._filter = Object.fromEntries(
      Object.entries({ ...this._filter, ...change }).filter(([, value]) => value !== undefined)
    );
    this._tell();
  }

  private _draw(): void {
    const { t } = this._ctx;
    const state = this._ctx.state.value;
    const any: readonly [string, string] = ['', t('Any')];
    const chosen = (
      name: 'kind' | 'tag' | 'branch',
      label: string,
      options: readonly (readonly [string, string])[]
    ): HTMLElement =>
      field(
        label,
        select(label, [any, ...options], this._filter[name] ?? '', value => {
          this._set({ [name]: value || undefined });
        })
      );
    const own = (names: { [name: string]: string } | undefined): (readonly [string, string])[] =>
      Object.keys(names ?? {}).map(name => [name, name] as const);
    fill(
      this._fields,
      chosen(
        'kind',
        t('Kind'),
        KINDS.map(kind => [kind, kindName(t, kind)] as const)
      ),
      chosen('tag', t('Tag'), own(state?.tags)),
      chosen('branch', t('Branch'), own(state?.branches)),
      state?.metrics.length ? this._range(state) : null,
      checkbox({
        label: t('Also those made automatically'),
        checked: this._filter.auto !== false,
        changed: on => {
          this._set({ auto: on ? undefined : false });
        }
      }),
      this._end
    );
  }

  /** A metric between two numbers, either of which may be missing. */
  private _range(state: IState): HTMLElement {
    const { t } = this._ctx;
    const metric = this._filter.metric;
    let name = metric?.name ?? this._ctx.metric.value;
    const number = (label: string, short: string, value: number | undefined): HTMLInputElement =>
      h('input', {
        type: 'number',
        step: 'any',
        class: 'nbmv-input',
        placeholder: short,
        'aria-label': label,
        value: value ?? '',
        on: {
          change: () => {
            tell();
          }
        }
      });
    const low = number(t('At least'), t('min'), metric?.at_least);
    const high = number(t('At most'), t('max'), metric?.at_most);
    const tell = (): void => {
      const least = low.value === '' ? {} : { at_least: Number(low.value) };
      const most = high.value === '' ? {} : { at_most: Number(high.value) };
      this._set({ metric: low.value === '' && high.value === '' ? undefined : { name, ...least, ...most } });
    };
    const names = select(
      t('Metric'),
      state.metrics.map(one => [one, one] as const),
      name,
      value => {
        name = value;
        tell();
      }
    );
    return h(
      'div',
      { class: 'nbmv-field nbmv-range', role: 'group', 'aria-label': t('Metric between') },
      h('span', { class: 'nbmv-label' }, t('Metric between')),
      h('div', { class: 'nbmv-range-line' }, names, low, high)
    );
  }
}

/** A kind in the reader's language, for one of them. */
export function kindName(t: Translate, kind: Kind): string {
  const names: { [K in Kind]: string } = {
    model: t('Model'),
    dataset: t('Dataset'),
    hyperparameters: t('Hyperparameters'),
    metric: t('Metric'),
    code: t('Code'),
    other: t('Other')
  };
  return names[kind];
}
