import type { IContext, IView } from './context';
import { h } from './dom';
export class Inspect implements IView {
  readonly element = h('div', { class: 'nbmv-view' });
  readonly title: string;
  constructor(ctx: IContext, _name: string) { this.title = ctx.t('Variables'); }
  showCell(_cell: { id: string; source: string }): void { return; }
  focus(): void { this.element.focus(); }
  dispose(): void { this.element.remove(); }
}
