import type { IContext } from '../context';
import { button, iconButton, userText } from '../dom/controls';
import { h } from '../dom/elements';
import { openMenu, type IMenuItem } from '../dom/menu';
import { ACTIONS, DIM, SMALL, TITLE, WARNING } from '../dom/styles';
import { ChangeForm } from '../models/change-form';
import type { IRemote } from '../protocol/messages';
import { formatAge, formatDateTime } from '../text/figures';
import { reportSuccess } from '../version/actions';
import { drawBranches } from './branches';
import { MembersPage } from './members-page';
import type { Transfer } from './transfer';
import { rulesText } from './words';
import { fetchWork, pullWork, pushWork } from './works';

export type Deed = 'fetch_from' | 'push_to' | 'pull_from';

/** Begins a transfer of the current branch. */
export function begin(ctx: IContext, remote: string, transfer: Transfer, deed: Deed): void {
  const works = { fetch_from: fetchWork, push_to: pushWork, pull_from: pullWork };
  void transfer.start(works[deed](ctx, remote, transfer));
}

/** One remote: what the place does, the buttons of its transfers with their progress, and its branches. */
export function drawRemote(ctx: IContext, remote: IRemote, transfer: Transfer): HTMLElement {
  const { t } = ctx;
  const { name, address, lazy, encrypted, problem } = remote;
  const more = iconButton({
    label: t('More about {remote}', { remote: name }),
    icon: 'more',
    onClick: () => {
      openRemoteMenu(ctx, remote, more);
    }
  });
  more.setAttribute('aria-haspopup', 'menu');
  return h(
    'section',
    { class: 'nbmv-remote', 'aria-label': name },
    h(
      'div',
      { class: 'nbmv-card-line' },
      h('h3', TITLE, userText(name)),
      lazy ? h('span', { class: 'nbmv-chip', title: t('Values are loaded when needed') }, t('lazy')) : null,
      encrypted ? h('span', { class: 'nbmv-chip', title: t('Only owners of keys can read it') }, t('encrypted')) : null,
      h('span', { class: 'nbmv-gap' }),
      more
    ),
    h('p', { class: 'nbmv-path' }, h('bdi', { dir: 'ltr' }, address)),
    h('p', SMALL, rulesText(t, remote)),
    h('p', SMALL, seenText(ctx, remote)),
    problem ? h('p', WARNING, userText(problem)) : null,
    h('div', ACTIONS, drawButtons(ctx, remote, transfer)),
    transfer.element,
    drawBranches(ctx, remote, transfer)
  );
}

/** The deed that the current branch needs is emphasized. */
function drawButtons(ctx: IContext, remote: IRemote, transfer: Transfer): HTMLElement[] {
  const { t } = ctx;
  const relation = remote.branches.find(one => one.is_current)?.relation;
  const needed: Deed | '' =
    relation === 'ahead' || relation === 'only here' ? 'push_to' : relation === 'behind' ? 'pull_from' : '';
  const labels: [Deed, string, string][] = [
    ['fetch_from', t('Fetch'), t('Bring what is new. Branches and variables stay as they are.')],
    ['push_to', t('Push'), t('Send the versions of the current branch')],
    ['pull_from', t('Pull'), t('Bring what is new, and the notebook to the newest version of its branch')]
  ];
  return labels
    .filter(([deed]) => deed !== 'push_to' || remote.rights !== 'read only')
    .map(([deed, label, title]) => {
      const one = button({
        label,
        title,
        class: deed === needed ? 'nbmv-primary' : '',
        onClick: () => {
          begin(ctx, remote.name, transfer, deed);
        }
      });
      one.setAttribute('aria-disabled', String(transfer.isRunning)); // a disabled button would lose the focus
      return one;
    });
}

function seenText({ t }: IContext, { seen_at_utc, pushed_by, pushed_at_utc }: IRemote): HTMLElement {
  const age = formatAge(t, seen_at_utc);
  const seen = !age ? t('never seen') : age === t('now') ? t('seen just now') : t('seen {age} ago', { age });
  const pushed = pushed_at_utc ? t('last push: {by}, {age}', { by: pushed_by, age: formatAge(t, pushed_at_utc) }) : '';
  return h(
    'span',
    { title: seen_at_utc ? formatDateTime(seen_at_utc) : undefined },
    [seen, pushed].filter(Boolean).join(' · ')
  );
}

function openRemoteMenu(ctx: IContext, { name, encrypted }: IRemote, opener: HTMLElement): void {
  const { t } = ctx;
  const check = async (): Promise<void> => {
    const done = await ctx.mutate('check_remote', { name }, t('Checking {remote}', { remote: name }));
    if (done) {
      reportSuccess(ctx, done.said);
    }
  };
  const members: IMenuItem = {
    label: t('Who can read it…'),
    icon: 'info',
    run: () => {
      ctx.openPage(new MembersPage(ctx, name));
    }
  };
  openMenu(
    t('More about {remote}', { remote: name }),
    [
      { label: t('Check what it can do'), icon: 'check', run: () => void check() },
      ...(encrypted ? [members] : []),
      {
        label: t('Remove…'),
        icon: 'close',
        run: () => {
          askRemoval(ctx, name);
        }
      }
    ],
    { root: ctx.root, opener }
  );
}

function askRemoval(ctx: IContext, name: string): void {
  const { t } = ctx;
  const said = t(
    'This store forgets its address. Nothing changes there, and all versions that were fetched stay here.'
  );
  ctx.openPage(
    new ChangeForm(ctx, {
      title: t('Remove {remote}?', { remote: name }),
      label: t('Remove'),
      method: 'remove_remote',
      reason: 'none',
      fields: [h('p', DIM, said)],
      params: () => ({ name })
    })
  );
}
