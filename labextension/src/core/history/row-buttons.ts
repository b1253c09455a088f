import type { IContext } from '../context';
import { iconButton } from '../dom/controls';
import { replaceChildren, h } from '../dom/elements';
import type { IEntry } from '../protocol/messages';
import { compareWithCurrent } from '../version/actions';
import type { VirtualList } from './list';

/** Buttons over the row under the pointer. The row's menu and the details offer the same actions to keyboard users. */
export class RowButtons {
  readonly element: HTMLElement;
  private readonly _ctx: IContext;
  private readonly _list: VirtualList;
  private readonly _entryAt: (index: number) => IEntry | undefined;
  private _id = '';

  constructor(ctx: IContext, list: VirtualList, at: (index: number) => IEntry | undefined) {
    this._ctx = ctx;
    this._list = list;
    this._entryAt = at;
    this.element = h('div', { class: 'nbmv-hover', hidden: true });
    list.element.addEventListener('pointermove', event => {
      this._onPointerMove(event);
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

  private _onPointerMove(event: PointerEvent): void {
    const index = this._list.indexOf(event.target);
    const entry = this._entryAt(index);
    const row = this._list.elementAt(index);
    if (!entry || !row || event.pointerType === 'touch') {
      this._hide();
      return;
    }
    if (entry.id !== this._id) {
      this._id = entry.id;
      replaceChildren(this.element, this._createButtons(entry));
      this.element.hidden = false;
    }
    this.element.style.top = `${row.offsetTop - this._list.element.scrollTop + 2}px`;
  }

  private _createButtons(entry: IEntry): HTMLElement[] {
    const { t, state } = this._ctx;
    const name = entry.name;
    const buttons = [
      iconButton({
        label: t('Roll back to {name}…', { name }),
        icon: 'rollback',
        onClick: () => {
          this._ctx.openView('rollback', [entry.id]);
        }
      })
    ];
    if (entry.id !== state.value?.head?.id) {
      buttons.push(
        iconButton({
          label: t('Compare {name} with the current version', { name }),
          icon: 'compare',
          onClick: () => {
            compareWithCurrent(this._ctx, entry);
          }
        })
      );
    }
    buttons.forEach(one => {
      one.tabIndex = -1;
    });
    return buttons;
  }
}
