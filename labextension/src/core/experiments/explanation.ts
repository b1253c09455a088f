import type { IContext } from '../context';
import { button, userText } from '../dom/controls';
import { h, setAttribute, uniqueId, type Child } from '../dom/elements';
import { icon } from '../dom/icons';
import { formatDuration, formatNumber, formatSigned, judgeChange, metricNumber } from '../text/figures';
import { roleText } from '../text/roles';
import { plural, type Translate } from '../text/translate';
import type { Direction, ICause, IExplanation, Metric } from '../protocol/messages';
import { DIM, NUMBER, SMALL, SPOKEN, WARNING } from '../dom/styles';

/** A longer description of a change is shown among its details only. */
const SHORT = 40;

/** The verdict, the tested causes as a table, what was not tested, and how it was measured. */
export function drawExplanation(ctx: IContext, found: IExplanation, direction?: Direction): HTMLElement[] {
  const { t } = ctx;
  const [before, after] = found.values.map(metricNumber);
  const tested = found.causes.filter(one => one.effect !== null);
  const untested = found.causes.filter(one => one.effect === null);
  const parts: (HTMLElement | null)[] = [
    h(
      'p',
      DIM,
      `${formatNumber(before ?? NaN)} → ${formatNumber(after ?? NaN)} `,
      h(
        'span',
        { class: changeClass(found.values[1], found.values[0], direction) },
        `(${formatSigned((after ?? NaN) - (before ?? NaN))})`
      ),
      ` · ${found.before} → ${found.after}`
    ),
    h('p', { class: 'nbmv-why-verdict' }, userText(found.verdict)),
    tested.length ? drawCauses(ctx, found, tested, direction) : null,
    untested.length ? drawUntested(t, untested, tested.length > 0) : null,
    ...found.notes.map(note => h('p', WARNING, icon('warning'), ' ', userText(note))),
    ...Object.entries(found.exchanged).map(([name, value]) =>
      h(
        'p',
        SMALL,
        t('{after} with the {name} of {before}, nothing computed again: {value}', {
          after: found.after,
          before: found.before,
          name,
          value: formatNumber(metricNumber(value))
        })
      )
    ),
    drawMeasurements(t, found, tested)
  ];
  return parts.filter(one => one !== null);
}

function drawMeasurements(t: Translate, found: IExplanation, tested: readonly ICause[]): HTMLElement | null {
  if (!found.tests) {
    return null;
  }
  const again = [...new Set(tested.flatMap(one => one.again))].join(', ');
  return h(
    'p',
    SMALL,
    plural(t, found.tests, '{n} measurement of', '{n} measurements of'),
    ' ',
    h('code', { class: 'nbmv-inline-code', dir: 'ltr' }, found.expression),
    ` · ${formatDuration(found.seconds)}`,
    again ? [' · ', t('computed again: {names}', { names: again })] : null
  );
}

function changeClass(after: Metric | undefined, before: Metric | undefined, direction?: Direction): string | undefined {
  const kind = judgeChange(metricNumber(after) - metricNumber(before), direction);
  return kind ? `nbmv-step-${kind}` : undefined;
}

// -- tested causes

function drawCauses(
  ctx: IContext,
  found: IExplanation,
  causes: readonly ICause[],
  direction: Direction | undefined
): HTMLElement {
  const { t } = ctx;
  const most = Math.max(...causes.map(one => Math.abs(metricNumber(one.effect))).filter(Number.isFinite), 0);
  const heads: [string, string][] = [
    [t('Change'), ''],
    [t('Effect'), t('What the change does to the metric: the mean of both measurements')],
    [t('Share'), t('The share of the change of the metric')],
    [t('{after} without it', { after: found.after }), t('The metric of the later version with this change taken back')],
    [t('{before} with it', { before: found.before }), t('The metric of the earlier version with this change alone')]
  ];
  const head = heads.map(([text, title], at) =>
    h('th', { scope: 'col', class: at ? 'nbmv-number' : undefined, title: title || undefined }, text)
  );
  return h(
    'div',
    { class: 'nbmv-scroll', tabindex: 0, role: 'group', 'aria-label': t('Causes') },
    h(
      'table',
      { class: 'nbmv-table nbmv-causes' },
      h('thead', {}, h('tr', {}, head)),
      causes.map(one => drawCause(ctx, one, most, direction))
    )
  );
}

/** The rows of one cause: its numbers, its details that can be opened, and a row for each step. */
function drawCause(ctx: IContext, cause: ICause, most: number, direction: Direction | undefined): HTMLElement {
  const { t } = ctx;
  const effect = metricNumber(cause.effect);
  const isNoise = Math.abs(effect) <= metricNumber(cause.noise);
  const details = drawDetails(t, cause);
  const row = h(
    'tr',
    { class: !effect || isNoise ? 'nbmv-cause-weak' : undefined },
    h('th', { scope: 'row' }, details ? expander(t, cause, details) : causeTitle(t, cause)),
    h('td', NUMBER, effectBar(effect, most, direction), effect ? formatSigned(effect) : t('none')),
    h('td', NUMBER, effect && cause.share !== null ? percent(cause.share) : ''),
    h('td', NUMBER, metricText(cause.without)),
    h('td', NUMBER, metricText(cause.alone))
  );
  const steps = cause.steps.map(step => {
    const open = button({
      label: step.version,
      class: 'nbmv-link',
      title: t('Compare {before} with {after}', { before: `${step.version}~1`, after: step.version }),
      onClick: () => {
        ctx.openView('compare', [`${step.version}~1`, step.version]);
      }
    });
    return h(
      'tr',
      { class: 'nbmv-cause-step' },
      h('th', { scope: 'row' }, t('since'), ' ', open, step.what ? [' · ', userText(step.what)] : null),
      h('td', NUMBER, formatSigned(metricNumber(step.effect))),
      h('td', {}),
      h('td', NUMBER, metricText(step.value)),
      h('td', {})
    );
  });
  return h('tbody', {}, row, details, steps);
}

function expander(t: Translate, cause: ICause, details: HTMLElement): HTMLElement {
  details.id = uniqueId('cause');
  details.hidden = true;
  const element = h(
    'button',
    {
      type: 'button',
      class: 'nbmv-expander',
      'aria-expanded': false,
      'aria-controls': details.id,
      title: t('What changed'),
      on: {
        click: () => {
          details.hidden = !details.hidden;
          setAttribute(element, 'aria-expanded', !details.hidden);
        }
      }
    },
    icon('forward'),
    h('span', {}, causeTitle(t, cause))
  );
  return element;
}

/** The row with what changed: sentences, and lines of code with their signs. null if the title says all. */
function drawDetails(t: Translate, cause: ICause): HTMLElement | null {
  const noise = metricNumber(cause.noise);
  if (!noise && (isShort(cause) || !cause.what.length)) {
    return null;
  }
  const warning = noise
    ? h('p', WARNING, t('A repetition alone changes the metric by up to {n}', { n: formatNumber(noise) }))
    : null;
  return h('tr', { class: 'nbmv-cause-details' }, h('td', { colspan: 5 }, drawLines(t, cause.what), warning));
}

/** Sentences, and lines of code with their signs. */
function drawLines(t: Translate, lines: readonly string[]): HTMLElement[] {
  return lines.map(text => {
    const sign = text.slice(0, 2);
    const kind = sign === '+ ' ? 'added' : sign === '- ' ? 'removed' : '';
    return kind
      ? h(
          'p',
          { class: `nbmv-cause-code nbmv-line-${kind}`, dir: 'ltr' },
          h('span', { 'aria-hidden': true }, kind === 'added' ? '+ ' : '\u2212 '),
          h('span', SPOKEN, kind === 'added' ? t('added') : t('removed'), ' '),
          text.slice(2)
        )
      : h('p', {}, userText(text));
  });
}

/** A bar as long as the effect; its text has the sign. */
function effectBar(effect: number, most: number, direction: Direction | undefined): HTMLElement | null {
  if (!effect || !Number.isFinite(effect) || !most) {
    return null;
  }
  const kind = judgeChange(effect, direction) || 'neutral';
  const width = Math.max(2, Math.round((100 * Math.abs(effect)) / most));
  return h(
    'span',
    { class: 'nbmv-effect', 'aria-hidden': true },
    h('span', { class: `nbmv-effect-bar nbmv-effect-${kind}`, style: `inline-size: ${width}%` })
  );
}

function metricText(value: Metric | null): string {
  return value === null ? '' : formatNumber(metricNumber(value));
}

function percent(share: Metric): string {
  const value = metricNumber(share);
  return Number.isFinite(value) ? `${Math.round(100 * value).toLocaleString()}\u00a0%` : '';
}

// -- names of causes

/** The names with what they are: a short change, the role of data, else the kind. */
function causeTitle(t: Translate, cause: ICause): Child[] {
  const title = cause.names.length ? cause.names.join(', ') : kindText(t, cause.kind);
  const about = isShort(cause)
    ? (cause.what[0] ?? '')
    : cause.role
      ? cause.role
          .split(', ')
          .map(role => roleText(t, role))
          .join(', ')
      : cause.names.length
        ? kindText(t, cause.kind)
        : '';
  return [userText(title, 'nbmv-strong'), about ? h('span', DIM, ' · ', userText(about)) : null];
}

/** Whether one short text describes the change: "C 1.0 → 2.0". */
function isShort({ names, what }: ICause): boolean {
  const [first] = what;
  return names.length > 0 && what.length === 1 && first !== undefined && first.length <= SHORT && first.includes(' → ');
}

function kindText(t: Translate, kind: string): string {
  const words: { [kind: string]: string } = {
    data: t('data'),
    parameters: t('parameters'),
    code: t('code'),
    model: t('model'),
    'random state': t('random state'),
    environment: t('environment'),
    module: t('module')
  };
  return words[kind] ?? kind;
}

// -- causes that were not tested

function drawUntested(t: Translate, causes: readonly ICause[], isRest: boolean): HTMLElement {
  const items = causes.map(cause =>
    h(
      'li',
      {},
      h('p', {}, causeTitle(t, cause), cause.why_not ? h('span', DIM, ': ', userText(cause.why_not)) : null),
      isShort(cause) ? null : drawLines(t, cause.what)
    )
  );
  const title = causes.some(one => one.why_not) || isRest ? t('Not tested') : t('Changed');
  return h('div', { class: 'nbmv-untested' }, h('h5', {}, title), h('ul', { role: 'list' }, items));
}
