import type { IContext } from '../context';
import { button, userText } from '../dom/controls';
import { h } from '../dom/elements';
import { icon } from '../dom/icons';
import { ACTIONS, DIM, WARNING_BOX } from '../dom/styles';
import { ChangeForm } from '../models/change-form';
import { field } from '../dom/controls';
import type { IRemote, IRemoteBranch } from '../protocol/messages';
import { plural } from '../text/translate';
import { MergePage } from './merge-page';
import { drawVersions } from './versions';
import { peopleOf, relationText } from './words';

/** The branches here and at the remote; the current one first, with the versions that only one side has. */
export function drawBranches(ctx: IContext, remote: IRemote, bring: (branch: string) => void): HTMLElement | null {
  const order = [...remote.branches].sort((a, b) => Number(b.is_current) - Number(a.is_current));
  return order.length
    ? h(
        'ul',
        { class: 'nbmv-remote-branches', 'aria-label': ctx.t('Branches at {remote}', { remote: remote.name }) },
        order.map(one => h('li', {}, drawBranch(ctx, remote, one, bring)))
      )
    : null;
}

function drawBranch(
  ctx: IContext,
  remote: IRemote,
  one: IRemoteBranch,
  bring: (branch: string) => void
): (HTMLElement | null)[] {
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
              bring(branch);
            }
          })
        : null
    ),
    relation === 'diverged' ? drawDivergence(ctx, remote, one) : null,
    drawVersions(ctx, t('Here, not at {remote}', { remote: remote.name }), ahead),
    drawVersions(ctx, t('At {remote}, not on the branch here', { remote: remote.name }), behind)
  ];
}

/** Text that describes what diverged, with buttons for each solution. Only the branch of the notebook can be merged. */
function drawDivergence(ctx: IContext, remote: IRemote, one: IRemoteBranch): HTMLElement {
  const { t } = ctx;
  const { name } = remote;
  const others = peopleOf(one.behind.versions);
  const mine = plural(t, one.ahead.count, '{n} version is only here', '{n} versions are only here');
  const theirs = plural(t, one.behind.count, '{n} version is only there', '{n} versions are only there');
  const from = others ? t('by {author}', { author: others }) : '';
  return h(
    'div',
    { ...WARNING_BOX, role: 'group', 'aria-label': t('{branch} diverged', { branch: one.branch }) },
    h('h4', {}, icon('warning'), t('{branch} has new versions on both sides', { branch: one.branch })),
    h('p', {}, `${mine} · ${theirs} ${from}`.trim()),
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
          askOtherName(ctx, remote, one);
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

/** Asks for the name under which the own versions go to the remote. The branch of the others stays as it is there. */
function askOtherName(ctx: IContext, { name: remote, branches }: IRemote, { branch }: IRemoteBranch): void {
  const { t } = ctx;
  const taken = branches.filter(one => one.there !== null).map(one => one.branch);
  const input = h('input', {
    type: 'text',
    class: 'nbmv-input',
    required: true,
    autocomplete: 'off',
    spellcheck: 'false',
    value: freeName(`${branch}-${ctx.state.value?.author ?? 'mine'}`, taken)
  });
  ctx.openPage(
    new ChangeForm(ctx, {
      title: t('Keep {branch} beside', { branch }),
      label: t('Push'),
      method: 'push_to',
      reason: 'none',
      fields: [
        field(
          t('Name of the branch at {remote}', { remote }),
          input,
          t('Your versions go there under this name. The branch of the others stays as it is.')
        )
      ],
      params: () => ({ remote, branch, branch_as: input.value.trim() })
    })
  );
}

/** A name that the remote does not have, of characters that every remote accepts. */
function freeName(wanted: string, taken: readonly string[]): string {
  const name = wanted.replace(/[^\w.-]+/g, '-');
  let free = name;
  for (let n = 2; taken.includes(free); n += 1) {
    free = `${name}-${n}`;
  }
  return free;
}
