import type { IContext } from '../context';
import { foldable, screenReaderText, userText } from '../dom/controls';
import { h } from '../dom/elements';
import { metricNumber, formatNumber, formatJson, formatDifference, judgeChange } from '../text/figures';
import { icon } from '../dom/icons';
import type { Direction, IEntry } from '../protocol/messages';
import { FACTS } from '../dom/styles';

/** The branches whose newest version this is, as chips. */
export function branchChips(branches: readonly string[]): HTMLElement | null {
  return branches.length
    ? h(
        'div',
        { class: 'nbmv-tags' },
        branches.map(name => h('span', { class: 'nbmv-chip nbmv-chip-branch' }, icon('branch'), userText(name)))
      )
    : null;
}

/** A version's metrics in a row, and its parameters in a fold. */
export function metricsAndParams(ctx: Pick<IContext, 't'>, entry: Pick<IEntry, 'metrics' | 'params'>): HTMLElement[] {
  const metrics = Object.entries(entry.metrics);
  const params = Object.entries(entry.params);
  const figures = h(
    'dl',
    { class: 'nbmv-figures-list' },
    metrics.map(([name, value]) =>
      h('div', {}, h('dt', {}, userText(name)), h('dd', { title: String(value) }, formatNumber(metricNumber(value))))
    )
  );
  const list = h(
    'dl',
    FACTS,
    params.map(([name, value]) => [h('dt', {}, userText(name)), h('dd', {}, userText(formatJson(value)))])
  );
  return [
    ...(metrics.length ? [figures] : []),
    ...(params.length ? [foldable(ctx.t('Hyperparameters ({n})', { n: params.length }), list, false)] : [])
  ];
}

/** The change of a metric, in the colour and with the word for better or worse if the direction is known. */
export function metricChange(
  ctx: IContext,
  before: number | undefined,
  after: number,
  direction: Direction | undefined
): HTMLElement | null {
  const { t } = ctx;
  const difference = formatDifference(before, after);
  const kind = before === undefined ? '' : judgeChange(after - before, direction);
  const word = kind === 'good' ? t('better') : kind === 'bad' ? t('worse') : '';
  return difference
    ? h(
        'span',
        { class: kind ? `nbmv-step nbmv-step-${kind}` : 'nbmv-step' },
        difference,
        word ? screenReaderText(`, ${word}`) : null
      )
    : null;
}
