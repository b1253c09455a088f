import type { IContext } from '../context';
import { button, checkbox, field, iconButton, select } from '../dom/controls';
import { replaceChildren, h } from '../dom/elements';
import { kindName, KINDS } from '../text/kinds';
import { plural } from '../text/translate';
import type { IHistoryFilter, IState } from '../protocol/messages';

/** Keys that are pressed within this many ms count as one change of the filter. */
const TYPING_MS = 200;

/** The search field, and the other filters behind a button. */
export class HistoryFilter {
  readonly element: HTMLElement;
  private readonly _ctx: IContext;
  private readonly _onChange: (filter: IHistoryFilter) => void;
  private readonly _text: HTMLInputElement;
  private readonly _more: HTMLButtonElement;
  private readonly _fields = h('div', { class: 'nbmv-filter-fields', hidden: true });
  private readonly _countText = h('span', { class: 'nbmv-dim nbmv-found' });
  private readonly _footer: HTMLElement;
  private _filter: IHistoryFilter = {};
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _drawnState = '';

  constructor(ctx: IContext, changed: (filter: IHistoryFilter) => void) {
    const { t } = ctx;
    this._ctx = ctx;
    this._onChange = changed;
    this._text = h('input', {
      type: 'search',
      class: 'nbmv-input',
      placeholder: t('Filter versions'),
      'aria-label': t('Filter by message, note, tag or variable'),
      spellcheck: 'false',
      on: {
        input: () => {
          this._applySoon();
        },
        keydown: event => {
          this._onKey(event);
        }
      }
    });
    this._more = iconButton({
      label: t('More filters'),
      icon: 'filter',
      onClick: () => {
        this._toggle();
      }
    });
    this._more.setAttribute('aria-expanded', 'false');
    this._footer = h(
      'div',
      { class: 'nbmv-filter-end', hidden: true },
      this._countText,
      button({
        label: t('Clear'),
        class: 'nbmv-link',
        onClick: () => {
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

  /** Offers the tags, branches and metrics of the current state. */
  refresh(): void {
    const state = this._ctx.state.value;
    const known = JSON.stringify([Object.keys(state?.tags ?? {}), Object.keys(state?.branches ?? {}), state?.metrics]);
    if (known !== this._drawnState && !this._fields.contains(document.activeElement)) {
      this._drawnState = known;
      this._draw();
    }
  }

  showCount(total: number): void {
    this._countText.textContent = plural(this._ctx.t, total, '{n} version found', '{n} versions found');
    this._ctx.announce(this._countText.textContent);
  }

  clear(): void {
    this._text.value = '';
    this._filter = {};
    this._draw();
    this._apply();
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

  private _onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape' && this._text.value) {
      event.preventDefault();
      event.stopPropagation();
      this._text.value = '';
      this._apply();
    }
  }

  private _applySoon(): void {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => {
      this._apply();
    }, TYPING_MS);
  }

  private _apply(): void {
    clearTimeout(this._timer);
    const rest = { ...this._filter };
    delete rest.text;
    const text = this._text.value.trim();
    this._filter = text ? { ...rest, text } : rest;
    const finer = Object.keys(rest).length;
    this._more.classList.toggle('nbmv-on', finer > 0);
    this._countText.textContent = '';
    this._footer.hidden = Object.keys(this._filter).length === 0;
    this._onChange(this._filter);
  }

  private _set(change: Partial<{ [K in keyof IHistoryFilter]: IHistoryFilter[K] | undefined }>): void {
    this._filter = Object.fromEntries(
      Object.entries({ ...this._filter, ...change }).filter(([, value]) => value !== undefined)
    );
    this._apply();
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
    replaceChildren(
      this._fields,
      chosen(
        'kind',
        t('Kind'),
        KINDS.map(kind => [kind, kindName(t, kind)] as const)
      ),
      chosen('tag', t('Tag'), own(state?.tags)),
      chosen('branch', t('Branch'), own(state?.branches)),
      state?.metrics.length ? this._drawMetricRange(state) : null,
      checkbox({
        label: t('Include automatic versions'),
        checked: this._filter.auto !== false,
        onChange: on => {
          this._set({ auto: on ? undefined : false });
        }
      }),
      this._footer
    );
  }

  /** A metric between two numbers, either of which may be missing. */
  private _drawMetricRange(state: IState): HTMLElement {
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
