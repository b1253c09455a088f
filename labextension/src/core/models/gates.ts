import type { IContext } from '../context';
import { userText } from '../dom/controls';
import { h, type Child } from '../dom/elements';
import type { IGate } from '../protocol/messages';
import { DIM } from '../dom/styles';

/** Every gate with its outcome, what it compared, and the way out if it failed. */
export function drawGates({ t }: IContext, gates: readonly IGate[]): Child {
  const words: { [O in IGate['outcome']]: string } = {
    pass: t('passed'),
    fail: t('failed'),
    unknown: t('unknown'),
    first: t('first version in the stage')
  };
  const items = gates.map(one =>
    h(
      'li',
      { class: `nbmv-box nbmv-box-${one.is_met ? 'note' : 'error'}` },
      h(
        'p',
        {},
        h('code', { class: 'nbmv-inline-code' }, userText(one.gate)),
        ' ',
        h('span', { class: one.is_met ? 'nbmv-chip' : 'nbmv-chip nbmv-unusable' }, words[one.outcome])
      ),
      one.measured ? h('p', DIM, userText(one.measured)) : null,
      one.hint && !one.is_met ? h('p', {}, userText(one.hint)) : null
    )
  );
  return items.length ? h('ul', { class: 'nbmv-gates', 'aria-label': t('Gates') }, items) : null;
}
