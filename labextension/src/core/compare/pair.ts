import type { IContext } from '../context';
import { foldable, userText } from '../dom/controls';
import { h } from '../dom/elements';
import { icon } from '../dom/icons';
import { plural } from '../text/translate';
import type { IDiff, ISection } from '../protocol/messages';
import { rendererOf } from './registry';
import { alarmSummary } from './alarms';
import type { IComparedPair, IDisplayOptions } from './sections';
import { COUNT, DIM } from '../dom/styles';

export interface IComparisonDrawing {
  title: HTMLElement;
  /** For screen readers. */
  summary: string;
  body(look: IDisplayOptions): HTMLElement[];
}

/** Compares two versions. name: compare only this variable; "" for all. */
export async function comparePair(
  ctx: IContext,
  before: string,
  after: string,
  name: string
): Promise<IComparisonDrawing> {
  const diff = await ctx.query('diff', { before, after, ...(name ? { names: [name] } : {}) });
  const differing = diff.sections.filter(differs).length;
  const pair: IComparedPair = { before: diff.before.id, after: diff.after.id, kept: new Map() };
  const closed = new Set(diff.sections.filter(section => section.folded).map(section => section.id));
  return {
    title: drawTitle(ctx, diff, name),
    summary: [
      alarmSummary(ctx.t, diff.sections),
      plural(ctx.t, differing, '{n} section differs', '{n} sections differ')
    ]
      .filter(Boolean)
      .join('; '),
    body: look => drawSections(ctx, diff, { look, pair, closed })
  };
}

function drawTitle(ctx: IContext, { before, after }: IDiff, name: string): HTMLElement {
  const side = (label: string, of: IDiff['before']): HTMLElement =>
    h(
      'div',
      { class: 'nbmv-side' },
      h('span', { class: 'nbmv-small nbmv-dim' }, label),
      h('span', { class: 'nbmv-side-name', title: of.message }, h('strong', {}, of.name), ' ', userText(of.message)),
      ctx.pages.rerun?.button(ctx, of)
    );
  return h(
    'div',
    { class: 'nbmv-sides' },
    side(name ? ctx.t('Before, {name} only', { name }) : ctx.t('Before'), before),
    icon('forward'),
    side(ctx.t('After'), after)
  );
}

export function differs(section: ISection): boolean {
  return (
    section.lines.length > 0 || section.rows.some(row => row.status !== 'same') || section.id.startsWith('failed.')
  );
}

interface IPairOptions {
  look: IDisplayOptions;
  pair: IComparedPair;
  /** Ids of the sections that are closed. */
  closed: Set<string>;
}

function drawSections(ctx: IContext, diff: IDiff, options: IPairOptions): HTMLElement[] {
  const { t } = ctx;
  const { look } = options;
  const shown = diff.sections.filter(
    section => !look.onlyDifferences || differs(section) || (section.note && !section.rows.length)
  );
  const same = diff.sections.filter(section => !shown.includes(section));
  const drawn = shown.map(section => drawSection(ctx, section, options));
  if (!diff.sections.some(differs)) {
    drawn.unshift(h('p', { class: 'nbmv-empty' }, t('No differences.')));
  } else if (same.length) {
    drawn.push(h('p', DIM, t('Unchanged: {sections}', { sections: same.map(one => one.title).join(', ') })));
  }
  return drawn;
}

function drawSection(ctx: IContext, section: ISection, { look, pair, closed }: IPairOptions): HTMLElement {
  const count = section.rows.filter(row => row.status !== 'same').length;
  const heading = [
    h('h3', { class: 'nbmv-section-title' }, userText(section.title)),
    count ? h('span', COUNT, count) : null
  ];
  const content = h('div', { class: 'nbmv-section-body' }, rendererOf(section.id)(ctx, section, look, pair));
  const element = foldable(heading, content, !closed.has(section.id), open => {
    if (open) {
      closed.delete(section.id);
    } else {
      closed.add(section.id);
    }
  });
  element.classList.add('nbmv-section');
  element.dataset['section'] = section.id;
  return element;
}
