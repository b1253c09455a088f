import type { IContext } from '../context';
import { h } from '../dom/elements';
import { splitAtNames } from '../text/python-names';

/**
 * The code of a cell. names: variables of the version. They are buttons, which show their origin and history. The first
 * one of each name is a tab stop; the others only answer the mouse.
 */
export function linkedCode(ctx: IContext, source: string, version: string, names: readonly string[]): HTMLElement {
  const seen = new Set<string>();
  const parts = splitAtNames(source, new Set(names)).map(part => {
    if ('text' in part) {
      return part.text;
    }
    const { name } = part;
    const isFirst = !seen.has(name);
    seen.add(name);
    return h(
      'button',
      {
        type: 'button',
        class: 'nbmv-code-name',
        tabindex: isFirst ? undefined : -1,
        title: ctx.t('Origin and versions of {name}', { name }),
        on: {
          click: () => {
            ctx.openView('inspect', [version], name);
          }
        }
      },
      name
    );
  });
  return h('pre', { class: 'nbmv-code', dir: 'ltr', tabindex: 0 }, parts);
}
