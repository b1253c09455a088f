import type { IContext } from './context';
import { button, emptyState, userText } from './dom/controls';
import { h } from './dom/elements';
import { Failure } from './protocol/transport';
import { DIM } from './dom/styles';

/**
 * A failure with its hint in place of a view, and a button that tries again. It is announced, too. Any other error is
 * thrown again: it is a bug.
 */
export function drawFailure(ctx: IContext, error: unknown, retry?: () => void): HTMLElement {
  if (!(error instanceof Failure)) {
    throw error;
  }
  ctx.announce(error.message);
  return emptyState(
    error.message,
    error.hint ? h('p', DIM, userText(error.hint)) : null,
    retry && button({ label: ctx.t('Try again'), onClick: retry })
  );
}
