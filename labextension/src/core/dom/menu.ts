import { button } from './controls';
import { h } from './elements';
import { icon, type Icon } from './icons';
import { rove } from './focus';

export interface IMenuItem {
  label: string;
  icon?: Icon;
  /** Set: the item is one that is on or off. */
  checked?: boolean;
  disabled?: boolean;
  run(): void;
}

interface IPlace {
  /** The panel that the menu belongs to. */
  root: HTMLElement;
  /** Gets the focus back. */
  from: HTMLElement;
  /** Where the pointer was; without it the menu hangs under `from`. */
  point?: { x: number; y: number };
}

/** Opens a menu; it closes by choosing, Escape, Tab or a click elsewhere. Gives the function that closes it. */
export function openMenu(name: string, items: readonly IMenuItem[], place: IPlace): () => void {
  const menu = h('div', { class: 'nbmv-menu', role: 'menu', 'aria-label': name });
  const close = (): void => {
    endRove();
    document.removeEventListener('pointerdown', outside, true);
    menu.remove();
    place.from.removeAttribute('aria-expanded');
  };
  const leave = (): void => {
    close();
    place.from.focus();
  };
  const outside = (event: Event): void => {
    if (!menu.contains(event.target as Node)) {
      close();
    }
  };
  menu.append(
    ...items.map(item =>
      row(item, () => {
        leave();
        item.run();
      })
    )
  );
  menu.addEventListener('keydown', event => {
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      event.stopPropagation();
      leave();
    }
  });
  place.root.append(menu);
  settle(menu, place);
  const endRove = rove(menu, true);
  document.addEventListener('pointerdown', outside, true);
  place.from.setAttribute('aria-expanded', 'true');
  menu.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  return close;
}

function row(item: IMenuItem, run: () => void): HTMLElement {
  const made = button({ label: item.label, class: 'nbmv-menu-item', disabled: item.disabled ?? false, run });
  const sign = item.checked === undefined ? item.icon : item.checked ? 'check' : undefined;
  made.prepend(h('span', { class: 'nbmv-menu-sign' }, sign && icon(sign)));
  made.setAttribute('role', item.checked === undefined ? 'menuitem' : 'menuitemcheckbox');
  if (item.checked !== undefined) {
    made.setAttribute('aria-checked', String(item.checked));
  }
  return made;
}

/** Places the menu inside the panel, so that it is never cut off. */
function settle(menu: HTMLElement, place: IPlace): void {
  const root = place.root.getBoundingClientRect();
  const from = place.from.getBoundingClientRect();
  const rtl = getComputedStyle(place.root).direction === 'rtl';
  const want = place.point ?? { x: rtl ? from.right - menu.offsetWidth : from.left, y: from.bottom + 2 };
  const left = Math.max(4, Math.min(want.x - root.left, root.width - menu.offsetWidth - 4));
  const top = Math.max(4, Math.min(want.y - root.top, root.height - menu.offsetHeight - 4));
  menu.style.left = `${left}px`;
  menu.style.top = `${top}px`;
}
