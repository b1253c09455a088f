import { h, setAttribute, type Child } from '../dom/elements';
import { userText } from '../dom/controls';
import { NUMBER, SPOKEN } from '../dom/styles';
import { formatSize } from '../text/figures';
import { plural, type Translate } from '../text/translate';
import type { IBundleVariable } from '../protocol/messages';

interface ITableOptions<V extends IBundleVariable> {
  label: string;
  /** The heading of the last column, and what it says about a variable. */
  heading: string;
  note(variable: V): Child;
  /** Called when the selection has changed. Without it the variables have no checkboxes. */
  onChange?(): void;
}

/** Variables of a bundle with kind, type and size. Those that share objects are selected together. */
export class VariableTable<V extends IBundleVariable> {
  readonly element: HTMLElement;
  private readonly _chosen: Set<string>;
  private readonly _boxes = new Map<string, HTMLInputElement>();

  constructor(
    private readonly _t: Translate,
    private readonly _variables: readonly V[],
    private readonly _options: ITableOptions<V>
  ) {
    this._chosen = new Set(_variables.map(one => one.name));
    const heads = [
      [_t('name'), ''],
      [_t('kind'), 'nbmv-bundle-wide'],
      [_t('type'), 'nbmv-bundle-wide'],
      [_t('size'), 'nbmv-number'],
      [_options.heading, '']
    ];
    const first = _options.onChange ? h('th', {}, this._drawBoxOfAll()) : null;
    const table = h(
      'table',
      { class: 'nbmv-table nbmv-bundle-variables' },
      h('caption', SPOKEN, _options.label),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          first,
          heads.map(([text, name]) => h('th', { scope: 'col', class: name || undefined }, text))
        )
      ),
      h(
        'tbody',
        {},
        _variables.map(one => this._drawRow(one))
      )
    );
    this.element = h('div', { class: 'nbmv-scroll', tabindex: 0, role: 'group', 'aria-label': _options.label }, table);
  }

  /** The selected names in the order of the table; undefined if all are selected. */
  get names(): string[] | undefined {
    const names = this._variables.map(one => one.name).filter(name => this._chosen.has(name));
    return names.length === this._variables.length ? undefined : names;
  }

  private _drawRow(variable: V): HTMLElement {
    const { name, kind, type, size_bytes, together } = variable;
    const others = together.filter(other => other !== name);
    return h(
      'tr',
      {},
      this._options.onChange ? h('td', {}, this._drawBox(variable)) : null,
      h(
        'th',
        { scope: 'row', title: `${kind} · ${type}` },
        userText(name),
        others.length
          ? h('div', { class: 'nbmv-dim nbmv-small' }, this._t('with {names}', { names: others.join(', ') }))
          : null
      ),
      h('td', { class: 'nbmv-bundle-wide' }, kind),
      h('td', { class: 'nbmv-bundle-wide nbmv-bundle-type', title: type }, userText(type)),
      h('td', NUMBER, formatSize(size_bytes)),
      h('td', {}, this._options.note(variable))
    );
  }

  private _drawBox({ name, together }: V): HTMLInputElement {
    const box = h('input', {
      type: 'checkbox',
      checked: true,
      'aria-label': name,
      on: {
        change: () => {
          this._choose(together, box.checked);
        }
      }
    });
    this._boxes.set(name, box);
    return box;
  }

  private _drawBoxOfAll(): HTMLInputElement {
    const box = h('input', {
      type: 'checkbox',
      checked: true,
      'aria-label': this._t('All variables'),
      on: {
        change: () => {
          this._choose(
            this._variables.map(one => one.name),
            box.checked
          );
        }
      }
    });
    this._boxes.set('', box);
    return box;
  }

  private _choose(names: readonly string[], on: boolean): void {
    for (const name of names) {
      if (on) {
        this._chosen.add(name);
      } else {
        this._chosen.delete(name);
      }
      setAttribute(this._boxes.get(name) ?? h('input'), 'checked', on);
    }
    const all = this._boxes.get('');
    if (all) {
      all.checked = this._chosen.size === this._variables.length;
      all.indeterminate = !all.checked && this._chosen.size > 0;
    }
    this._options.onChange?.();
  }
}

/** "2 of 6 variables", or "6 variables" if all are selected. */
export function countText(t: Translate, chosen: number, all: number): string {
  return chosen === all
    ? plural(t, all, '{n} variable', '{n} variables')
    : t('{n} of {all} variables', { n: chosen.toLocaleString(), all: all.toLocaleString() });
}
