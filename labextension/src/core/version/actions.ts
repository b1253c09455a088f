import type { IContext } from '../context';
import { openDocumentPage } from './document';
import type { IMenuItem } from '../dom/menu';
import type { IEntry } from '../protocol/messages';

/** The actions on one version, as menu items. */
export function versionActions(ctx: IContext, entry: IEntry): IMenuItem[] {
  const { t } = ctx;
  const alarms: IMenuItem = {
    label: t('Show the alarms'),
    icon: 'warning',
    run: () => {
      openAlarms(ctx, entry);
    }
  };
  return [
    ...(entry.alarm && entry.parents.length ? [alarms] : []),
    {
      label: t('Roll back…'),
      icon: 'rollback',
      run: () => {
        ctx.openView('rollback', [entry.id]);
      }
    },
    {
      label: t('Compare with the current version'),
      icon: 'compare',
      disabled: isCurrent(ctx, entry),
      run: () => {
        compareWithCurrent(ctx, entry);
      }
    },
    {
      label: t('Compare with the previous version'),
      icon: 'compare',
      disabled: entry.parents.length === 0,
      run: () => {
        ctx.openView('compare', [entry.parents[0] ?? '', entry.id]);
      }
    },
    {
      label: t('Export…'),
      icon: 'export',
      run: () => {
        ctx.openView('export', [entry.id]);
      }
    },
    ...(ctx.pages.rerun ? [ctx.pages.rerun.item(ctx, entry)] : []),
    {
      label: t('Show its notebook'),
      icon: 'notebook',
      run: () => {
        void openNotebook(ctx, entry);
      }
    }
  ];
}

/** Compares a version with its first parent: the alarms are the first section of the comparison. */
export function openAlarms(ctx: IContext, entry: IEntry): void {
  const parent = entry.parents[0];
  if (parent !== undefined) {
    ctx.openView('compare', [parent, entry.id]);
  }
}

export function isCurrent(ctx: IContext, entry: IEntry): boolean {
  return entry.id === ctx.state.value?.head?.id;
}

/** Compares with the current version. The older one is on the left, so that "after" is the newer one. */
export function compareWithCurrent(ctx: IContext, entry: IEntry): void {
  const head = ctx.state.value?.head;
  if (head) {
    ctx.openView('compare', entry.number < head.number ? [entry.id, head.id] : [head.id, entry.id]);
  }
}

export async function openNotebook(ctx: IContext, entry: IEntry): Promise<void> {
  const { t, host } = ctx;
  try {
    const { notebook, name } = await ctx.query('document', { id: entry.id });
    if (!notebook) {
      ctx.showNotice({
        kind: 'info',
        text: t('{name} contains no notebook document', { name: entry.name }),
        hint: t('To include it, commit from JupyterLab, or save the notebook before you commit.')
      });
    } else if (host.openDocument) {
      host.openDocument(name, notebook);
    } else {
      openDocumentPage(ctx, name, notebook);
    }
  } catch (error) {
    ctx.showError(error);
  }
}

/** Reports a success: as a notification where the host has them, else as a notice of the panel. */
export function reportSuccess(ctx: IContext, text: string, action?: { label: string; run: () => void }): void {
  if (ctx.host.notify) {
    ctx.host.notify(text, 'success', action);
    ctx.announce(text);
  } else {
    ctx.showNotice({ kind: 'success', text, ...(action ? { actions: [action] } : {}) });
  }
}
