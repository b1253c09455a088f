import type { IContext } from '../context';
import { formatSize } from '../text/figures';
import { reportSuccess } from '../version/actions';
import { FileForm } from './file-form';

/** Exports one version to one file. path: "" for the default name. */
export function createExportForm(ctx: IContext, id: string, path: string): FileForm {
  const { t } = ctx;
  const contents = ctx.pages.exportContents?.(ctx, id);
  return new FileForm(ctx, {
    title: t('Export'),
    heading: name => t('Export {name}', { name }),
    about: t('The file contains the notebook, the data and models in open formats, pinned packages and a manifest.'),
    path,
    contents,
    label: t('Export'),
    busyLabel: t('Exporting…'),
    suffix: /\.nbmv\.zip$/,
    isFirst: ctx.initialView === 'export',
    check: given => ctx.query('destination', { id, ...given }),
    save: async to => {
      const done = await ctx.mutate('export', { id, ...to, ...contents?.options() }, t('Exporting'));
      if (done) {
        reportSuccess(ctx, t('Exported to {path} ({size})', { path: done.path, size: formatSize(done.size_bytes) }));
      }
      return done !== undefined;
    }
  });
}
