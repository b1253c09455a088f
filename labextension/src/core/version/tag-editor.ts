import type { IContext } from '../context';
import { iconButton, userText } from '../dom/controls';
import { replaceChildren, h } from '../dom/elements';
import { icon } from '../dom/icons';
import type { IEntry } from '../protocol/messages';
import { DIM } from '../dom/styles';

/** A version's tags: each has a button that removes it, and a further button opens a field for a new tag. */
export function tagEditor(ctx: IContext, entry: IEntry): HTMLElement {
  const { t } = ctx;
  const element = h('div', { class: 'nbmv-tags', role: 'group', 'aria-label': t('Tags') });
  const chips = (): HTMLElement[] => entry.tags.map(name => tagChip(ctx, name));
  const showTags = (): void => {
    const add = iconButton({ label: t('Add a tag'), icon: 'plus', onClick: showField });
    replaceChildren(element, chips(), entry.tags.length ? null : h('span', DIM, t('No tags')), add);
  };
  const showField = (): void => {
    const close = (): void => {
      showTags();
      element.querySelector<HTMLElement>(':scope > button')?.focus();
    };
    const input = tagField(ctx, close, name => {
      addTag(ctx, entry, name);
    });
    replaceChildren(element, chips(), input);
    input.focus();
  };
  showTags();
  return element;
}

function tagChip(ctx: IContext, name: string): HTMLElement {
  const { t } = ctx;
  return h(
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
}

/** Enter closes the field and adds the tag, Escape closes the field. */
function tagField({ t }: IContext, close: () => void, add: (name: string) => void): HTMLInputElement {
  const input = h('input', {
    type: 'text',
    class: 'nbmv-input nbmv-tag-input',
    'aria-label': t('New tag'),
    placeholder: t('New tag'),
    autocomplete: 'off',
    spellcheck: 'false'
  });
  input.addEventListener('keydown', event => {
    if (event.key === 'Enter' && input.value.trim()) {
      event.preventDefault(); // else the key would press the button that gets the focus next
      const name = input.value.trim();
      close();
      add(name);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  return input;
}

/** Adds a tag. A tag names one version only: a notice asks before a tag of another version is moved. */
function addTag(ctx: IContext, entry: IEntry, name: string): void {
  const { t } = ctx;
  const add = (move: boolean): void => {
    const params = { id: entry.id, name, ...(move ? { move } : {}) };
    void ctx.mutate('tag', params, t('Tagging {version}', { version: entry.name }));
  };
  const taggedId = ctx.state.value?.tags[name];
  if (taggedId === undefined || taggedId === entry.id) {
    add(false);
  } else {
    const move = {
      label: t('Move it to {version}', { version: entry.name }),
      run: () => {
        add(true);
      }
    };
    ctx.showNotice({ kind: 'info', text: t('The tag {name} belongs to another version', { name }), actions: [move] });
  }
}
