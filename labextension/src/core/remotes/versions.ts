import type { IContext } from '../context';
import { button, userText } from '../dom/controls';
import { h } from '../dom/elements';
import { DIM } from '../dom/styles';
import type { ISeenVersion, ISeenVersions } from '../protocol/messages';
import { plural } from '../text/translate';

/** Returns a list of versions with authors and messages, or null if empty. A click opens a version in the history. */
export function drawVersions(ctx: IContext, heading: string, { count, versions }: ISeenVersions): HTMLElement | null {
  if (!count) {
    return null;
  }
  const more = count - versions.length;
  return h(
    'div',
    { class: 'nbmv-seen' },
    h('p', DIM, heading),
    h(
      'ul',
      { 'aria-label': heading },
      versions.map(one => h('li', {}, drawVersion(ctx, one))),
      more > 0 ? h('li', DIM, plural(ctx.t, more, 'and {n} more', 'and {n} more')) : null
    )
  );
}

function drawVersion(ctx: IContext, { id, name, author, message, is_here }: ISeenVersion): (Node | string | null)[] {
  const open = (): void => {
    ctx.openView('history', [id]);
  };
  return [
    is_here ? button({ label: name, class: 'nbmv-link', onClick: open }) : h('span', {}, name),
    author ? h('span', DIM, ' ', ctx.t('by {author}', { author }), ' ') : null,
    message ? userText(message) : null
  ];
}
