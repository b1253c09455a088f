import type { IContext } from '../context';
import { button, userText } from '../dom/controls';
import { h } from '../dom/elements';
import { icon } from '../dom/icons';
import { ACTIONS, DIM, WARNING_BOX } from '../dom/styles';
import type { IRemote, IRemoteBranch } from '../protocol/messages';
import { plural } from '../text/translate';
import { BesideForm } from './beside-form';
import { MergePage } from './merge-page';
import type { Transfer } from './transfer';
import { drawVersions } from './versions';
import { peopleOf, relationText } from './words';
import { pullWork } from './works';

/** The branches here and at the remote; the current one first, with the versions that only one side has. */
export function drawBranches(ctx: IContext, remote: IRemote, transfer: Transfer): HTMLElement | null {
  const order = [...remote.branches].sort((a, b) => Number(b.is_current) - Number(a.is_current));
  return order.length
    ? h(
        'ul',
        { class: 'nbmv-remote-branches', 'aria-label': ctx.t('Branches at {remote}', { remote: remote.name }) },
        order.map(one => h('li', {}, drawBranch(ctx, remote, one, transfer)))
      )
    : null;
}

function drawBranch(ctx: IContext, remote: IRemote, one: IRemoteBranch, transfer: Transfer): (HTMLElement | null)[] {
  const { t } = ctx;
  const { branch, relation, is_current, author, ahead, behind } = one;
  const isMovable = !is_current && (relation === 'new' || relation === 'behind');
  return [
    h(
      'div',
      { class: 'nbmv-card-line' },
      icon('branch'),
      userText(branch, is_current ? 'nbmv-strong' : ''),
      is_current ? h('span', { class: 'nbmv-chip' }, t('current')) : null,
      h('span', {}, relationText(t, one)),
      author ? h('span', DIM, t('by {author}', { author })) : null,
      isMovable
        ? button({
            label: t('Bring {branch} here', { branch }),
            class: 'nbmv-link',
            onClick: () => {
              void transfer.start(pullWork(ctx, remote.name, transfer, { branch }));
            }
          })
        : null
    ),
    relation === 'diverged' ? drawDivergence(ctx, remote, one, transfer) : null,
    drawVersions(ctx, t('Here, not at {remote}', { remote: remote.name }), ahead),
    drawVersions(ctx, t('At {remote}, not on the branch here', { remote: remote.name }), behind)
  ];
}

/** Text that describes what diverged, with buttons for each solution. Only the branch of the notebook can be merged. */
function drawDivergence(ctx: IContext, remote: IRemote, one: IRemoteBranch, transfer: Transfer): HTMLElement {
  const { t } = ctx;
  const { name } = remote;
  const others = peopleOf(one.behind.versions);
  const mine = plural(t, one.ahead.count, '{n} version here', '{n} versions here');
  const there = { n: one.behind.count, remote: name, author: others };
  const theirs = others ? t('{n} at {remote} by {author}', there) : t('{n} at {remote}', there);
  return h(
    'div',
    { ...WARNING_BOX, role: 'group', 'aria-label': t('{branch} diverged', { branch: one.branch }) },
    h('h4', {}, icon('warning'), t('{branch} has new versions on both sides', { branch: one.branch })),
    h('p', {}, `${mine}, ${theirs}`),
    one.is_current ? null : h('p', DIM, t('Switch to this branch to merge it.')),
    h(
      'div',
      ACTIONS,
      one.is_current
        ? button({
            label: t('Merge…'),
            class: 'nbmv-primary',
            onClick: () => {
              ctx.openPage(new MergePage(ctx, name, others));
            }
          })
        : null,
      button({
        label: t('Keep mine beside…'),
        onClick: () => {
          ctx.openPage(new BesideForm(ctx, remote, one.branch, transfer));
        }
      }),
      one.here !== null && one.there !== null && one.is_fetched
        ? button({ label: t('Look at the difference'), icon: 'compare', onClick: compare(ctx, one.here, one.there) })
        : null
    )
  );
}

function compare(ctx: IContext, here: string, there: string): () => void {
  return () => {
    ctx.openView('compare', [here, there]);
  };
}
