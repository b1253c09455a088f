import { button, iconButton } from '../dom/controls';
import type { INotice } from '../context';
import { h } from '../dom/elements';
import type { Translate } from '../text/translate';
import { icon } from '../dom/icons';
import { ACTIONS, DIM } from '../dom/styles';

/**
 * A notice stays until the user closes it or chooses an action, until it is repeated, or until three newer ones come.
 */
const MAX_NOTICES = 3;

export class NoticeList {
  readonly element: HTMLElement;
  private readonly _t: Translate;

  constructor(t: Translate) {
    this._t = t;
    this.element = h('div', { class: 'nbmv-notices', role: 'region', 'aria-label': t('Notices'), hidden: true });
  }

  add(notice: INotice): void {
    const same = [...this.element.children].filter(one => one.getAttribute('data-said') === noticeKey(notice));
    same.forEach(one => {
      one.remove();
    });
    const shown = this._draw(notice);
    this.element.prepend(shown);
    while (this.element.childElementCount > MAX_NOTICES) {
      this.element.lastElementChild?.remove();
    }
    this.element.hidden = false;
  }

  /** Removes notices that a new attempt makes obsolete. */
  clear(kind?: INotice['kind']): void {
    for (const one of [...this.element.children]) {
      if (!kind || one.classList.contains(`nbmv-${kind}`)) {
        one.remove();
      }
    }
    this._updateVisibility();
  }

  private _draw(notice: INotice): HTMLElement {
    const close = (): void => {
      shown.remove();
      this._updateVisibility();
    };
    const actions = (notice.actions ?? []).map(action =>
      button({
        label: action.label,
        class: 'nbmv-link',
        onClick: () => {
          close();
          action.run();
        }
      })
    );
    const shown: HTMLElement = h(
      'div',
      {
        class: `nbmv-notice nbmv-${notice.kind}`,
        'data-said': noticeKey(notice),
        role: notice.kind === 'error' ? 'alert' : undefined
      },
      icon(notice.kind === 'error' ? 'warning' : notice.kind === 'success' ? 'check' : 'info'),
      h(
        'div',
        { class: 'nbmv-notice-text' },
        h('p', {}, notice.text),
        notice.hint ? h('p', DIM, notice.hint) : null,
        actions.length ? h('div', ACTIONS, actions) : null
      ),
      iconButton({ label: this._t('Close this notice'), icon: 'close', onClick: close })
    );
    return shown;
  }

  private _updateVisibility(): void {
    this.element.hidden = this.element.childElementCount === 0;
  }
}

function noticeKey({ kind, text, hint }: INotice): string {
  return [kind, text, hint].join('|');
}
