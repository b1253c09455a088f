import { foldable, tableHead, userText } from '../dom/controls';
import { h, type Child } from '../dom/elements';
import { icon, type Icon } from '../dom/icons';
import { DIM, SPOKEN, TITLE } from '../dom/styles';
import type { Agreed, IRerun, IRerunItem } from '../protocol/messages';
import { formatDuration } from '../text/figures';
import { plural, type Translate } from '../text/translate';

const KINDS = ['metric', 'variable', 'output'] as const;

/** The verdict in one line, for the page and for screen readers. */
export function verdictText(t: Translate, { plan, verdict, reproduced }: IRerun): string {
  const { name } = plan.version;
  if (reproduced) {
    return t('{name} was reproduced: {verdict}', { name, verdict: agreedText(t, verdict) });
  }
  return verdict === 'cannot tell'
    ? t('It cannot be told whether {name} was reproduced', { name })
    : t('{name} was not reproduced', { name });
}

/** The verdict, then what differs of metrics, variables and outputs, with its cause. */
export function drawResult(t: Translate, found: IRerun): Child[] {
  const { plan, runs, ended, duration_s, items } = found;
  const facts = [
    t('{cells} in {duration}', {
      cells: plural(t, plan.cells, '{n} cell', '{n} cells'),
      duration: formatDuration(duration_s)
    }),
    plural(t, runs, 'ran once', 'ran {n} times'),
    `Python ${plan.python}`,
    plan.environment
  ];
  return [
    h(
      'p',
      { class: `nbmv-rerun-verdict nbmv-rerun-${toneOf(found.reproduced ? found.verdict : worst(found))}` },
      icon(found.reproduced ? 'check' : 'warning'),
      ' ',
      verdictText(t, found)
    ),
    ended ? h('p', { class: 'nbmv-box nbmv-box-error' }, t('It ended early:'), ' ', userText(ended)) : null,
    h('p', DIM, facts.join(' · ')),
    KINDS.map(what =>
      drawItems(
        t,
        what,
        items.filter(one => one.what === what)
      )
    )
  ];
}

/** A re-run that ended early is at least "missing", whatever its results are. */
function worst({ verdict, ended }: IRerun): Agreed {
  return ended ? 'missing' : verdict;
}

function drawItems(t: Translate, what: IRerunItem['what'], items: readonly IRerunItem[]): Child {
  if (!items.length) {
    return null;
  }
  const heading = { metric: t('Metrics'), variable: t('Variables'), output: t('Outputs of cells') }[what];
  const others = items.filter(one => one.verdict !== 'bit-identical');
  const same = items.filter(one => one.verdict === 'bit-identical').map(one => one.name);
  const counted = t('{n} of {all} bit-identical', { n: same.length, all: items.length });
  const names = h('p', {}, userText(same.join(', ')));
  return h(
    'section',
    { class: 'nbmv-rerun-items' },
    h('h3', TITLE, heading),
    others.length ? drawTable(t, heading, others) : null,
    same.length ? foldable([icon('check'), ' ', counted], names, others.length === 0 && same.length <= 12) : null
  );
}

function drawTable(t: Translate, caption: string, items: readonly IRerunItem[]): HTMLElement {
  const heads = [t('name'), t('verdict'), t('what differs'), t('likely cause')];
  return h(
    'div',
    { class: 'nbmv-scroll', tabindex: 0, role: 'group', 'aria-label': caption },
    h(
      'table',
      { class: 'nbmv-table' },
      h('caption', SPOKEN, caption),
      tableHead(heads),
      h(
        'tbody',
        {},
        items.map(one => drawItem(t, one))
      )
    )
  );
}

function drawItem(t: Translate, { name, verdict, detail, cause, tested }: IRerunItem): HTMLElement {
  const tone = toneOf(verdict);
  const sign: Icon = tone === 'good' ? 'check' : 'warning';
  const badge = tested ? h('span', { class: 'nbmv-chip' }, t('tested')) : null;
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, userText(name)),
    h('td', { class: `nbmv-rerun-${tone} nbmv-rerun-word` }, icon(sign), ' ', agreedText(t, verdict)),
    h('td', {}, userText(detail)),
    h('td', {}, userText(cause), badge && [' ', badge])
  );
}

function toneOf(verdict: Agreed): 'good' | 'warn' | 'bad' {
  return verdict === 'different' || verdict === 'missing' ? 'bad' : verdict === 'cannot tell' ? 'warn' : 'good';
}

function agreedText(t: Translate, verdict: Agreed): string {
  return {
    'bit-identical': t('bit-identical'),
    'numerically equal': t('numerically equal'),
    'cannot tell': t('cannot tell'),
    different: t('different'),
    missing: t('missing')
  }[verdict];
}
