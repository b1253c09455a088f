import type { IContext } from '../context';
import { spoken, written } from '../dom/controls';
import { h } from '../dom/elements';
import { ago, better, day, measured, moment, number, size, step } from '../text/figures';
import { stepOf } from '../version/metrics';
import { icon } from '../dom/icons';
import { counted } from '../text/translate';
import type { IChange, IEntry } from '../protocol/messages';

/** What one metric is in every version; for the number in a row and its step from the parent. */
export type Values = ReadonlyMap<string, number>;

/** The two lines of a version's row; with what only a screen reader says between them, they are the row's name. */
export function rowText(ctx: IContext, entry: IEntry, values: Values, current: boolean): HTMLElement {
  const { t } = ctx;
  const said = entry.message || entry.auto || namesIn(ctx, entry);
  const time = new Date(entry.saved_at_utc).toLocaleTimeString(undefined, { timeStyle: 'short' });
  return h(
    'div',
    { class: 'nbmv-row-text' },
    h(
      'div',
      { class: 'nbmv-row-line', title: said },
      h('span', { class: 'nbmv-version' }, entry.name, spoken(current ? `, ${t('present version')}, ` : ', ')),
      written(said, entry.message ? 'nbmv-message' : 'nbmv-message nbmv-dim'),
      spoken(', '),
      h(
        'time',
        { class: 'nbmv-when nbmv-dim', datetime: entry.saved_at_utc, title: moment(entry.saved_at_utc) },
        ago(t, entry.saved_at_utc),
        spoken(`, ${day(t, entry.saved_at_utc)} ${time}, `)
      )
    ),
    h(
      'div',
      { class: 'nbmv-row-line nbmv-row-more' },
      refs(ctx, entry),
      metric(ctx, entry, values),
      note(ctx, entry),
      figures(ctx, entry)
    )
  );
}

/** So many chips are seen where there is room for them; where there is little, one. */
const MOST_CHIPS = 3;

/** A version's branches and tags as chips, and how many more there are. A screen reader is told all of them. */
function refs(ctx: IContext, entry: IEntry): HTMLElement[] {
  const { t } = ctx;
  const chip = (sign: 'branch' | 'tag', word: string, name: string): HTMLElement =>
    h(
      'span',
      { class: `nbmv-chip nbmv-chip-${sign}`, title: name },
      icon(sign),
      spoken(`${word} `),
      written(name),
      spoken(', ')
    );
  const chips = [
    ...entry.branches.map(name => chip('branch', t('branch'), name)),
    ...entry.tags.map(name => chip('tag', t('tag'), name))
  ];
  chips.slice(1).forEach(one => {
    one.classList.add('nbmv-chip-later');
  });
  chips.slice(MOST_CHIPS).forEach(one => {
    one.classList.add('nbmv-spoken');
  });
  const names = [...entry.branches, ...entry.tags].join(', ');
  const rest = (seen: number, className: string): HTMLElement | null =>
    chips.length > seen
      ? h(
          'span',
          { class: `nbmv-chip-rest ${className} nbmv-dim`, title: names, 'aria-hidden': true },
          `+${chips.length - seen}`
        )
      : null;
  return [...chips, rest(1, 'nbmv-where-narrow'), rest(MOST_CHIPS, 'nbmv-where-wide')].filter(one => one !== null);
}

function note(ctx: IContext, entry: IEntry): HTMLElement | null {
  return entry.note
    ? h('span', { class: 'nbmv-has-note', title: entry.note }, icon('note'), spoken(`, ${ctx.t('has a note')}, `))
    : null;
}

/** How much another value is: its sign says up or down, its colour better or worse where the kernel knows which it is. */
function metric(ctx: IContext, entry: IEntry, values: Values): HTMLElement | null {
  const name = ctx.metric.value;
  const found = entry.metrics[name];
  if (!name || found === undefined) {
    return null;
  }
  const value = measured(found);
  const before = values.get(entry.parents[0] ?? '');
  const by = step(before, value);
  const direction = ctx.state.value?.directions?.[name];
  const which = better(ctx.t, direction);
  const said = by
    ? ctx.t('{name} {value}, {step} against the version before', { name, value: number(value), step: by })
    : `${name} ${number(value)}`;
  return h(
    'span',
    { class: 'nbmv-metric', title: which ? `${said} (${which})` : said },
    h('span', { class: 'nbmv-dim' }, `${name} `),
    h('span', { class: 'nbmv-value' }, number(value)),
    by ? [' ', stepOf(ctx, before, value, direction)] : null,
    spoken(', ')
  );
}

function figures(ctx: IContext, entry: IEntry): HTMLElement {
  const { t } = ctx;
  return h(
    'span',
    {
      class: 'nbmv-figures nbmv-dim',
      title: t('{names}, {size}, {new} new on disk', {
        names: counted(t, entry.names.length, '{n} name', '{n} names'),
        size: size(entry.raw_bytes),
        new: size(entry.new_bytes)
      })
    },
    `+${size(entry.new_bytes)}`
  );
}

function namesIn(ctx: IContext, entry: IEntry): string {
  const shown = entry.names
    .slice(0, 3)
    .map(one => one.name)
    .join(', ');
  return entry.names.length > 3 ? ctx.t('{names} and {n} more', { names: shown, n: entry.names.length - 3 }) : shown;
}

const SIGNS: { [effect: string]: string } = { changes: '~', appears: '+', vanishes: '\u2212', lost: '!', stays: '' };

/** What is in the notebook and in no version: names with a sign for new, changed, gone. */
export function pendingText(ctx: IContext, changes: readonly IChange[]): HTMLElement {
  const { t } = ctx;
  return h(
    'div',
    { class: 'nbmv-row-text' },
    h(
      'div',
      { class: 'nbmv-row-line' },
      h('span', { class: 'nbmv-message nbmv-strong' }, t('Uncommitted changes'), spoken(': ')),
      h('span', { class: 'nbmv-dim' }, changes.length.toLocaleString())
    ),
    h('div', { class: 'nbmv-row-line nbmv-row-more nbmv-names' }, pendingNames(changes.slice(0, 12)))
  );
}

/** "+" is new since the version, "−" gone, "~" changed. */
export function pendingNames(changes: readonly IChange[]): HTMLElement[] {
  return changes.map(change =>
    h(
      'span',
      { class: 'nbmv-name', title: `${change.name}: ${change.type}` },
      `${SIGNS[change.effect] ?? ''}${change.name}`,
      spoken(' ')
    )
  );
}
