import type { IContext } from '../context';
import { button, screenReaderText } from '../dom/controls';
import { h } from '../dom/elements';

/** A button shows the lines beyond this number. */
const MAX_DIFF_LINES = 400;

export interface IDiffLine {
  kind: 'hunk' | 'added' | 'removed' | 'same';
  text: string;
  before: number | null;
  after: number | null;
}

/** A unified diff: each line with its sign, its numbers and its colour; or the two texts side by side. */
export function renderTextDiff(ctx: IContext, lines: readonly string[], sideways: boolean): HTMLElement {
  const body = h('tbody', {});
  const numbered = parseDiff(lines);
  const rows = sideways
    ? pairLines(numbered).map(pair => pairRow(ctx, pair))
    : numbered.map(one => unifiedRow(ctx, one));
  body.append(...rows.slice(0, MAX_DIFF_LINES));
  const table = sideways
    ? h(
        'table',
        { class: 'nbmv-sideways' },
        h(
          'colgroup',
          {},
          [1, 2, 3, 4, 5, 6].map(() => h('col'))
        ),
        body
      )
    : h('table', {}, body);
  const box = h(
    'div',
    { class: 'nbmv-unified', tabindex: 0, role: 'group', 'aria-label': ctx.t('Code'), dir: 'ltr' },
    table
  );
  if (rows.length <= MAX_DIFF_LINES) {
    return box;
  }
  const more = button({
    label: ctx.t('{n} more lines', { n: rows.length - MAX_DIFF_LINES }),
    class: 'nbmv-link',
    onClick: () => {
      body.append(...rows.slice(MAX_DIFF_LINES));
      more.remove();
      box.focus();
    }
  });
  return h('div', {}, box, more);
}

/** Parses the lines, and numbers them as in the old and the new text. */
export function parseDiff(lines: readonly string[]): IDiffLine[] {
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

type LinePair = readonly [left: IDiffLine | undefined, right: IDiffLine | undefined];

/** Pairs the removed lines with the lines that were added in their place. */
export function pairLines(lines: readonly IDiffLine[]): LinePair[] {
  const found: LinePair[] = [];
  let removed: IDiffLine[] = [];
  let added: IDiffLine[] = [];
  const flush = (): void => {
    for (let i = 0; i < Math.max(removed.length, added.length); i += 1) {
      found.push([removed[i], added[i]]);
    }
    removed = [];
    added = [];
  };
  for (const line of lines) {
    if (line.kind === 'removed') {
      if (added.length) {
        flush();
      }
      removed.push(line);
    } else if (line.kind === 'added') {
      added.push(line);
    } else {
      flush();
      found.push([line, line]);
    }
  }
  flush();
  return found;
}

const LINE_SIGNS = { hunk: '', added: '+', removed: '\u2212', same: '' };

function unifiedRow(ctx: IContext, line: IDiffLine): HTMLElement {
  if (line.kind === 'hunk') {
    return hunkRow(line);
  }
  return h(
    'tr',
    { class: `nbmv-line-${line.kind}` },
    h('td', { class: 'nbmv-line-number' }, line.before ?? ''),
    h('td', { class: 'nbmv-line-number' }, line.after ?? ''),
    signCell(ctx, line),
    h('td', { class: 'nbmv-line-text' }, line.text)
  );
}

function hunkRow(line: IDiffLine): HTMLElement {
  return h('tr', { class: 'nbmv-hunk' }, h('td', { colspan: 6 }, line.text));
}

function pairRow(ctx: IContext, [left, right]: LinePair): HTMLElement {
  if (left?.kind === 'hunk') {
    return hunkRow(left);
  }
  const side = (line: IDiffLine | undefined, at: number | null | undefined): HTMLElement[] => {
    const kind = line ? `nbmv-line-${line.kind}` : 'nbmv-line-none';
    return [
      h('td', { class: `nbmv-line-number ${kind}` }, at ?? ''),
      line ? signCell(ctx, line, kind) : h('td', { class: kind }),
      h('td', { class: `nbmv-line-text ${kind}` }, line?.text ?? '')
    ];
  };
  return h('tr', {}, side(left, left?.before), side(right, right?.after));
}

function signCell(ctx: IContext, line: IDiffLine, kind = ''): HTMLElement {
  const word = line.kind === 'added' ? ctx.t('added') : line.kind === 'removed' ? ctx.t('removed') : '';
  return h(
    'td',
    { class: `nbmv-line-sign ${kind}` },
    h('span', { 'aria-hidden': true }, LINE_SIGNS[line.kind]),
    word ? screenReaderText(word) : null
  );
}
