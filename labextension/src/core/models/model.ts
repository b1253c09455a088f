import type { IContext } from '../context';
import { button, foldable, userText } from '../dom/controls';
import { h, type Child } from '../dom/elements';
import type { IRegisteredModel } from '../protocol/messages';
import { formatAge, formatDateTime } from '../text/figures';
import { plural } from '../text/translate';
import { drawBoard } from './board';
import { askBack, askDecision } from './forms';
import { ACTIONS, DIM, SMALL, STRONG, TITLE, WARNING_BOX } from '../dom/styles';

type Holders = IRegisteredModel['holders'][number];

/** The key of the fold of versions in no stage. */
const ALL = 'all';

interface IDrawing {
  showMore(): void;
  redraw(): void;
  /** Whether the user has opened or closed a fold, by its heading. It outlives the drawing. */
  folds: Map<string, boolean>;
}

/** One model: what waits, its versions by stage, the holders of its stages, and its audit log. */
export function drawModel(ctx: IContext, model: IRegisteredModel, drawing: IDrawing): HTMLElement {
  const { t } = ctx;
  return h(
    'section',
    { class: 'nbmv-model', 'aria-label': model.name },
    h('h3', TITLE, userText(model.name)),
    model.description ? h('p', { class: 'nbmv-description' }, userText(model.description)) : null,
    model.owners.length ? h('p', DIM, t('Owned by {names}', { names: model.owners.join(', ') })) : null,
    model.diverged.map(stage =>
      h(
        'p',
        WARNING_BOX,
        t('Two stores moved {stage} to different versions before they were merged. Promote one of them.', { stage })
      )
    ),
    drawWaiting(ctx, model),
    drawBoard(ctx, model, {
      showsAll: drawing.folds.get(ALL) ?? false,
      showAll: () => {
        drawing.folds.set(ALL, true);
        drawing.redraw();
      }
    }),
    model.holders.map(one => drawHolders(ctx, model, one, drawing)),
    drawAudit(ctx, model, drawing)
  );
}

function drawWaiting(ctx: IContext, model: IRegisteredModel): Child {
  const { t } = ctx;
  const items = model.waiting.map(({ address, stage, by, why, at_utc }) => {
    const decide = (outcome: 'approve' | 'refuse', label: string): HTMLElement =>
      link(label, t('{action} {address} for {stage}', { action: label, address, stage }), () => {
        askDecision(ctx, model, { address, stage, outcome });
      });
    return h(
      'li',
      WARNING_BOX,
      h('p', {}, t('{address} waits for an approval for {stage}', { address, stage })),
      h('p', DIM, userText(by), ' · ', time(ctx, at_utc), why ? [' · ', userText(why)] : null),
      h('div', ACTIONS, decide('approve', t('Approve…')), decide('refuse', t('Refuse…')))
    );
  });
  return items.length ? h('ul', { 'aria-label': t('Waiting') }, items) : null;
}

function drawHolders(ctx: IContext, model: IRegisteredModel, one: Holders, drawing: IDrawing): HTMLElement {
  const { t } = ctx;
  const { holder, is_stage, holdings } = one;
  const items = holdings.map(({ number, kind, since_utc, until_utc, by, why, forced }) =>
    entry(ctx, number, kind === 'back' ? `${t('back')}: ` : '', {
      why,
      forced,
      about: [userText(by), ' · ', moment(since_utc), ' – ', until_utc ? moment(until_utc) : t('now')]
    })
  );
  const back = (): void => {
    askBack(ctx, model.name, holder);
  };
  return fold(
    drawing,
    t('Holders of {stage}', { stage: holder }),
    h(
      'div',
      {},
      h('ol', { class: 'nbmv-entries' }, items),
      is_stage && holdings.length > 1 && !holdings[0]?.until_utc
        ? link(t('Back to the former holder…'), t('Move {stage} back to the former holder', { stage: holder }), back)
        : null
    ),
    is_stage
  );
}

function drawAudit(ctx: IContext, model: IRegisteredModel, drawing: IDrawing): HTMLElement {
  const { t } = ctx;
  const items = model.events.map(({ kind, what, why, forced, by, at_utc, erased }) =>
    entry(ctx, kind, [userText(what), why || forced ? ' · ' : null], {
      why,
      forced,
      about: [
        userText(by),
        ' · ',
        moment(at_utc),
        erased ? ` · ${plural(t, erased, '{n} text erased', '{n} texts erased')}` : null
      ]
    })
  );
  return fold(
    drawing,
    t('Audit log'),
    h(
      'div',
      {},
      h('ol', { class: 'nbmv-entries' }, items),
      model.has_more ? button({ label: t('Show older events'), class: 'nbmv-link', onClick: drawing.showMore }) : null
    ),
    false
  );
}

/** One line with a reason, and below it who did it and when. */
function entry(
  { t }: IContext,
  head: string,
  text: Child,
  { why, forced, about }: { why: string; forced: boolean; about: Child }
): HTMLElement {
  return h(
    'li',
    {},
    h(
      'p',
      {},
      h('span', STRONG, head),
      ' ',
      text,
      forced ? [h('span', { class: 'nbmv-chip nbmv-unusable' }, t('forced')), ' '] : null,
      userText(why)
    ),
    h('p', SMALL, about)
  );
}

function fold({ folds }: IDrawing, heading: string, body: HTMLElement, open: boolean): HTMLElement {
  return foldable(heading, body, folds.get(heading) ?? open, now => {
    folds.set(heading, now);
  });
}

function link(label: string, name: string, onClick: () => void): HTMLButtonElement {
  const element = button({ label, class: 'nbmv-link', onClick });
  element.setAttribute('aria-label', name);
  return element;
}

function time({ t }: IContext, at_utc: string): HTMLElement {
  return h('time', { class: 'nbmv-dim', datetime: at_utc, title: formatDateTime(at_utc) }, formatAge(t, at_utc));
}

function moment(at_utc: string): HTMLElement {
  return h('time', { datetime: at_utc, title: formatDateTime(at_utc) }, formatDateTime(at_utc, true));
}
