import type { IContext } from '../context';
import { userText } from '../dom/controls';
import { h, replaceChildren, type Child } from '../dom/elements';
import type { IStageMove } from '../protocol/messages';
import { Failure } from '../protocol/transport';
import { Signal } from '../signal';
import { DIM, STRONG } from '../dom/styles';

/** What a move would do, as the kernel says, or why it is impossible. Answers to older questions are dropped. */
export class MovePreview {
  readonly element = h('div', { class: 'nbmv-destination', 'aria-live': 'polite' });
  /** Whether the present answer is shown. */
  readonly isReady = new Signal(false);
  private _round = 0;

  constructor(
    private readonly _ctx: IContext,
    private readonly _draw: (found: IStageMove) => Child
  ) {}

  async show(ask: () => Promise<IStageMove>): Promise<void> {
    const { t } = this._ctx;
    this._round += 1;
    const round = this._round;
    this.isReady.value = false;
    replaceChildren(this.element, h('p', DIM, t('Asking the kernel…')));
    try {
      const found = await ask();
      if (round === this._round) {
        const { stage, before, after, notes } = found;
        replaceChildren(
          this.element,
          h('p', STRONG, userText(`${stage}: ${before || t('none')} → ${after}`)),
          notes.map(note => h('p', DIM, userText(note))),
          this._draw(found)
        );
        this.isReady.value = true;
      }
    } catch (error) {
      if (!(error instanceof Failure)) {
        throw error;
      }
      if (round === this._round) {
        replaceChildren(
          this.element,
          h(
            'div',
            { class: 'nbmv-box nbmv-box-error' },
            h('p', {}, userText(error.message)),
            error.hint ? h('p', DIM, userText(error.hint)) : null
          )
        );
      }
    }
  }
}
