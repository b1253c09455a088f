import type { IContext } from '../context';
import { iconButton, userText } from '../dom/controls';
import { replaceChildren, h } from '../dom/elements';
import { icon } from '../dom/icons';
import type { IEntry } from '../protocol/messages';

/** A version's tags, each with a way to take it away, and a field for one more. */
export function tagEditor(ctx: IContext, entry: IEntry): HTMLElement {
  const { t } = ctx;
  const element = h('div', { class: 'nbmv-tags', role: 'group', 'aria-label': t('Tags') });
  const closed = (): void => {
    const add = iconButton({
      label: t('Add a tag'),
      icon: 'plus',
      onClick: () => {
        opened();
      }
    });
    replaceChildren(
      element,
      entry.tags.map(chip),
      entry.tags.length ? null : h('span', { class: 'nbmv-dim' }, t('No tags')),
      add
    );
  };
  const chip = (name: string): HTMLElement =>
    h(
      'span',
      { class: 'nbmv-chip nbmv-chip-tag' },
      icon('tag'),
      userText(name),
      iconButton({
        label: t('Remove the tag {name}', { name }),
        icon: 'close',
        class: 'nbmv-tiny',
        onClick: () => void ctx.mutate('untag', { name }, t('Removing the tag {name}', { name }))
      })
    );
  const opened = (): void => {
    const input = h('input', {
      type: 'text',
      class: 'nbmv-input nbmv-tag-input',
      'aria-label': t('New tag'),
      placeholder: t('New tag'),
      autocomplete: 'off',
      spellcheck: 'false'
    });
    const back = (): void => {
      closed();
      element.querySelector<HTMLElement>(':scope > button')?.focus();
    };
    input.addEventListener('keydown', event => {
      if (event.key === 'Enter' && input.value.trim()) {
        event.preventDefault(); // the key would press the button that has the focus next
        const name = input.value.trim();
        back();
        addTag(ctx, entry, name);
      } else if (event.key === 'Escape') {
        event.preventDefault();
        event.stopPropagation();
        back();
      }
    });
    replaceChildren(element, entry.tags.map(chip), input);
    input.focus();
  };
  closed();
  return element;
}

/** A tag is at one version only: one that is elsewhere is moved when that is said once more. */
function addTag(ctx: IContext, entry: IEntry, name: string): void {
  const { t } = ctx;
  const add = (move: boolean): void =>
    void ctx.mutate(
      'tag',
      { id: entry.id, name, ...(move ? { move } : {}) },
      t('Tagging {version}', { version: entry.name })
    );
  const at = ctx.state.value?.tags[name];
  if (at === undefined || at === entry.id) {
    add(false);
  } else {
    ctx.showNotice({
      kind: 'info',
      text: t('The tag {name} is at another version', { name }),
      actions: [
        {
          label: t('Move it to {version}', { version: entry.name }),
          run: () => {
            add(true);
          }
        }
      ]
    });
  }
}

/** A version's note: text, or in its place a field for it. */
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
    replaceChildren(
      element,
      entry.note ? userText(entry.note, 'nbmv-note-text') : h('span', { class: 'nbmv-dim' }, t('No note')),
      edit
    );
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
    const leave = iconButton({ label: t('Leave the note as it was'), icon: 'close', onClick: back });
    replaceChildren(element, input, h('div', { class: 'nbmv-note-ends' }, save, leave));
    input.focus();
  };
  closed();
  return element;
}
