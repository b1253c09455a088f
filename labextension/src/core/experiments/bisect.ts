import type { IContext } from '../context';
import { button, field, foldable, tableHead, userText } from '../dom/controls';
import { h, replaceChildren } from '../dom/elements';
import { formatJson, formatNumber } from '../text/figures';
import { plural } from '../text/translate';
import type { IBisection, ISection, ITestedVersion, Metric } from '../protocol/messages';
import { Experiment } from './experiment';
import { codeInput, experimentForm } from './form';
import { ACTIONS, DIM, NUMBER, STRONG, WARNING_BOX } from '../dom/styles';

interface IRange {
  /** Ids of the versions: the condition holds in the first one and not in the second one. */
  good: string;
  bad: string;
}

/** Searches the first version between two in which a condition does not hold any more. */
export class BisectView {
  readonly element: HTMLElement;
  private readonly _ctx: IContext;
  private readonly _condition: HTMLInputElement;
  private readonly _experiment: Experiment<'bisect'>;
  private readonly _result = h('div', { class: 'nbmv-section-body', role: 'group', tabindex: -1 });

  /** metrics: the section of the metrics, from which the condition is proposed. */
  constructor(ctx: IContext, { good, bad }: IRange, metrics: ISection) {
    const { t } = ctx;
    this._ctx = ctx;
    this._condition = codeInput('model.score(X_test, y_test) > 0.9', proposedCondition(metrics));
    this._result.setAttribute('aria-label', t('First version in which the condition does not hold'));
    this._experiment = new Experiment(ctx, {
      method: 'bisect',
      what: t('Testing versions'),
      params: () => ({ good, bad, condition: this._condition.value.trim() }),
      onStart: () => {
        replaceChildren(this._result);
      },
      onResult: found => {
        replaceChildren(this._result, this._draw(found));
        ctx.announce(t('{name} is the first bad version', { name: found.first_bad.version.name }));
      }
    });
    const form = experimentForm(
      t('Find the version'),
      () => void this._experiment.start(),
      field(
        t('Condition'),
        this._condition,
        t('It holds in the first version and not in the second one. Variables, metrics and parameters can be used.')
      )
    );
    this.element = foldable(
      t('Find the first bad version'),
      h('div', {}, form, this._experiment.element, this._result),
      false
    );
    this.element.classList.add('nbmv-bisect');
  }

  private _draw(found: IBisection): HTMLElement[] {
    const { t } = this._ctx;
    const { first_bad: bad, last_good: good } = found;
    const skipped = found.between.map(one => one.version.name).join(', ');
    const open = button({
      label: t('What changed in {name}', { name: bad.version.name }),
      onClick: () => {
        this._ctx.openView('compare', [good.version.id, bad.version.id]);
      }
    });
    return [
      h(
        'p',
        {},
        h('span', STRONG, bad.version.name),
        ` ${t('is the first bad version')}${valueText(bad)}`,
        bad.version.message ? [' · ', userText(bad.version.message)] : null
      ),
      h('p', DIM, t('Last good version: {name}', { name: good.version.name }) + valueText(good)),
      ...(skipped
        ? [
            h(
              'p',
              WARNING_BOX,
              t('Not tested: {names}. The first bad version may be one of them.', { names: skipped }),
              ' ',
              userText(found.between[0]?.why ?? '')
            )
          ]
        : []),
      this._drawTested(found),
      h('div', ACTIONS, open)
    ];
  }

  private _drawTested({ tested, versions, distinct }: IBisection): HTMLElement {
    const { t } = this._ctx;
    const verdicts = { good: t('good'), bad: t('bad'), skipped: t('not tested') };
    const counts = t('{versions}, {distinct} different, {tested} tested', {
      versions: plural(t, versions, '{n} version', '{n} versions'),
      distinct,
      tested: tested.length
    });
    const rows = tested.map(one =>
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, one.version.name),
        h('td', {}, verdicts[one.verdict]),
        h('td', NUMBER, one.value === null ? '' : shownValue(one)),
        h('td', {}, userText(one.why))
      )
    );
    const head = tableHead([t('version'), t('verdict'), t('value'), '']);
    const table = h('table', { class: 'nbmv-table' }, head, h('tbody', {}, rows));
    return foldable(counts, h('div', { class: 'nbmv-scroll' }, table), false);
  }
}

function shownValue({ value }: ITestedVersion): string {
  return typeof value === 'number' ? formatNumber(value) : formatJson(value);
}

function valueText(tested: ITestedVersion): string {
  return tested.value === null ? '' : ` (${shownValue(tested)})`;
}

/** Returns "acc > 0.85", with the mean of both values of the first metric that changed; "" without such a metric. */
export function proposedCondition({ rows }: ISection): string {
  for (const { cells, status } of rows) {
    const [name, before, after] = cells as [string, Metric | null, Metric | null];
    if (status === 'changed' && typeof before === 'number' && typeof after === 'number' && /^[\w.]+$/.test(name)) {
      const middle = Number(((before + after) / 2).toPrecision(4));
      return `${name} ${before > after ? '>' : '<'} ${middle}`;
    }
  }
  return '';
}
