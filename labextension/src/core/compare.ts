import type { IContext, IView } from './context';
import { h } from './dom';
export class Compare implements IView {
  readonly element = h('div', { class: 'nbmv-view' });
  readonly title: string;
  constructor(ctx: IContext, _ids: readonly string[], _name: string) { this.title = ctx.t('Comparison'); }
  focus(): void { this.element.focus(); }
  dispose(): void { this.element.remove(); }
}
