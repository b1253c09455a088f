import type { IContext } from '../context';
import { showDocument } from './document';
import type { IMenuItem } from '../dom/menu';
import type { IEntry } from '../protocol/messages';

/** What can be done with one version, as items of a menu. */
export function versionActions(ctx: IContext, entry: IEntry): IMenuItem[] {
  const { t } = ctx;
  return [
    {
      label: t('Roll back…'),
      icon: 'rollback',
      run: () => {
        ctx.go('rollback', [entry.id]);
      }
    },
    {
      label: t('Compare with the present version'),
      icon: 'compare',
      disabled: isPresent(ctx, entry),
      run: () => {
        compareWithPresent(ctx, entry);
      }
    },
    {
      label: t('Compare with the version before'),
      icon: 'compare',
      disabled: entry.parents.length === 0,
      run: () => {
        ctx.go('compare', [entry.parents[0] ?? '', entry.id]);
      }
    },
    {
      label: t('Export…'),
      icon: 'export',
      run: () => {
        ctx.go('export', [entry.id]);
      }
    },
    {
      label: t('Show its notebook'),
      icon: 'notebook',
      run: () => {
        void openNotebook(ctx, entry);
      }
    }
  ];
}

export function isPresent(ctx: IContext, entry: IEntry): boolean {
  return entry.id === ctx.state.value?.head?.id;
}

/** Older on the left, so that what is read as "after" is the newer one. */
export function compareWithPresent(ctx: IContext, entry: IEntry): void {
  const head = ctx.state.value?.head;
  if (head) {
    ctx.go('compare', entry.number < head.number ? [entry.id, head.id] : [head.id, entry.id]);
  }
}

export async function openNotebook(ctx: IContext, entry: IEntry): Promise<void> {
  const { t, host } = ctx;
  try {
    const { notebook, name } = await ctx.ask('document', { id: entry.id });
    if (!notebook) {
      ctx.notice({
        kind: 'info',
        text: t('{name} holds no notebook document', { name: entry.name }),
        hint: t('Versions made from JupyterLab, or with the notebook saved, hold it.')
      });
    } else if (host.openDocument) {
      host.openDocument(name, notebook);
    } else {
      showDocument(ctx, name, notebook);
    }
  } catch (error) {
    ctx.failed(error);
  }
}

/** Good news: beyond the panel where the host can, and in it otherwise. */
export function announce(ctx: IContext, text: string, action?: { label: string; run: () => void }): void {
  if (ctx.host.notify) {
    ctx.host.notify(text, 'success', action);
    ctx.say(text);
  } else {
    ctx.notice({ kind: 'success', text, ...(action ? { actions: [action] } : {}) });
  }
}
