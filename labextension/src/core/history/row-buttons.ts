import type { IContext } from '../context';
import { iconButton } from '../dom/controls';
import { fill, h } from '../dom/elements';
import type { IEntry } from '../protocol/messages';
import { compareWithPresent } from '../version/actions';
import type { List } from './list';

/** Short cuts over the row under the pointer; the same actions are in the row's menu and below, for keyboards. */
export class Hover {
  readonly element: HTMLElement;
  private readonly _ctx: IContext;
  private readonly _list: List;
  private readonly _at: (index: number) => IEntry | undefined;
  private _id = '';

  constructor(ctx: IContext, list: List, at: (index: number) => IEntry | undefined) {
    this._ctx = ctx;
    this._list = list;
    this._at = at;
    this.element = h('div', { class: 'nbmv-hover', hidden: true });
    list.element.addEventListener('pointermove', event => {
      this._move(event);
    });
    list.element.addEventListener('scroll', () => {
      this._hide();
    });
    this.element.addEventListener('pointerleave', () => {
      this._hide();
    });
    list.element.addEventListener('pointerleave', event => {
      if (!(event.relatedTarget instanceof Node && this.element.contains(event.relatedTarget))) {
        this._hide();
      }
    });
  }

  dispose(): void {
    this.element.remove();
  }

  private _hide(): void {
    this.element.hidden = true;
    this._id = '';
  }

  private _move(event: PointerEvent): void {
    const index = this._list.indexOf(event.target);
    const entry = this._at(index);
    const row = this._list.elementAt(index);
    if (!entry || !row || event.pointerType === 'touch') {
      this._hide();
      return;
    }
    if (entry.id !== this._id) {
      this._id = entry.id;
      fill(this.element, this._buttons(entry));
      this.element.hidden = false;
    }
    this.element.style.top = `${row.offsetTop - this._list.element.scrollTop + 2}px`;
  }

  private _buttons(entry: IEntry): HTMLElement[] {
    const { t, state } = this._ctx;
    const name = entry.name;
    const made = [
      iconButton({
        label: t('Roll back to {name}…', { name }),
        icon: 'rollback',
        run: () => {
          this._ctx.go('rollback', [entry.id]);
        }
      })
    ];
    if (entry.id !== state.value?.head?.id) {
      made.push(
        iconButton({
          label: t('Compare {name} with the present version', { name }),
          icon: 'compare',
          run: () => {
            compareWithPresent(this._ctx, entry);
          }
        })
      );
    }
    made.forEach(one => {
      one.tabIndex = -1;
    });
    return made;
  }
}
