import type { IContext, IView } from './context';
import { h } from './dom';
export class Commit implements IView {
  readonly element = h('div', { class: 'nbmv-view' });
  readonly title: string;
  constructor(ctx: IContext) { this.title = ctx.t('Commit'); }
  focus(): void { this.element.focus(); }
  dispose(): void { this.element.remove(); }
}
