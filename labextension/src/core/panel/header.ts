import { branchMenu } from './branch-menu';
import type { IContext } from '../context';
import { button, iconButton } from '../dom/controls';
import { fill, h } from '../dom/elements';
import { size } from '../text/figures';
import type { View } from '../host';
import { icon } from '../dom/icons';
import { openMenu } from '../dom/menu';
import { counted } from '../text/translate';
import { hold, rove } from '../dom/focus';
import { Ends } from '../signal';
import type { Stack } from './page-stack';

/** The panel's head: branch, what runs, undo and redo, tabs, Commit; over an opened page its title and the way back. */
export class Header {
  readonly element: HTMLElement;
  private readonly _ctx: IContext;
  private readonly _stack: Stack;
  private readonly _ends = new Ends();
  private readonly _branch: HTMLButtonElement;
  private readonly _place = h('span', { class: 'nbmv-place nbmv-dim' });
  private readonly _busy: HTMLElement;
  private readonly _undo: HTMLButtonElement;
  private readonly _redo: HTMLButtonElement;
  private readonly _bar: HTMLElement;
  private readonly _tabs: HTMLElement;
  private readonly _page: HTMLElement;
  private readonly _title = h('h2', { class: 'nbmv-title' });

  constructor(ctx: IContext, stack: Stack) {
    const { t } = ctx;
    this._ctx = ctx;
    this._stack = stack;
    this._branch = button({
      label: '',
      icon: 'branch',
      class: 'nbmv-bare nbmv-branch',
      run: () => {
        branchMenu(ctx, this._branch);
      }
    });
    this._branch.setAttribute('aria-haspopup', 'menu');
    this._busy = h(
      'span',
      { class: 'nbmv-busy', title: t('A cell is running'), hidden: true },
      icon('clock'),
      h('span', { class: 'nbmv-words' }, t('A cell is running'))
    );
    this._undo = iconButton({
      label: t('Undo the last rollback'),
      icon: 'undo',
      run: () => void ctx.act('undo', {}, t('Undoing'))
    });
    this._redo = iconButton({ label: t('Redo'), icon: 'redo', run: () => void ctx.act('redo', {}, t('Redoing')) });
    const more = iconButton({
      label: t('More'),
      icon: 'more',
      run: () => {
        this._more(more);
      }
    });
    more.setAttribute('aria-haspopup', 'menu');
    const commit = button({
      label: t('Commit'),
      icon: 'commit',
      class: 'nbmv-primary',
      run: () => {
        ctx.go('commit');
      }
    });
    commit.setAttribute('aria-label', t('Commit')); // a narrow panel shows the sign alone
    commit.title = t('Commit: choose names, metrics and tags');
    this._bar = h(
      'div',
      { class: 'nbmv-toolbar', role: 'toolbar', 'aria-label': t('Versions') },
      this._branch,
      this._busy,
      h('span', { class: 'nbmv-gap' }),
      this._undo,
      this._redo,
      more,
      commit
    );
    this._tabs = h(
      'div',
      { class: 'nbmv-tabs', role: 'tablist', 'aria-label': t('Views') },
      this._tab('history', t('History')),
      this._tab('inspect', t('Variables')),
      this._place
    );
    const back = iconButton({
      label: t('Back'),
      icon: 'back',
      run: () => {
        ctx.back();
      }
    });
    this._page = h('div', { class: 'nbmv-page' }, back, this._title);
    this.element = h('header', { class: 'nbmv-head' }, this._bar, this._tabs, this._page);
    this._ends.add(
      rove(this._bar),
      rove(this._tabs),
      stack.depth.on(() => {
        this._settle();
      }),
      stack.tab.on(() => {
        this._settle();
      }),
      ctx.state.on(() => {
        this._draw();
      })
    );
    this._draw();
    this._settle();
  }

  dispose(): void {
    this._ends.dispose();
  }

  private _tab(view: View, label: string): HTMLElement {
    return h(
      'button',
      {
        type: 'button',
        class: 'nbmv-tab',
        role: 'tab',
        'data-view': view,
        on: {
          click: () => {
            this._ctx.go(view);
          }
        }
      },
      label
    );
  }

  private _draw(): void {
    const { t } = this._ctx;
    const state = this._ctx.state.value;
    this._busy.hidden = !state?.busy;
    this._undo.disabled = !state?.undo;
    this._redo.disabled = !state?.redo;
    this._branch.querySelector('.nbmv-words')?.replaceChildren(state?.branch ?? '');
    this._branch.hidden = !state;
    this._branch.setAttribute('aria-label', t('Branch {branch}', { branch: state?.branch ?? '' }));
    this._branch.title = state ? t('Branch {branch}', { branch: state.branch }) : '';
    fill(
      this._place,
      state?.versions
        ? [
            counted(t, state.versions, '{n} version', '{n} versions'),
            h('span', { class: 'nbmv-place-size' }, ` · ${size(state.stored_bytes)}`)
          ]
        : null
    );
    this._place.title = state?.store ?? '';
    hold(this._bar);
  }

  private _settle(): void {
    const depth = this._stack.depth.value;
    const tab = this._stack.tab.value;
    const tabbed = tab === 'history' || tab === 'inspect';
    this._bar.hidden = depth > 1 || !tabbed;
    this._tabs.hidden = depth > 1 || !tabbed;
    this._page.hidden = depth < 2;
    this.element.hidden = depth < 2 && !tabbed;
    this._title.textContent = this._stack.top?.title ?? '';
    for (const one of this._tabs.querySelectorAll<HTMLElement>('[role=tab]')) {
      one.setAttribute('aria-selected', String(one.dataset['view'] === tab));
    }
    hold(this._tabs, this._tabs.querySelector<HTMLElement>('[aria-selected=true]') ?? undefined);
  }

  private _more(from: HTMLElement): void {
    const { t, state } = this._ctx;
    const auto = state.value?.auto ?? false;
    openMenu(
      t('More'),
      [
        {
          label: t('Commit after every cell'),
          checked: auto,
          run: () => void this._ctx.act('auto', { on: !auto }, t('Changing the setting'))
        },
        ...(this._ctx.host.setConfirmed && this._ctx.host.confirmed ? [this._confirmation()] : [])
      ],
      { root: this._ctx.root, from }
    );
  }

  private _confirmation(): { label: string; checked: boolean; run: () => void } {
    const { t, host } = this._ctx;
    const off = host.confirmed?.() ?? false;
    return {
      label: t('Show the plan before a rollback'),
      checked: !off,
      run: () => {
        host.setConfirmed?.(!off);
      }
    };
  }
}
