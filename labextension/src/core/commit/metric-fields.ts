import type { IContext } from '../context';
import { iconButton } from '../dom/controls';
import { replaceChildren, h } from '../dom/elements';
import { parseMetricWithDirection } from '../text/figures';
import type { Metric, Params } from '../protocol/messages';

/** Names and values of metrics, in rows that can be added and removed. */
export class MetricFields {
  readonly element: HTMLElement;
  private readonly _ctx: IContext;
  private readonly _rows = h('div', { class: 'nbmv-metric-rows' });

  constructor(ctx: IContext) {
    const { t } = ctx;
    this._ctx = ctx;
    const add = iconButton({
      label: t('Add a metric'),
      icon: 'plus',
      onClick: () => {
        this._addRow('', '').querySelector('input')?.focus();
      }
    });
    this.element = h(
      'div',
      { class: 'nbmv-field', role: 'group', 'aria-label': t('Metrics') },
      h('div', { class: 'nbmv-details-head' }, h('span', { class: 'nbmv-label' }, t('Metrics')), add),
      this._rows
    );
  }

  setProposals(metrics: { [name: string]: Metric }): void {
    replaceChildren(this._rows);
    Object.entries(metrics).forEach(([name, value]) => this._addRow(name, String(value)));
  }

  values(): NonNullable<Params<'commit'>['metrics']> {
    const found: NonNullable<Params<'commit'>['metrics']> = {};
    for (const { name, value } of this._inputs()) {
      const metric = parseMetricWithDirection(value.value);
      if (name.value.trim() && metric !== undefined) {
        found[name.value.trim()] = metric;
      }
    }
    return found;
  }

  /** Returns false if a name has no number. The field is then marked and gets the focus. */
  validate(): boolean {
    for (const { name, value } of this._inputs()) {
      const wrong = name.value.trim() !== '' && parseMetricWithDirection(value.value) === undefined;
      value.setAttribute('aria-invalid', String(wrong));
      if (wrong) {
        value.focus();
        this._ctx.announce(this._ctx.t('The value of {name} is not a number: enter a number', { name: name.value }));
        return false;
      }
    }
    return true;
  }

  private _inputs(): { name: HTMLInputElement; value: HTMLInputElement }[] {
    return [...this._rows.children].flatMap(row => {
      const [name, value] = row.querySelectorAll('input');
      return name && value ? [{ name, value }] : [];
    });
  }

  private _addRow(name: string, value: string): HTMLElement {
    const { t } = this._ctx;
    const row: HTMLElement = h(
      'div',
      { class: 'nbmv-metric-row' },
      h('input', {
        type: 'text',
        class: 'nbmv-input',
        value: name,
        'aria-label': t('Name of the metric'),
        placeholder: t('name'),
        spellcheck: 'false'
      }),
      h('input', {
        type: 'text',
        inputmode: 'decimal',
        class: 'nbmv-input',
        value,
        'aria-label': name ? t('Value of {name}', { name }) : t('Value'),
        placeholder: t('value'),
        title: t('A number. If the direction of the metric is unknown, append :higher or :lower.')
      }),
      iconButton({
        label: name ? t('Remove {name}', { name }) : t('Remove this metric'),
        icon: 'close',
        onClick: () => {
          row.remove();
        }
      })
    );
    this._rows.append(row);
    return row;
  }
}
