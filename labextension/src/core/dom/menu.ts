import { button } from './controls';
import { h } from './elements';
import { icon, type Icon } from './icons';
import { enableArrowKeys } from './focus';

export interface IMenuItem {
  label: string;
  icon?: Icon;
  /** Set: the item is one that is on or off. */
  checked?: boolean;
  disabled?: boolean;
  run(): void;
}

interface IMenuPosition {
  /** The panel that the menu belongs to. */
  root: HTMLElement;
  /** Gets the focus back. */
  opener: HTMLElement;
  /** Where the pointer was; without it the menu hangs under `from`. */
  point?: { x: number; y: number };
}

/** Opens a menu; it closes by choosing, Escape, Tab or a click elsewhere. Gives the function that closes it. */
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
  const made = button({ label: item.label, class: 'nbmv-menu-item', disabled: item.disabled ?? false, onClick: run });
  const sign = item.checked === undefined ? item.icon : item.checked ? 'check' : undefined;
  made.prepend(h('span', { class: 'nbmv-menu-sign' }, sign && icon(sign)));
  made.setAttribute('role', item.checked === undefined ? 'menuitem' : 'menuitemcheckbox');
  if (item.checked !== undefined) {
    made.setAttribute('aria-checked', String(item.checked));
  }
  return made;
}

/** Places the menu inside the panel, so that it is never cut off. */
function placeMenu(menu: HTMLElement, place: IMenuPosition): void {
  const root = place.root.getBoundingClientRect();
  const from = place.opener.getBoundingClientRect();
  const rtl = getComputedStyle(place.root).direction === 'rtl';
  const want = place.point ?? { x: rtl ? from.right - menu.offsetWidth : from.left, y: from.bottom + 2 };
  const left = Math.max(4, Math.min(want.x - root.left, root.width - menu.offsetWidth - 4));
  const top = Math.max(4, Math.min(want.y - root.top, root.height - menu.offsetHeight - 4));
  menu.style.left = `${left}px`;
  menu.style.top = `${top}px`;
}
