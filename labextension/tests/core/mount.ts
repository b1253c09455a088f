/** A panel on jsdom's page, and what a person does with it. */

import { afterEach, vi } from 'vitest';
import { mountWholePanel, interpolate, type IHost, type IPanel, type View } from '../../src/core';
import { Mock } from '../mock';

// A test mounts whole panels, and the machine may be busy with others.
vi.setConfig({ testTimeout: 300_000 });

const mounted: IPanel[] = [];

afterEach(() => {
  mounted.splice(0).forEach(panel => {
    panel.dispose();
  });
  document.body.replaceChildren();
  vi.useRealTimers();
});

export interface IPage {
  panel: IPanel;
  mock: Mock;
  root: HTMLElement;
}

export async function page(
  options: { mock?: Mock; view?: View; ids?: string[]; host?: Partial<IHost> } = {}
): Promise<IPage> {
  const mock = options.mock ?? new Mock();
  const place = document.createElement('div');
  document.body.append(place);
  const panel = mountWholePanel(
    place,
    { transport: mock, translate: interpolate, ...options.host },
    options.view,
    options.ids
  );
  mounted.push(panel);
  await settled();
  return { panel, mock, root: place };
}

/** After all that was asked for has been answered and drawn. */
export async function settled(ms = 30): Promise<void> {
  await new Promise(done => setTimeout(done, ms));
}

export function all(root: ParentNode, selector: string): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(selector)].filter(one => !one.closest('[hidden]'));
}

export function one(root: ParentNode, selector: string): HTMLElement {
  const [found] = all(root, selector);
  if (!found) {
    throw new Error(`nothing fits ${selector} in ${root.textContent ?? ''}`);
  }
  return found;
}

/** A button by what a screen reader calls it. */
export function button(root: ParentNode, name: string): HTMLButtonElement {
  const found = all(root, 'button').find(each => nameOf(each) === name);
  if (!found) {
    throw new Error(`no button ${name}; there are: ${all(root, 'button').map(nameOf).join(' | ')}`);
  }
  return found as HTMLButtonElement;
}

export function nameOf(element: Element): string {
  return (element.getAttribute('aria-label') ?? element.textContent ?? '').replace(/\s+/g, ' ').trim();
}

export async function click(element: Element, init: MouseEventInit = {}): Promise<void> {
  element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, ...init }));
  await settled();
}

export async function press(key: string, init: KeyboardEventInit = {}): Promise<void> {
  document.activeElement?.dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init })
  );
  await settled();
}

export async function type(input: Element, text: string): Promise<void> {
  (input as HTMLInputElement).value = text;
  input.dispatchEvent(new Event('input', { bubbles: true }));
  input.dispatchEvent(new Event('change', { bubbles: true }));
  await settled();
}

export function rows(root: ParentNode): HTMLElement[] {
  return all(root, '.nbmv-list [role=option]');
}

/** The row of a version, by its name. */
export function row(root: ParentNode, name: string): HTMLElement {
  const found = rows(root).find(each => nameOf(each).split(',')[0] === name);
  if (!found) {
    throw new Error(`no row ${name} among ${rows(root).map(nameOf).join(' | ')}`);
  }
  return found;
}
