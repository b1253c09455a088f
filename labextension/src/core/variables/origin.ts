import type { IContext } from '../context';
import { button, userText } from '../dom/controls';
import { h } from '../dom/elements';
import { linkedCode } from '../version/linked-code';
import type { IBlame } from '../protocol/messages';
import { DIM, SMALL, STRONG } from '../dom/styles';

/** Where a value comes from: "since v3 · made by cell [5]", the cells, and what they read. */
export function drawOrigin(ctx: IContext, blame: IBlame): HTMLElement {
  const { t } = ctx;
  const { since, cells, equal_to } = blame;
  const counts = cells.map(one => (one.execution_count === null ? '[ ]' : `[${one.execution_count}]`)).join(', ');
  const made =
    cells.length === 1 ? t('made by cell {cells}', { cells: counts }) : t('made by cells {cells}', { cells: counts });
  return h(
    'div',
    { class: 'nbmv-origin', role: 'group', 'aria-label': t('Origin of {name}', { name: blame.name }) },
    h(
      'p',
      {},
      h('span', DIM, t('In {version}:', { version: blame.version.name }), ' '),
      h('span', STRONG, t('since {version}', { version: since.name })),
      cells.length ? ` · ${made}` : null,
      since.message ? [' · ', userText(since.message, 'nbmv-dim')] : null
    ),
    equal_to
      ? h(
          'p',
          SMALL,
          t('The same value as in {version}; a rollback or a cherry brought it back.', { version: equal_to.name })
        )
      : null,
    cells.length ? cells.map(one => drawMaking(ctx, blame, one)) : h('p', SMALL, t('No recorded cell assigned it.'))
  );
}

function drawMaking(ctx: IContext, { name, since, cells }: IBlame, made: IBlame['cells'][number]): HTMLElement {
  const { t } = ctx;
  const isElsewhere = new Set([since, ...cells.map(one => one.version)].map(one => one.id)).size > 1;
  const known = made.inputs.filter(one => one.since).map(one => one.name);
  const reads = made.inputs.map((input, at) => [at ? ', ' : '', drawInput(ctx, input)]);
  return h(
    'figure',
    { class: 'nbmv-cell' },
    h(
      'figcaption',
      SMALL,
      `[${made.execution_count ?? ' '}]`,
      isElsewhere ? ` · ${made.version.name}` : null,
      made.is_sure ? null : ` · ${t('can have changed it')}`
    ),
    linkedCode(ctx, made.source, made.version.id, [name, ...known]),
    reads.length ? h('p', { class: 'nbmv-small nbmv-reads' }, h('span', DIM, t('reads'), ' '), reads) : null
  );
}

function drawInput(ctx: IContext, { name, since, reason }: IBlame['cells'][number]['inputs'][number]): HTMLElement {
  const { t } = ctx;
  return since
    ? button({
        label: `${name} (${since.name})`,
        class: 'nbmv-link nbmv-input-link',
        title: t('Origin of {name} in {version}', { name, version: since.name }),
        onClick: () => {
          ctx.openView('inspect', [since.id], name);
        }
      })
    : h('span', {}, userText(name), h('span', DIM, ` (${t(reason)})`));
}
