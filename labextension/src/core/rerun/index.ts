import type { IContext, IRerunPages, IRerunTarget } from '../context';
import { button } from '../dom/controls';
import { RerunView } from './view';

function open(ctx: IContext, { id, name }: IRerunTarget): void {
  ctx.openView('rerun', [id, name]);
}

/** The page of a re-run, and what opens it. */
export const RERUN: IRerunPages = {
  page: (ctx, [id = 'HEAD']) => new RerunView(ctx, id),
  button: (ctx, version) =>
    button({
      label: ctx.t('Re-run {name}…', { name: version.name }),
      icon: 'run',
      class: 'nbmv-link',
      onClick: () => {
        open(ctx, version);
      }
    }),
  item: (ctx, version) => ({
    label: ctx.t('Re-run…'),
    icon: 'run',
    run: () => {
      open(ctx, version);
    }
  })
};
