import { Widget } from '@lumino/widgets';
import { summaryText, type IState, type Translate } from '../core';
import type { Notebooks } from './notebooks';

/** The status bar item: the current version, what is not committed, pushed or pulled, and whether a cell is running. */
export class StatusItem extends Widget {
  constructor(
    private readonly _notebooks: Notebooks,
    private readonly _t: Translate
  ) {
    super({ node: document.createElement('span') });
    this.addClass('jp-StatusBar-TextItem');
    this.addClass('nbmv-Lab-status');
    _notebooks.changed.connect(this._update, this);
    this._update();
  }

  override dispose(): void {
    this._notebooks.changed.disconnect(this._update, this);
    super.dispose();
  }

  private _update(): void {
    const state = this._notebooks.current?.link.state ?? null;
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
  const remote = summaryText(t, state.remote);
  if (remote) {
    words.push(remote);
  }
  if (state.busy) {
    words.push(t('a cell is running'));
  }
  if (state.queued.length > 0) {
    words.push(t('queued: {n}', { n: state.queued.length }));
  }
  return words.join(' · ');
}
