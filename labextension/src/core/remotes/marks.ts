import type { IContext } from '../context';
import { screenReaderText, userText } from '../dom/controls';
import { h, type Child } from '../dom/elements';
import type { IEntry } from '../protocol/messages';

/** What a row of the history shows in a store with remotes: whose version it is, and what is at the remotes. */
export function drawMarks({ t, state }: IContext, entry: IEntry): Child {
  const { id, author, tracked = [], is_twin, values_at } = entry;
  const mine = state.value?.author;
  const end = screenReaderText(', ');
  const chip = (name: string): HTMLElement => {
    const title = t('{branch}, as it was last seen', { branch: name });
    return h('span', { class: 'nbmv-chip nbmv-chip-remote', title }, userText(name), end.cloneNode(true));
  };
  return [
    is_twin
      ? h(
          'span',
          { class: 'nbmv-id nbmv-dim', title: t('The start of the id: another version has the same number') },
          id.slice(0, 8),
          end.cloneNode(true)
        )
      : null,
    mine !== undefined && author && author !== mine
      ? h('span', { class: 'nbmv-author', title: t('by {author}', { author }) }, userText(author), end.cloneNode(true))
      : null,
    tracked.map(chip),
    values_at
      ? h(
          'span',
          {
            class: 'nbmv-elsewhere nbmv-dim',
            title: t('Its values are at {remote}. They are loaded when needed.', { remote: values_at })
          },
          t('at {remote}', { remote: values_at }),
          end
        )
      : null
  ];
}
