import { h, type Child } from '../dom/elements';
import { ACTIONS } from '../dom/styles';

/** A field for Python code: one line, left to right, without spelling. */
export function codeInput(placeholder = '', value = ''): HTMLInputElement {
  return h('input', {
    type: 'text',
    class: 'nbmv-input nbmv-code-input',
    spellcheck: 'false',
    autocomplete: 'off',
    dir: 'ltr',
    placeholder,
    value
  });
}

/** The fields of an experiment, with the button that starts it. */
export function experimentForm(label: string, start: () => void, ...fields: Child[]): HTMLFormElement {
  return h(
    'form',
    {
      class: 'nbmv-experiment-form',
      on: {
        submit: event => {
          event.preventDefault();
          start();
        }
      }
    },
    fields,
    h('div', ACTIONS, h('button', { type: 'submit', class: 'nbmv-button' }, label))
  );
}
