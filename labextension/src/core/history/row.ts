import type { IContext } from '../context';
import { screenReaderText, userText } from '../dom/controls';
import { h } from '../dom/elements';
import {
  formatAge,
  directionText,
  formatDay,
  metricNumber,
  formatDateTime,
  formatNumber,
  formatSize,
  formatDifference
} from '../text/figures';
import { metricChange } from '../version/metrics';
import { icon } from '../dom/icons';
import { changedNames } from '../version/changed-names';
import { plural } from '../text/translate';
import type { IChange, IEntry } from '../protocol/messages';
import { DIM } from '../dom/styles';

/** The value of one metric in each version, by the version's id. */
export type MetricValues = ReadonlyMap<string, number>;

/** The two lines of a version's row. Together with the text for screen readers they are the row's accessible name. */
export function drawRowText(ctx: IContext, entry: IEntry, values: MetricValues, current: boolean): HTMLElement {
  const { t } = ctx;
  const title = entry.message || entry.auto || nameSummary(ctx, entry);
  const time = new Date(entry.saved_at_utc).toLocaleTimeString(undefined, { timeStyle: 'short' });
  return h(
    'div',
    { class: 'nbmv-row-text' },
    h(
      'div',
      { class: 'nbmv-row-line', title: title },
      h(
        'span',
        { class: 'nbmv-version' },
        entry.name,
        screenReaderText(current ? `, ${t('current version')}, ` : ', ')
      ),
      userText(title, entry.message ? 'nbmv-message' : 'nbmv-message nbmv-dim'),
      screenReaderText(', '),
      h(
        'time',
        { class: 'nbmv-when nbmv-dim', datetime: entry.saved_at_utc, title: formatDateTime(entry.saved_at_utc) },
        formatAge(t, entry.saved_at_utc),
        screenReaderText(`, ${formatDay(t, entry.saved_at_utc)} ${time}, `)
      )
    ),
    h(
      'div',
      { class: 'nbmv-row-line nbmv-row-more' },
      alarmBadge(ctx, entry),
      refChips(ctx, entry),
      ctx.pages.remotes?.marks(ctx, entry),
      metricText(ctx, entry, values),
      noteSign(ctx, entry),
      sizeText(ctx, entry)
    )
  );
}

/** Number of chips in a wide row. A narrow row shows one. */
const MAX_CHIPS = 3;

/** A version's branches and tags as chips, and the number of those that are hidden. Screen readers get all of them. */
function refChips(ctx: IContext, entry: IEntry): HTMLElement[] {
  const { t } = ctx;
  const chip = (sign: 'branch' | 'tag', word: string, name: string): HTMLElement =>
    h(
      'span',
      { class: `nbmv-chip nbmv-chip-${sign}`, title: name },
      icon(sign),
      screenReaderText(`${word} `),
      userText(name),
      screenReaderText(', ')
    );
  const chips = [
    ...entry.branches.map(name => chip('branch', t('branch'), name)),
    ...entry.tags.map(name => chip('tag', t('tag'), name))
  ];
  chips.slice(1).forEach(one => {
    one.classList.add('nbmv-chip-later');
  });
  chips.slice(MAX_CHIPS).forEach(one => {
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
  return [...chips, rest(1, 'nbmv-where-narrow'), rest(MAX_CHIPS, 'nbmv-where-wide')].filter(one => one !== null);
}

/**
 * The badge of an alarm. The list handles its click: an option of a listbox contains no controls, so with the keyboard
 * the alarms are opened from the row's menu or from the details.
 */
function alarmBadge(ctx: IContext, entry: IEntry): HTMLElement | null {
  return entry.alarm
    ? h(
        'span',
        { class: 'nbmv-chip nbmv-alarm', title: entry.alarm },
        icon('warning'),
        h('span', {}, ctx.t('alarm')),
        screenReaderText(', ')
      )
    : null;
}

function noteSign(ctx: IContext, entry: IEntry): HTMLElement | null {
  return entry.note
    ? h(
        'span',
        { class: 'nbmv-has-note', title: entry.note },
        icon('note'),
        screenReaderText(`, ${ctx.t('has a note')}, `)
      )
    : null;
}

/** The metric's value and its change. The sign says up or down; the colour says better or worse, if that is known. */
function metricText(ctx: IContext, entry: IEntry, values: MetricValues): HTMLElement | null {
  const name = ctx.metric.value;
  const found = entry.metrics[name];
  if (!name || found === undefined) {
    return null;
  }
  const value = metricNumber(found);
  const before = values.get(entry.parents[0] ?? '');
  const difference = formatDifference(before, value);
  const direction = ctx.state.value?.directions?.[name];
  const directionHint = directionText(ctx.t, direction);
  const text = difference
    ? ctx.t('{name} {value}, {step} from the previous version', { name, value: formatNumber(value), step: difference })
    : `${name} ${formatNumber(value)}`;
  return h(
    'span',
    { class: 'nbmv-metric', title: directionHint ? `${text} (${directionHint})` : text },
    h('span', DIM, `${name} `),
    h('span', { class: 'nbmv-value' }, formatNumber(value)),
    difference ? [' ', metricChange(ctx, before, value, direction)] : null,
    screenReaderText(', ')
  );
}

function sizeText(ctx: IContext, entry: IEntry): HTMLElement {
  const { t } = ctx;
  return h(
    'span',
    {
      class: 'nbmv-figures nbmv-dim',
      title: t('{names}, {size}, {new} new on disk', {
        names: plural(t, entry.names.length, '{n} variable', '{n} variables'),
        size: formatSize(entry.raw_bytes),
        new: formatSize(entry.new_bytes)
      })
    },
    `+${formatSize(entry.new_bytes)}`
  );
}

function nameSummary(ctx: IContext, entry: IEntry): string {
  const firstNames = entry.names
    .slice(0, 3)
    .map(one => one.name)
    .join(', ');
  return entry.names.length > 3
    ? ctx.t('{names} and {n} more', { names: firstNames, n: entry.names.length - 3 })
    : firstNames;
}

/** The uncommitted changes: the number of names, and the names with a sign for new, changed or removed. */
export function drawPendingText(ctx: IContext, changes: readonly IChange[]): HTMLElement {
  const { t } = ctx;
  return h(
    'div',
    { class: 'nbmv-row-text' },
    h(
      'div',
      { class: 'nbmv-row-line' },
      h('span', { class: 'nbmv-message nbmv-strong' }, t('Uncommitted changes'), screenReaderText(': ')),
      h('span', DIM, changes.length.toLocaleString())
    ),
    h('div', { class: 'nbmv-row-line nbmv-row-more nbmv-names' }, changedNames(changes.slice(0, 12)))
  );
}
