import type { IContext } from '../context';
import { foldable, userText } from '../dom/controls';
import { replaceChildren, h } from '../dom/elements';
import { formatDuration, formatJson } from '../text/figures';
import type { IEntry, IVersion } from '../protocol/messages';
import { linkedCode } from './linked-code';
import { DIM, FACTS, SMALL } from '../dom/styles';

/** The cells, the environment and what was not kept. They are requested when the fold is expanded. */
export function codeAndEnvironment(ctx: IContext, entry: IEntry): HTMLElement {
  const body = h('div', { class: 'nbmv-more' });
  let isRequested = false;
  const load = async (): Promise<void> => {
    replaceChildren(body, h('p', DIM, ctx.t('Loading')));
    try {
      replaceChildren(body, drawVersion(ctx, await ctx.query('version', { id: entry.id })));
    } catch (error) {
      isRequested = false;
      replaceChildren(body);
      ctx.showError(error);
    }
  };
  return foldable(ctx.t('Code and environment'), body, false, open => {
    if (open && !isRequested) {
      isRequested = true;
      void load();
    }
  });
}

function drawVersion(ctx: IContext, version: IVersion): (HTMLElement | null)[] {
  const { t } = ctx;
  const notes = version.kept.filter(one => one.notes.length);
  return [
    version.skipped.length
      ? bulletSection(
          t('Not kept'),
          version.skipped.map(one =>
            h('li', {}, userText(one.path || one.name, 'nbmv-strong'), ': ', userText(one.reason))
          )
        )
      : null,
    notes.length
      ? bulletSection(
          t('Notes'),
          notes.map(one => h('li', {}, userText(one.name, 'nbmv-strong'), ': ', userText(one.notes.join('; '))))
        )
      : null,
    version.git
      ? h(
          'p',
          {},
          t('Git: {commit} on {branch}', { commit: version.git.commit.slice(0, 10), branch: version.git.branch }),
          version.git.dirty ? t(', with uncommitted changes') : ''
        )
      : null,
    h('h4', {}, t('Cells since the previous version')),
    version.cells.length
      ? h(
          'div',
          {},
          version.cells.map(one => drawCellRun(ctx, version, one))
        )
      : h('p', DIM, t('No cell ran.')),
    h('h4', {}, t('Environment')),
    drawEnvironment(version)
  ];
}

function bulletSection(title: string, items: HTMLElement[]): HTMLElement {
  return h('div', {}, h('h4', {}, title), h('ul', { class: 'nbmv-bullets' }, items));
}

function drawCellRun(ctx: IContext, version: IVersion, one: IVersion['cells'][number]): HTMLElement {
  const took = one.duration_s === null ? '' : formatDuration(one.duration_s);
  return h(
    'figure',
    { class: one.ok ? 'nbmv-cell' : 'nbmv-cell nbmv-cell-failed' },
    h('figcaption', SMALL, `[${one.execution_count ?? ' '}]`, ' ', took, one.ok ? '' : ` ${ctx.t('failed')}`),
    linkedCode(
      ctx,
      one.source,
      version.id,
      version.names.map(each => each.name)
    ),
    one.outputs ? h('pre', { class: 'nbmv-code nbmv-output', dir: 'ltr', tabindex: 0 }, one.outputs) : null
  );
}

function drawEnvironment(version: IVersion): HTMLElement {
  const { packages, ...facts } = version.environment;
  const list = (of: { [name: string]: unknown }): HTMLElement =>
    h(
      'dl',
      FACTS,
      Object.entries(of).map(([name, value]) => [
        h('dt', {}, userText(name)),
        h('dd', {}, userText(formatJson(value as never)))
      ])
    );
  const many = typeof packages === 'object' && packages !== null && !Array.isArray(packages) ? packages : {};
  return h('div', {}, list(facts), list(many));
}
