import type { IContext } from '../context';
import { button, iconButton, userText } from '../dom/controls';
import { h, type Child } from '../dom/elements';
import { enableGridKeys, type GridItem } from '../dom/focus';
import { icon } from '../dom/icons';
import type { IModelVersion, IRegisteredModel } from '../protocol/messages';
import { formatAge, formatDateTime, formatNumber, metricNumber } from '../text/figures';
import { plural } from '../text/translate';
import { openAlarms } from '../version/actions';
import { askPromotion } from './forms';
import { openVersionMenu } from './version-menu';
import { ACTIONS, DIM, SMALL, STRONG, WARNING_BOX } from '../dom/styles';

/** Cards of versions in no stage that are shown at first. Archived ones are not among them. */
const MOST_CARDS = 8;

interface IBoardOptions {
  /** Whether the user wants to see all versions in no stage. */
  showsAll: boolean;
  showAll(): void;
}

interface IColumn {
  heading: string;
  /** What the column says without cards. */
  none: string;
  versions: IModelVersion[];
  more?: Child;
}

/** The versions of a model: a column for each stage in the order of the policy, and one for versions in no stage. */
export function drawBoard(ctx: IContext, model: IRegisteredModel, options: IBoardOptions): HTMLElement {
  const { t } = ctx;
  const cards: GridItem[][] = [];
  const columns = [...stageColumns(ctx, model), restColumn(ctx, model, options)].map(one => {
    const items = one.versions.map(version => drawCard(ctx, model, version));
    cards.push(items);
    return h(
      'section',
      { class: 'nbmv-board-column', 'aria-label': one.heading },
      h('h4', { class: 'nbmv-board-head' }, userText(one.heading)),
      items.length
        ? h(
            'ul',
            {},
            items.map(item => h('li', {}, item))
          )
        : h('p', DIM, one.none),
      one.more
    );
  });
  const board = h(
    'div',
    { class: 'nbmv-board', role: 'group', 'aria-label': t('Versions of {name} by stage', { name: model.name }) },
    columns
  );
  const lines = cards.filter(one => one.length);
  enableGridKeys(board, { lines: () => lines, isColumns: true });
  return board;
}

/** Every stage of the policy, and those that hold a version although the policy in force does not name them. */
function stageColumns({ t }: IContext, model: IRegisteredModel): IColumn[] {
  const held = model.versions.flatMap(one => one.stages);
  return [...new Set([...model.stages, ...held])].map(stage => ({
    heading: model.stages.includes(stage) ? stage : t('{stage} (not in the policy)', { stage }),
    none: t('none'),
    versions: model.versions.filter(one => one.stages.includes(stage))
  }));
}

function restColumn({ t }: IContext, model: IRegisteredModel, { showsAll, showAll }: IBoardOptions): IColumn {
  const rest = model.versions.filter(one => !one.stages.length);
  const shown = showsAll ? rest : rest.filter(one => one.state?.state !== 'archived').slice(0, MOST_CARDS);
  const hidden = rest.length - shown.length;
  return {
    heading: t('No stage'),
    none: t('none'),
    versions: shown,
    more: hidden
      ? button({
          label: t('Show {n} more, older or archived', { n: hidden }),
          class: 'nbmv-link',
          onClick: showAll
        })
      : null
  };
}

function drawCard(ctx: IContext, model: IRegisteredModel, version: IModelVersion): HTMLElement {
  const { t } = ctx;
  const { address, state, change, reason, at_utc } = version;
  const waits = model.waiting.filter(one => one.address === address).map(one => one.stage);
  return h(
    'div',
    { class: 'nbmv-card', role: 'group', 'aria-label': address },
    h(
      'div',
      { class: 'nbmv-card-line' },
      historyLink(ctx, version),
      version.aliases.map(alias => h('span', { class: 'nbmv-chip nbmv-chip-tag' }, icon('tag'), userText(alias))),
      state ? h('span', { class: 'nbmv-chip nbmv-unusable' }, stateWord(ctx, state.state)) : null,
      alarmBadge(ctx, version),
      waits.map(stage =>
        h('span', { class: 'nbmv-chip nbmv-waits' }, icon('clock'), userText(t('waits for {stage}', { stage })))
      )
    ),
    drawMetrics(model, version),
    h(
      'p',
      SMALL,
      h('code', { class: 'nbmv-inline-code' }, userText(version.variable)),
      ` · ${version.version || t('its record is gone')} · `,
      h('time', { datetime: at_utc, title: formatDateTime(at_utc) }, formatAge(t, at_utc))
    ),
    h('p', SMALL, userText(change && change !== 'first' ? `${change}: ${reason}` : reason)),
    drawState(ctx, version),
    drawActions(ctx, model, version)
  );
}

/** The number. A click shows the version in the history. */
function historyLink(ctx: IContext, { address, number, id, version }: IModelVersion): HTMLElement {
  if (!id) {
    return h('span', STRONG, number);
  }
  const show = (): void => {
    ctx.openView('history', [id]);
  };
  const element = button({ label: number, class: 'nbmv-link nbmv-strong', onClick: show });
  element.setAttribute('aria-label', ctx.t('{address}: show {version} in the history', { address, version }));
  return element;
}

/** The alarms of a version. A click compares it with its first parent, where the alarms are the first section. */
function alarmBadge(ctx: IContext, { id, address, alarms }: IModelVersion): HTMLElement | null {
  if (!alarms.length) {
    return null;
  }
  const count = plural(ctx.t, alarms.length, '{n} alarm', '{n} alarms');
  const element = h(
    'button',
    {
      type: 'button',
      class: 'nbmv-chip nbmv-alarm',
      title: alarms.join('\n'),
      'aria-label': ctx.t('{address}: {alarms}', { address, alarms: count }),
      on: {
        click: () => {
          void showAlarms(ctx, id);
        }
      }
    },
    icon('warning'),
    count
  );
  return element;
}

async function showAlarms(ctx: IContext, id: string): Promise<void> {
  try {
    const found = await ctx.query('version', { id });
    if (found.parents.length) {
      openAlarms(ctx, found);
    } else {
      ctx.openView('history', [id]); // the details show the alarm of a first version
    }
  } catch (error) {
    ctx.showError(error);
  }
}

function drawMetrics(model: IRegisteredModel, { metrics }: IModelVersion): HTMLElement | null {
  const items = model.metrics.flatMap(name => {
    const value = metrics[name];
    return value === undefined
      ? []
      : [
          h('div', {}, h('dt', {}, userText(name)), h('dd', { class: 'nbmv-value' }, formatNumber(metricNumber(value))))
        ];
  });
  return items.length ? h('dl', { class: 'nbmv-figures-list' }, items) : null;
}

function drawState({ t }: IContext, { state }: IModelVersion): HTMLElement | null {
  return state
    ? h(
        'p',
        WARNING_BOX,
        userText(state.why),
        state.starts_on ? ` · ${t('from {day}', { day: state.starts_on })}` : null,
        state.use ? ` · ${t('use {address}', { address: state.use })}` : null,
        h('span', DIM, ' · ', userText(state.by))
      )
    : null;
}

function drawActions(ctx: IContext, model: IRegisteredModel, version: IModelVersion): HTMLElement {
  const { t } = ctx;
  const { address } = version;
  const more = iconButton({
    label: t('More actions for {address}', { address }),
    icon: 'more',
    onClick: () => {
      openVersionMenu(ctx, model, version, more);
    }
  });
  more.setAttribute('aria-haspopup', 'menu');
  const promote = button({
    label: t('Promote…'),
    class: 'nbmv-link',
    onClick: () => {
      askPromotion(ctx, model, version);
    }
  });
  promote.setAttribute('aria-label', t('Promote {address}', { address }));
  return h('div', ACTIONS, version.state?.state === 'archived' ? null : promote, more);
}

function stateWord({ t }: IContext, state: 'active' | 'deprecated' | 'archived'): string {
  return state === 'archived' ? t('archived') : t('deprecated');
}
