/** Keyboard focus: one tab stop for a group of controls (roving tabindex), with arrow keys, Home and End. */

import { focusableElements } from './elements';

/** Lets the arrow keys move the focus inside a group, whose members may change. Returns a function that ends it. */
export function enableArrowKeys(group: HTMLElement, vertical = false): () => void {
  const onKey = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    if (target instanceof HTMLInputElement && target.type !== 'checkbox') {
      return; // the arrow keys move the cursor in the text
    }
    const members = tabStopCandidates(group);
    const to = nextIndex(event.key, members.indexOf(target), members.length, vertical, isRtl(group));
    const member = to === undefined ? undefined : members[to];
    if (member) {
      event.preventDefault();
      event.stopPropagation();
      setTabStop(group, member);
      member.focus();
    }
  };
  const onFocus = (event: FocusEvent): void => {
    setTabStop(group, event.target as HTMLElement);
  };
  group.addEventListener('keydown', onKey);
  group.addEventListener('focusin', onFocus);
  setTabStop(group, tabStopCandidates(group)[0]);
  return () => {
    group.removeEventListener('keydown', onKey);
    group.removeEventListener('focusin', onFocus);
  };
}

/** Makes `member`, or else the first member, the tab stop. Call it after the members have changed. */
export function setTabStop(group: HTMLElement, member?: HTMLElement): void {
  const members = tabStopCandidates(group);
  const tabStop = member && members.includes(member) ? member : (members.find(one => one.tabIndex === 0) ?? members[0]);
  for (const one of members) {
    one.tabIndex = one === tabStop ? 0 : -1;
  }
}

export type GridItem = HTMLElement | SVGElement;

interface IGrid {
  /** The items in rows from the top, or in columns from the start. Empty lines are left out. */
  lines(): readonly (readonly GridItem[])[];
  isColumns: boolean;
}

/**
 * Lets the arrow keys, Home and End move the focus between items in two dimensions. Along a line the next line follows;
 * across the lines the place stays. Only the controls of the current item are tab stops. Returns a function that ends
 * it.
 */
export function enableGridKeys(group: Element, grid: IGrid): () => void {
  const itemOf = (event: Event): GridItem | undefined =>
    grid
      .lines()
      .flat()
      .find(one => one.contains(event.target as Node));
  const onKey = (event: Event): void => {
    const item = itemOf(event);
    const to = item && neighbour(grid, item, (event as KeyboardEvent).key, isRtl(group));
    const stop = to && stopsOf(to)[0];
    if (stop) {
      event.preventDefault();
      event.stopPropagation();
      stop.focus();
    }
  };
  const onFocus = (event: Event): void => {
    setGridStop(grid.lines(), itemOf(event));
  };
  group.addEventListener('keydown', onKey);
  group.addEventListener('focusin', onFocus);
  setGridStop(grid.lines());
  return () => {
    group.removeEventListener('keydown', onKey);
    group.removeEventListener('focusin', onFocus);
  };
}

/** Makes the controls of `current`, or else of the first item, the tab stops. */
function setGridStop(lines: readonly (readonly GridItem[])[], current?: GridItem): void {
  const items = lines.flat();
  const stop = current ?? items[0];
  items.forEach(item => {
    stopsOf(item).forEach(one => {
      one.tabIndex = item === stop ? 0 : -1;
    });
  });
}

function stopsOf(item: GridItem): GridItem[] {
  return item.hasAttribute('tabindex') ? [item] : focusableElements(item);
}

function neighbour({ lines, isColumns }: IGrid, item: GridItem, key: string, rtl: boolean): GridItem | undefined {
  const all = lines();
  const order = all.flat();
  const [right, left] = rtl ? ['ArrowLeft', 'ArrowRight'] : ['ArrowRight', 'ArrowLeft'];
  const [along, back, across, acrossBack] = isColumns
    ? ['ArrowDown', 'ArrowUp', right, left]
    : [right, left, 'ArrowDown', 'ArrowUp'];
  const line = all.findIndex(one => one.includes(item));
  const beside = (to: number): GridItem | undefined => {
    const place = all[line]?.indexOf(item) ?? 0;
    return all[to]?.[Math.min(place, all[to].length - 1)];
  };
  switch (key) {
    case along:
      return order[order.indexOf(item) + 1];
    case back:
      return order[order.indexOf(item) - 1];
    case across:
      return beside(line + 1);
    case acrossBack:
      return beside(line - 1);
    case 'Home':
      return order[0];
    case 'End':
      return order[order.length - 1];
    default:
      return undefined;
  }
}

function tabStopCandidates(group: HTMLElement): HTMLElement[] {
  return focusableElements(group).filter(one => !(one instanceof HTMLInputElement && one.type === 'text'));
}

function nextIndex(key: string, at: number, count: number, vertical: boolean, rtl: boolean): number | undefined {
  const [forward, backward] = vertical
    ? ['ArrowDown', 'ArrowUp']
    : rtl
      ? ['ArrowLeft', 'ArrowRight']
      : ['ArrowRight', 'ArrowLeft'];
  switch (key) {
    case forward:
      return (at + 1) % count;
    case backward:
      return (at - 1 + count) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

export function isRtl(element: Element): boolean {
  return getComputedStyle(element).direction === 'rtl';
}

/** Redraws an element. If it had the focus, the element with the same name gets it, or else the first that can. */
export function preserveFocus(element: HTMLElement, redraw: () => void): void {
  const focused = document.activeElement;
  if (!(focused instanceof HTMLElement) || !element.contains(focused)) {
    redraw();
    return;
  }
  const name = accessibleName(focused);
  const at = elementsNamed(element, name).indexOf(focused);
  redraw();
  if (!element.contains(document.activeElement)) {
    const same = elementsNamed(element, name);
    (same[at] ?? same[0] ?? focusableElements(element)[0])?.focus({ preventScroll: true });
  }
}

function elementsNamed(element: HTMLElement, name: string): HTMLElement[] {
  return focusableElements(element).filter(one => accessibleName(one) === name);
}

function accessibleName(element: HTMLElement): string {
  return element.getAttribute('aria-label') ?? element.textContent;
}
