/** Formats sizes, durations, times and numbers; the twin of nbmodelver/views/figures.py. Sizes are decimal. */

import type { Translate } from './translate';
import type { Direction, Json, Metric } from '../protocol/messages';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** A size, such as "0 B", "1.2 MB", "540 MB". */
export function formatSize(count_bytes: number): string {
  let amount = count_bytes;
  let unit = 0;
  while (Math.abs(amount) >= 999.5 && unit < UNITS.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || Math.abs(amount) >= 9.95 ? 0 : 1;
  return `${amount.toFixed(digits)}\u00a0${UNITS[unit] ?? ''}`;
}

/** A duration, such as "4 ms", "0.08 s", "2.3 s", "3 min 5 s". */
export function formatDuration(seconds: number): string {
  if (seconds < 0.01) {
    return `${Math.round(seconds * 1000)} ms`;
  }
  if (seconds < 9.95) {
    return `${seconds.toFixed(seconds < 0.995 ? 2 : 1)} s`;
  }
  const whole = Math.round(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const NON_FINITE: ReadonlyMap<string, number> = new Map([
  ['nan', NaN],
  ['inf', Infinity],
  ['-inf', -Infinity]
]);

/** A metric as a number; NaN if there is none. */
export function metricNumber(metric: Metric | null | undefined): number {
  return typeof metric === 'number' ? metric : (NON_FINITE.get(metric ?? '') ?? NaN);
}

/** Whether a value is a number, or the word for a number that JSON cannot express. */
export function isMetric(value: Json | undefined): value is Metric {
  return typeof value === 'number' || (typeof value === 'string' && NON_FINITE.has(value));
}

/** A number as messages express it: NaN and the infinities are words. */
export function metricOf(value: number): Metric {
  return Number.isFinite(value) ? value : Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

/** Whether a change of a metric is "good" or "bad"; "" if there is no change or the direction is unknown. */
export function judgeChange(by: number, direction: Direction | undefined): 'good' | 'bad' | '' {
  if (!by || Number.isNaN(by) || direction === undefined || direction === 'unknown') {
    return '';
  }
  return by > 0 === (direction === 'higher') ? 'good' : 'bad';
}

/** The text for a metric's direction; "" if the direction is unknown. */
export function directionText(t: Translate, direction: Direction | undefined): string {
  return direction === 'higher' ? t('higher is better') : direction === 'lower' ? t('lower is better') : '';
}

/** Parses a metric with an optional direction, as in "12:lower"; undefined if the text is not a metric. */
export function parseMetricWithDirection(text: string): Metric | [Metric, 'higher' | 'lower'] | undefined {
  const [, left = '', right = ''] = /^(.*):\s*(higher|lower)\s*$/i.exec(text) ?? [];
  const found = parseMetric(right ? left : text);
  return found === undefined || !right ? found : [found, right.toLowerCase() === 'lower' ? 'lower' : 'higher'];
}

/** Parses a metric; undefined if the text is not one. */
export function parseMetric(text: string): Metric | undefined {
  const word = text.trim().toLowerCase().replace(/^\+/, '').replace('infinity', 'inf');
  if (isMetric(word)) {
    return word;
  }
  const found = Number(word);
  return word !== '' && Number.isFinite(found) ? found : undefined;
}

/**
 * Four significant digits. Integers and numbers from 10,000 on have all digits and separators. "nan", "inf", "-inf".
 */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) {
    return String(metricOf(value));
  }
  if ((Number.isInteger(value) || Math.abs(value) >= 10_000) && Math.abs(value) < 1e12) {
    return Math.round(value).toLocaleString();
  }
  const rounded = Number(value.toPrecision(4));
  return Math.abs(rounded) >= 1e-4 && Math.abs(rounded) < 1e9 ? String(rounded) : rounded.toExponential();
}

/** A number with its sign, as in "+0.02" or "\u22120.02"; "0" has none. */
export function formatSigned(value: number): string {
  return value === 0 || Number.isNaN(value)
    ? formatNumber(value)
    : `${value > 0 ? '+' : '\u2212'}${formatNumber(Math.abs(value))}`;
}

/** The difference of two numbers, as in "+0.02"; "" if there is none. */
export function formatDifference(before: number | undefined, after: number | undefined): string {
  if (before === undefined || after === undefined) {
    return '';
  }
  const difference = Number((after - before).toPrecision(3));
  if (difference === 0 || !Number.isFinite(difference)) {
    return '';
  }
  return formatSigned(difference);
}

/** Any JSON value in one line. */
export function formatJson(value: Json | undefined): string {
  if (value === null || value === undefined) {
    return '';
  }
  if (typeof value === 'number') {
    return formatNumber(value);
  }
  if (typeof value === 'string') {
    return value;
  }
  return Array.isArray(value) ? `[${value.map(formatJson).join(', ')}]` : JSON.stringify(value);
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function locale(): string | undefined {
  const lang = document.documentElement.lang;
  try {
    return lang && Intl.DateTimeFormat.supportedLocalesOf(lang).length ? lang : undefined;
  } catch {
    return undefined; // a page may have an invalid language tag
  }
}

/** The age of a version: "now", "5 min", "3 h", "2 d"; the date after a week. */
export function formatAge(t: Translate, saved_at_utc: string, now: Date = new Date()): string {
  const then = new Date(saved_at_utc);
  const passed = (now.getTime() - then.getTime()) / 1000;
  if (Number.isNaN(passed)) {
    return '';
  }
  if (passed < -HOUR || passed > 7 * DAY) {
    // the kernel's clock may be ahead of the page's
    const sameYear = then.getFullYear() === now.getFullYear();
    return then.toLocaleDateString(
      locale(),
      sameYear ? { day: 'numeric', month: 'short' } : { year: 'numeric', month: 'short', day: 'numeric' }
    );
  }
  if (passed < MINUTE) {
    return t('now');
  }
  if (passed < HOUR) {
    return t('{n} min', { n: Math.floor(passed / MINUTE) });
  }
  return passed < DAY ? t('{n} h', { n: Math.floor(passed / HOUR) }) : t('{n} d', { n: Math.floor(passed / DAY) });
}

/** Date and time in the user's time zone, in full or short. */
export function formatDateTime(saved_at_utc: string, isShort = false): string {
  const then = new Date(saved_at_utc);
  const styles = isShort
    ? ({ dateStyle: 'medium', timeStyle: 'short' } as const)
    : ({ dateStyle: 'full', timeStyle: 'medium' } as const);
  return Number.isNaN(then.getTime()) ? '' : then.toLocaleString(locale(), styles);
}

/** A key that is equal for two times on the same local day. */
export function dayKey(saved_at_utc: string): string {
  const then = new Date(saved_at_utc);
  return Number.isNaN(then.getTime()) ? '' : `${then.getFullYear()}-${then.getMonth() + 1}-${then.getDate()}`;
}

/** The day: "Today", "Yesterday", "Tuesday, 3 November". */
export function formatDay(t: Translate, saved_at_utc: string, now: Date = new Date()): string {
  const then = new Date(saved_at_utc);
  if (Number.isNaN(then.getTime())) {
    return '';
  }
  if (dayKey(saved_at_utc) === dayKey(now.toISOString())) {
    return t('Today');
  }
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (dayKey(saved_at_utc) === dayKey(yesterday.toISOString())) {
    return t('Yesterday');
  }
  const year = then.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return then.toLocaleDateString(locale(), {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(year ? { year } : {})
  });
}
