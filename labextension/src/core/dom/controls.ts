import { h, type Child, type IAttributes } from './elements';
import { icon, type Icon } from './icons';
import { HINT, SPOKEN } from './styles';

interface IButtonOptions {
  label: string;
  icon?: Icon;
  /** A tooltip that says more than the label. */
  title?: string;
  class?: string;
  disabled?: boolean;
  onClick(event: MouseEvent): void;
}

/** A button with a text. */
export function button(options: IButtonOptions): HTMLButtonElement {
  return createButton(
    'nbmv-button',
    options,
    options.icon && icon(options.icon),
    h('span', { class: 'nbmv-words' }, options.label)
  );
}

/** A button with an icon only. The label is its accessible name and its tooltip. */
export function iconButton(options: IButtonOptions & { icon: Icon }): HTMLButtonElement {
  const element = createButton('nbmv-button nbmv-bare', options, icon(options.icon));
  element.setAttribute('aria-label', options.label);
  element.title = options.title ?? options.label;
  return element;
}

function createButton(className: string, options: IButtonOptions, ...children: Child[]): HTMLButtonElement {
  const props: IAttributes = {
    type: 'button',
    class: options.class ? `${className} ${options.class}` : className,
    title: options.title,
    disabled: options.disabled,
    on: {
      click: event => {
        options.onClick(event);
      }
    }
  };
  return h('button', props, ...children);
}

interface ICheckboxOptions {
  label: Child;
  checked: boolean;
  disabled?: boolean;
  class?: string;
  /** The accessible name, where the label is more than text. */
  name?: string;
  onChange(checked: boolean): void;
}

export function checkbox(options: ICheckboxOptions): HTMLLabelElement {
  const input = h('input', {
    type: 'checkbox',
    checked: options.checked,
    disabled: options.disabled,
    'aria-label': options.name,
    on: {
      change: () => {
        options.onChange(input.checked);
      }
    }
  });
  return h('label', { class: `nbmv-check ${options.class ?? ''}` }, input, h('span', {}, options.label));
}

/** An input with its label above, and a hint below. */
export function field(label: string, control: HTMLElement, hint?: string): HTMLLabelElement {
  return h(
    'label',
    { class: 'nbmv-field' },
    h('span', { class: 'nbmv-label' }, label),
    control,
    hint ? h('span', HINT, hint) : null
  );
}

/** A drop-down list of texts. */
export function select(
  name: string,
  options: readonly (readonly [value: string, label: string])[],
  value: string,
  changed: (value: string) => void
): HTMLSelectElement {
  const element = h(
    'select',
    {
      class: 'nbmv-select',
      'aria-label': name,
      on: {
        change: () => {
          changed(element.value);
        }
      }
    },
    options.map(([key, label]) => h('option', { value: key }, label))
  );
  element.value = value;
  return element;
}

/** A heading that expands and collapses its body. */
export function foldable(
  heading: Child,
  body: HTMLElement,
  open: boolean,
  opened?: (open: boolean) => void
): HTMLDetailsElement {
  const element = h('details', { class: 'nbmv-fold', open }, h('summary', {}, heading), body);
  if (opened) {
    element.addEventListener('toggle', () => {
      opened(element.open);
    });
  }
  return element;
}

/** An option of a list box, which a click, Enter or the space bar chooses. */
export function listOption(chosen: boolean, run: () => void, ...children: Child[]): HTMLElement {
  const key = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      run();
    }
  };
  return h(
    'div',
    {
      class: 'nbmv-variable',
      role: 'option',
      'aria-selected': chosen,
      tabindex: -1,
      on: { click: run, keydown: key }
    },
    children
  );
}

/** The head of a table: one row of headings of columns. */
export function tableHead(headings: readonly Child[]): HTMLTableSectionElement {
  return h(
    'thead',
    {},
    h(
      'tr',
      {},
      headings.map(one => h('th', { scope: 'col' }, one))
    )
  );
}

/** Text for screen readers only. */
export function screenReaderText(text: string): HTMLSpanElement {
  return h('span', SPOKEN, text);
}

/** Text that a user wrote. Its direction does not depend on that of the page. */
export function userText(text: string, className = ''): HTMLElement {
  return h('bdi', { class: className || undefined }, text);
}

/** A message in place of an empty list or view. */
export function emptyState(text: string, ...more: Child[]): HTMLDivElement {
  return h('div', { class: 'nbmv-empty' }, h('p', {}, text), more);
}
