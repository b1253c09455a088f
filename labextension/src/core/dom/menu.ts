import { button } from './controls';
import { h } from './elements';
import { icon, type Icon } from './icons';
import { enableArrowKeys } from './focus';

export interface IMenuItem {
  label: string;
  icon?: Icon;
  /** If set, the item is a checkbox item. */
  checked?: boolean;
  disabled?: boolean;
  run(): void;
}

interface IMenuPosition {
  /** The panel that the menu belongs to. */
  root: HTMLElement;
  /** The element that gets the focus back. */
  opener: HTMLElement;
  /** Position of the pointer. Without it the menu opens below `opener`. */
  point?: { x: number; y: number };
}

/** Opens a menu. A choice, Escape, Tab and a click outside close it. Returns a function that closes it. */
export function openMenu(name: string, items: readonly IMenuItem[], position: IMenuPosition): () => void {
  const menu = h('div', { class: 'nbmv-menu', role: 'menu', 'aria-label': name });
  const close = (): void => {
    stopArrowKeys();
    document.removeEventListener('pointerdown', closeOnOutsideClick, true);
    menu.remove();
    position.opener.removeAttribute('aria-expanded');
  };
  const closeAndRefocus = (): void => {
    close();
    position.opener.focus();
  };
  const closeOnOutsideClick = (event: Event): void => {
    if (!menu.contains(event.target as Node)) {
      close();
    }
  };
  menu.append(
    ...items.map(item =>
      menuItem(item, () => {
        closeAndRefocus();
        item.run();
      })
    )
  );
  menu.addEventListener('keydown', event => {
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      event.stopPropagation();
      closeAndRefocus();
    }
  });
  position.root.append(menu);
  placeMenu(menu, position);
  const stopArrowKeys = enableArrowKeys(menu, true);
  document.addEventListener('pointerdown', closeOnOutsideClick, true);
  position.opener.setAttribute('aria-expanded', 'true');
  menu.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  return close;
}

function menuItem(item: IMenuItem, run: () => void): HTMLElement {
  const element = button({
    label: item.label,
    class: 'nbmv-menu-item',
    disabled: item.disabled ?? false,
    onClick: run
  });
  const sign = item.checked === undefined ? item.icon : item.checked ? 'check' : undefined;
  element.prepend(h('span', { class: 'nbmv-menu-sign' }, sign && icon(sign)));
  element.setAttribute('role', item.checked === undefined ? 'menuitem' : 'menuitemcheckbox');
  if (item.checked !== undefined) {
    element.setAttribute('aria-checked', String(item.checked));
  }
  return element;
}

/** Keeps the menu inside the panel. */
function placeMenu(menu: HTMLElement, place: IMenuPosition): void {
  const root = place.root.getBoundingClientRect();
  const from = place.opener.getBoundingClientRect();
  const rtl = getComputedStyle(place.root).direction === 'rtl';
  const target = place.point ?? { x: rtl ? from.right - menu.offsetWidth : from.left, y: from.bottom + 2 };
  const left = Math.max(4, Math.min(target.x - root.left, root.width - menu.offsetWidth - 4));
  const top = Math.max(4, Math.min(target.y - root.top, root.height - menu.offsetHeight - 4));
  menu.style.left = `${left}px`;
  menu.style.top = `${top}px`;
}
