import { Widget } from '@lumino/widgets';
import type { IState, Translate } from '../core';
import type { NotebookLinks } from './notebooks';

/** In the status bar: the present version of the current notebook, whether it has changed since, whether a cell runs. */
export class StatusItem extends Widget {
  constructor(
    private readonly _links: NotebookLinks,
    private readonly _t: Translate
  ) {
    super({ node: document.createElement('span') });
    this.addClass('jp-StatusBar-TextItem');
    this.addClass('nbmv-Lab-status');
    _links.changed.connect(this._update, this);
    this._update();
  }

  override dispose(): void {
    this._links.changed.disconnect(this._update, this);
    super.dispose();
  }

  private _update(): void {
    const state = this._links.current?.link.state ?? null;
    this.node.textContent = state ? itemText(state, this._t) : '';
    this.node.title = state?.head?.message ?? '';
  }
}

function itemText(state: IState, t: Translate): string {
  const words = [state.head ? state.head.name : t('no version yet')];
  const changed = state.uncommitted?.filter(change => change.effect !== 'stays').length ?? 0;
  if (changed > 0) {
    words.push(t('uncommitted: {n}', { n: changed }));
  }
  if (state.busy) {
    words.push(t('a cell runs'));
  }
  if (state.queued.length > 0) {
    words.push(t('waiting: {n}', { n: state.queued.length }));
  }
  return words.join(' · ');
}
