/** Creates elements. Texts become text nodes only: no function here parses markup. */

export type Child = Node | string | number | null | undefined | false | readonly Child[];

type Handlers = { [E in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[E]) => void };
type AttributeValue = string | number | boolean | null | undefined;

/**
 * Attributes by name. false, null and undefined omit an attribute; true sets it to "", or to "true" for aria
 * attributes.
 */
export interface IAttributes {
  class?: string;
  on?: Handlers;
  [attribute: string]: AttributeValue | Handlers;
}

export function h<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  props: IAttributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[T] {
  const element = document.createElement(tag);
  setAttributes(element, props);
  appendChildren(element, children);
  return element;
}

const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';

export function svg<T extends keyof SVGElementTagNameMap>(
  tag: T,
  props: IAttributes = {},
  ...children: Child[]
): SVGElementTagNameMap[T] {
  const element = document.createElementNS(SVG_NAMESPACE, tag);
  setAttributes(element, props);
  appendChildren(element, children);
  return element;
}

/** Replaces the content of the element. */
export function replaceChildren(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  appendChildren(element, children);
}

function appendChildren(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) {
      continue;
    }
    if (child instanceof Node) {
      element.append(child);
    } else if (typeof child === 'string' || typeof child === 'number') {
      element.append(document.createTextNode(String(child)));
    } else {
      appendChildren(element, child);
    }
  }
}

function setAttributes(element: Element, props: IAttributes): void {
  for (const [key, value] of Object.entries(props)) {
    if (key === 'on') {
      addListeners(element, value as Handlers);
    } else {
      setAttribute(element, key, value as AttributeValue);
    }
  }
}

function addListeners(element: Element, handlers: Handlers): void {
  for (const [event, handler] of Object.entries(handlers)) {
    element.addEventListener(event, handler as EventListener);
  }
}

/** Sets or removes one attribute. */
export function setAttribute(element: Element, key: string, value: AttributeValue): void {
  if (key === 'value' && (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement)) {
    element.value = String(value ?? '');
  } else if (key === 'style' && (element instanceof HTMLElement || element instanceof SVGElement)) {
    element.style.cssText = String(value ?? ''); // a strict content security policy forbids the attribute
  } else if (key === 'checked' && element instanceof HTMLInputElement) {
    element.checked = value === true;
  } else if (value === null || value === undefined || (value === false && !key.startsWith('aria-'))) {
    element.removeAttribute(key);
  } else {
    element.setAttribute(key, value === true && !key.startsWith('aria-') ? '' : String(value));
  }
}

let idCount = 0;

/** An id that is unique on the page. */
export function uniqueId(what: string): string {
  idCount += 1;
  return `nbmv-${what}-${idCount}`;
}

/** The focusable descendants of an element that are enabled and visible. */
export function focusableElements(element: Element): HTMLElement[] {
  const found = element.querySelectorAll<HTMLElement>('button, input, select, textarea, [tabindex]');
  return [...found].filter(one => !one.hasAttribute('disabled') && !one.closest('[hidden]'));
}
