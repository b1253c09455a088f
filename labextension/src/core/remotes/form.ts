import type { IContext } from '../context';
import { button } from '../dom/controls';
import { h, replaceChildren, setAttribute, uniqueId, type Child } from '../dom/elements';
import { ACTIONS, DIM, FOOT, PLAN } from '../dom/styles';
import { Failure } from '../protocol/transport';

/** A field with the place for what is wrong with it. */
export interface ICheckedField {
  input: HTMLInputElement | HTMLTextAreaElement;
  problem: HTMLElement;
}

/** A field for text of one line that is no prose: a name, an address, a key. */
export function textField(value = ''): ICheckedField {
  return checked(h('input', { type: 'text', class: 'nbmv-input', autocomplete: 'off', value }));
}

export function checked(input: ICheckedField['input']): ICheckedField {
  const problem = problemPlace();
  input.setAttribute('aria-describedby', problem.id);
  input.spellcheck = false;
  input.dir = 'ltr';
  return { input, problem };
}

export function problemPlace(): HTMLElement {
  return h('div', { id: uniqueId('problem'), class: 'nbmv-field-problem' });
}

export function showProblem({ input, problem }: ICheckedField, text: string, hint = ''): void {
  setAttribute(input, 'aria-invalid', text ? 'true' : undefined);
  writeProblem(problem, text, hint);
}

export function writeProblem(place: HTMLElement, text: string, hint: string): void {
  replaceChildren(place, text ? h('p', {}, text) : null, hint ? h('p', DIM, hint) : null);
}

/** Shows a failure beside a field. A cancelled request is not shown. Any other error is thrown again: it is a bug. */
export function showFailure(ctx: IContext, error: unknown, place: (failure: Failure) => ICheckedField): void {
  if (!(error instanceof Failure)) {
    throw error;
  }
  if (error.code !== 'Cancelled') {
    const field = place(error);
    showProblem(field, error.message, error.hint);
    field.input.focus();
    ctx.announce(error.message);
  }
}

interface IFormOptions {
  title: string;
  /** The button that submits the form. */
  go: HTMLElement;
  /** The text of the button that closes the page. Default: Cancel. */
  close?: string;
  fields: Child;
  submit(): void;
}

/** A page with fields above and its buttons below. */
export function createForm(ctx: IContext, { title, go, close, fields, submit }: IFormOptions): HTMLFormElement {
  const back = button({
    label: close ?? ctx.t('Cancel'),
    onClick: () => {
      ctx.goBack();
    }
  });
  return h(
    'form',
    {
      class: 'nbmv-view nbmv-rollback',
      'aria-label': title,
      novalidate: true,
      on: {
        submit: event => {
          event.preventDefault();
          submit();
        }
      }
    },
    h('div', PLAN, fields),
    h('div', FOOT, h('div', ACTIONS, go, back))
  );
}

export function submitButton(label = ''): HTMLButtonElement {
  return h('button', { type: 'submit', class: 'nbmv-button nbmv-primary' }, label);
}
