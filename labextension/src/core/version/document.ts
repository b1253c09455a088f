import type { IContext } from '../context';
import { userText } from '../dom/controls';
import { h } from '../dom/elements';
import type { Json } from '../protocol/messages';
import { DIM } from '../dom/styles';

/** Shows a notebook's cells, for hosts that cannot open a notebook themselves. */
export function openDocumentPage(ctx: IContext, name: string, notebook: { [key: string]: Json }): void {
  const cells = Array.isArray(notebook['cells']) ? notebook['cells'] : [];
  const element = h(
    'div',
    { class: 'nbmv-view nbmv-document', role: 'region', 'aria-label': name, tabindex: -1 },
    h('p', DIM, ctx.t('Read only: the notebook of this version.')),
    cells.map(drawDocumentCell)
  );
  ctx.openPage({
    element,
    title: name,
    focus: () => {
      element.focus();
    },
    dispose: () => undefined
  });
}

function drawDocumentCell(found: Json): HTMLElement {
  const { cell_type, source } = typeof found === 'object' && found !== null && !Array.isArray(found) ? found : {};
  const text = Array.isArray(source) ? source.join('') : typeof source === 'string' ? source : '';
  return cell_type === 'code'
    ? h('pre', { class: 'nbmv-code', dir: 'ltr', tabindex: 0 }, text)
    : h('div', { class: 'nbmv-prose' }, userText(text));
}
