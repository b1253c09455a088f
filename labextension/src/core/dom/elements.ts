/** Makes elements. Whatever a user or a stranger wrote becomes a text node; there is no way here to write markup. */

export type Child = Node | string | number | null | undefined | false | readonly Child[];

type Handlers = { [E in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[E]) => void };
type Value = string | number | boolean | null | undefined;

/** `class` and every other key is an attribute: false, null and undefined leave it out, true writes it empty ("true" for aria). */
export interface IProps {
  class?: string;
  on?: Handlers;
  [attribute: string]: Value | Handlers;
}

export function h<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  props: IProps = {},
  ...children: Child[]
): HTMLElementTagNameMap[T] {
  const element = document.createElement(tag);
  setAll(element, props);
  append(element, children);
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

export function svg<T extends keyof SVGElementTagNameMap>(
  tag: T,
  props: IProps = {},
  ...children: Child[]
): SVGElementTagNameMap[T] {
  const element = document.createElementNS(SVG, tag);
  setAll(element, props);
  append(element, children);
  return element;
}

/** Puts `children` in the place of whatever the element holds. */
export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  append(element, children);
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) {
      continue;
    }
    if (child instanceof Node) {
      element.append(child);
    } else if (typeof child === 'string' || typeof child === 'number') {
      element.append(document.createTextNode(String(child)));
    } else {
      append(element, child);
    }
  }
}

function setAll(element: Element, props: IProps): void {
  for (const [key, value] of Object.entries(props)) {
    if (key === 'on') {
      listen(element, value as Handlers);
    } else {
      set(element, key, value as Value);
    }
  }
}

function listen(element: Element, handlers: Handlers): void {
  for (const [event, handler] of Object.entries(handlers)) {
    element.addEventListener(event, handler as EventListener);
  }
}

/** Writes or takes away one attribute. */
export function set(element: Element, key: string, value: Value): void {
  if (key === 'value' && (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement)) {
    element.value = String(value ?? '');
  } else if (key === 'style' && (element instanceof HTMLElement || element instanceof SVGElement)) {
    element.style.cssText = String(value ?? ''); // the attribute is what a strict content security policy forbids
  } else if (key === 'checked' && element instanceof HTMLInputElement) {
    element.checked = value === true;
  } else if (value === null || value === undefined || (value === false && !key.startsWith('aria-'))) {
    element.removeAttribute(key);
  } else {
    element.setAttribute(key, value === true && !key.startsWith('aria-') ? '' : String(value));
  }
}

let made = 0;

/** An id that no other element on the page has. */
export function freshId(what: string): string {
  made += 1;
  return `nbmv-${what}-${made}`;
}

/** The element and everything in it that the Tab key or the arrows can reach. */
export function focusables(element: Element): HTMLElement[] {
  const found = element.querySelectorAll<HTMLElement>('button, input, select, textarea, [tabindex]');
  return [...found].filter(one => !one.hasAttribute('disabled') && !one.closest('[hidden]'));
}
