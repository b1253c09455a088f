import type { IContext } from '../context';
import { button, tableHead, userText } from '../dom/controls';
import { h } from '../dom/elements';
import { icon } from '../dom/icons';
import type { IModelSummary } from '../protocol/messages';
import { plural } from '../text/translate';
import { DIM, SPOKEN } from '../dom/styles';

/** A table of the registered models: a row for each, with the holder of each stage in a column of its own. */
export function drawOverview(
  ctx: IContext,
  models: readonly IModelSummary[],
  stages: readonly string[],
  { chosen, choose }: { chosen: string; choose(name: string): void }
): HTMLElement {
  const { t } = ctx;
  const heads = [t('Model'), ...stages];
  return h(
    'table',
    { class: 'nbmv-table nbmv-model-table' },
    h('caption', SPOKEN, t('Registered models and the holders of their stages')),
    tableHead(heads.map(text => userText(text))),
    h(
      'tbody',
      {},
      models.map(one =>
        drawRow(ctx, one, stages, one.name === chosen, () => {
          choose(one.name);
        })
      )
    )
  );
}

function drawRow(
  ctx: IContext,
  one: IModelSummary,
  stages: readonly string[],
  isChosen: boolean,
  choose: () => void
): HTMLElement {
  const { t } = ctx;
  const name = button({ label: one.name, class: 'nbmv-link', icon: 'model', title: one.description, onClick: choose });
  name.setAttribute('aria-current', String(isChosen));
  const waiting = one.waiting
    ? h(
        'span',
        { class: 'nbmv-chip nbmv-waits', title: plural(t, one.waiting, '{n} request waits', '{n} requests wait') },
        icon('clock'),
        t('{n} waiting', { n: one.waiting })
      )
    : null;
  return h(
    'tr',
    {
      class: isChosen ? 'nbmv-current' : undefined,
      on: {
        click: event => {
          if (!name.contains(event.target as Node)) {
            choose();
          }
        }
      }
    },
    h(
      'th',
      { scope: 'row' },
      name,
      ' ',
      h('span', { class: 'nbmv-dim nbmv-small', title: t('Newest version') }, one.newest),
      waiting
    ),
    stages.map(stage => h('td', { class: 'nbmv-value' }, one.stages[stage] ?? h('span', DIM, '–')))
  );
}
