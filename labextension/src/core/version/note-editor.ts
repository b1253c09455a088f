import type { IContext } from '../context';
import { iconButton, userText } from '../dom/controls';
import { replaceChildren, h } from '../dom/elements';
import type { IEntry } from '../protocol/messages';
import { DIM } from '../dom/styles';

/** A version's note: its text, or a field for it. */
export function noteEditor(ctx: IContext, entry: IEntry): HTMLElement {
  const { t } = ctx;
  const element = h('div', { class: 'nbmv-note' });
  const closed = (): void => {
    const edit = iconButton({
      label: entry.note ? t('Edit the note') : t('Add a note'),
      icon: 'pencil',
      onClick: () => {
        opened();
      }
    });
    replaceChildren(element, entry.note ? userText(entry.note, 'nbmv-note-text') : h('span', DIM, t('No note')), edit);
  };
  const opened = (): void => {
    const input = h('textarea', { class: 'nbmv-input', rows: 3, 'aria-label': t('Note'), value: entry.note });
    const back = (): void => {
      closed();
      element.querySelector<HTMLElement>('button')?.focus();
    };
    const keep = (): void => {
      const note = input.value.trim();
      back();
      if (note !== entry.note) {
        void ctx.mutate('note', { id: entry.id, note }, t('Writing the note'));
      }
    };
    input.addEventListener('keydown', event => {
      if (event.key === 'Escape' || (event.key === 'Enter' && (event.ctrlKey || event.metaKey))) {
        event.preventDefault();
        event.stopPropagation();
        if (event.key === 'Enter') {
          keep();
        } else {
          back();
        }
      }
    });
    const save = iconButton({ label: t('Save the note'), icon: 'check', onClick: keep });
    const leave = iconButton({ label: t('Discard the changes'), icon: 'close', onClick: back });
    replaceChildren(element, input, h('div', { class: 'nbmv-note-ends' }, save, leave));
    input.focus();
  };
  closed();
  return element;
}
