import type { IContext } from '../context';
import { h } from '../dom';

/** More lines than this are cut off until they are asked for. */
const MOST = 400;

/** A unified diff: each line with its sign, its number on either side and its colour. */
export function unified(ctx: IContext, lines: readonly string[]): HTMLElement {
  const body = h('tbody', {});
  const numbered = number(lines);
  const put = (from: number, to: number): void => { body.append(...numbered.slice(from, to).map(one => row(ctx, one))); };
  put(0, MOST);
  const box = h('div', { class: 'nbmv-unified', tabindex: 0, role: 'group', 'aria-label': ctx.t('Code'), dir: 'ltr' }, h('table', {}, body));
  if (lines.length > MOST) {
    const more = h('button', { type: 'button', class: 'nbmv-button nbmv-link', on: { click: () => { put(MOST, numbered.length); more.remove(); } } }, ctx.t('{n} more lines', { n: lines.length - MOST }));
    return h('div', {}, box, more);
  }
  return box;
}

interface ILine {
  kind: 'hunk' | 'added' | 'removed' | 'same';
  text: string;
  before: number | null;
  after: number | null;
}

/** The lines with the numbers that they have in the old and in the new text. */
export function number(lines: readonly string[]): ILine[] {
  let before = 1;
  let after = 1;
  return lines.map(text => {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(text);
    if (hunk) {
      before = Number(hunk[1]);
      after = Number(hunk[2]);
      return { kind: 'hunk', text, before: null, after: null };
    }
    const rest = text.slice(1);
    if (text.startsWith('+')) {
      return { kind: 'added', text: rest, before: null, after: after++ };
    }
    if (text.startsWith('-')) {
      return { kind: 'removed', text: rest, before: before++, after: null };
    }
    return { kind: 'same', text: rest, before: before++, after: after++ };
  });
}

const SIGNS = { hunk: '', added: '+', removed: '\u2212', same: '' };

function row(ctx: IContext, line: ILine): HTMLElement {
  if (line.kind === 'hunk') {
    return h('tr', { class: 'nbmv-hunk' }, h('td', { colspan: 4 }, line.text));
  }
  const spoken = line.kind === 'added' ? ctx.t('added') : line.kind === 'removed' ? ctx.t('removed') : '';
  return h(
    'tr',
    { class: `nbmv-line-${line.kind}` },
    h('td', { class: 'nbmv-line-number' }, line.before ?? ''),
    h('td', { class: 'nbmv-line-number' }, line.after ?? ''),
    h('td', { class: 'nbmv-line-sign' }, h('span', { 'aria-hidden': true }, SIGNS[line.kind]), spoken ? h('span', { class: 'nbmv-spoken' }, spoken) : null),
    h('td', { class: 'nbmv-line-text' }, line.text)
  );
}
