import { openBranchMenu } from './branch-menu';
import type { IContext } from '../context';
import { button, iconButton } from '../dom/controls';
import { replaceChildren, h } from '../dom/elements';
import { formatSize } from '../text/figures';
import type { View } from '../host';
import { icon } from '../dom/icons';
import { openMenu } from '../dom/menu';
import { plural } from '../text/translate';
import { setTabStop, enableArrowKeys } from '../dom/focus';
import { Disposables } from '../disposables';
import { isTab, type PageStack } from './page-stack';
import { TITLE } from '../dom/styles';

/** The header of the panel: branch, activity, undo and redo, tabs, Commit; above an opened page its title and Back. */
export class PanelHeader {
  readonly element: HTMLElement;
  private readonly _ctx: IContext;
  private readonly _stack: PageStack;
  private readonly _disposables = new Disposables();
  private readonly _branch: HTMLButtonElement;
  private readonly _storeSize = h('span', { class: 'nbmv-place nbmv-dim' });
  private readonly _busy: HTMLElement;
  private readonly _undo: HTMLButtonElement;
  private readonly _redo: HTMLButtonElement;
  private readonly _toolbar: HTMLElement;
  private readonly _tabs: HTMLElement;
  private readonly _pageBar: HTMLElement;
  private readonly _title = h('h2', TITLE);

  constructor(ctx: IContext, stack: PageStack) {
    const { t } = ctx;
    this._ctx = ctx;
    this._stack = stack;
    this._branch = this._createBranchButton();
    this._busy = h(
      'span',
      { class: 'nbmv-busy', title: t('A cell is running'), hidden: true },
      icon('clock'),
      h('span', { class: 'nbmv-words' }, t('A cell is running'))
    );
    this._undo = iconButton({
      label: t('Undo the last rollback'),
      icon: 'undo',
      onClick: () => void ctx.mutate('undo', {}, t('Undoing'))
    });
    this._redo = iconButton({
      label: t('Redo'),
      icon: 'redo',
      onClick: () => void ctx.mutate('redo', {}, t('Redoing'))
    });
    this._toolbar = this._createToolbar();
    this._tabs = this._createTabs();
    this._pageBar = this._createPageBar();
    const line = ctx.pages.remotes?.line(ctx, this._disposables);
    this.element = h('header', { class: 'nbmv-head' }, this._toolbar, this._tabs, line, this._pageBar);
    const updateVisibility = (): void => {
      this._updateVisibility();
    };
    this._disposables.add(
      enableArrowKeys(this._toolbar),
      enableArrowKeys(this._tabs),
      stack.depth.on(updateVisibility),
      stack.tab.on(updateVisibility),
      ctx.state.on(() => {
        this._draw();
      })
    );
    this._draw();
    this._updateVisibility();
  }

  dispose(): void {
    this._disposables.dispose();
  }

  private _createBranchButton(): HTMLButtonElement {
    const branch = button({
      label: '',
      icon: 'branch',
      class: 'nbmv-bare nbmv-branch',
      onClick: () => {
        openBranchMenu(this._ctx, branch);
      }
    });
    branch.setAttribute('aria-haspopup', 'menu');
    return branch;
  }

  private _createToolbar(): HTMLElement {
    const { t } = this._ctx;
    const more = iconButton({
      label: t('More'),
      icon: 'more',
      onClick: () => {
        this._openMoreMenu(more);
      }
    });
    more.setAttribute('aria-haspopup', 'menu');
    const commit = button({
      label: t('Commit'),
      icon: 'commit',
      class: 'nbmv-primary',
      onClick: () => {
        this._ctx.openView('commit');
      }
    });
    commit.setAttribute('aria-label', t('Commit')); // a narrow panel hides the text
    commit.title = t('Commit: choose variables, metrics and tags');
    return h(
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
  }

  private _createTabs(): HTMLElement {
    const { t } = this._ctx;
    return h(
      'div',
      { class: 'nbmv-tabs', role: 'tablist', 'aria-label': t('Views') },
      this._createTab('history', t('History')),
      this._createTab('inspect', t('Variables')),
      this._createTab('models', t('Models')),
      this._ctx.pages.remotes && this._createTab('remotes', t('Remotes')),
      this._storeSize
    );
  }

  private _createPageBar(): HTMLElement {
    const back = iconButton({
      label: this._ctx.t('Back'),
      icon: 'back',
      onClick: () => {
        this._ctx.goBack();
      }
    });
    return h('div', { class: 'nbmv-page' }, back, this._title);
  }

  private _createTab(view: View, label: string): HTMLElement {
    return h(
      'button',
      {
        type: 'button',
        class: 'nbmv-tab',
        role: 'tab',
        'data-view': view,
        on: {
          click: () => {
            this._ctx.openView(view);
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
    replaceChildren(
      this._storeSize,
      state?.versions
        ? [
            plural(t, state.versions, '{n} version', '{n} versions'),
            h('span', { class: 'nbmv-place-size' }, ` · ${formatSize(state.stored_bytes)}`)
          ]
        : null
    );
    this._storeSize.title = state?.store ?? '';
    setTabStop(this._toolbar);
  }

  private _updateVisibility(): void {
    const depth = this._stack.depth.value;
    const tab = this._stack.tab.value;
    const tabbed = isTab(tab);
    this._toolbar.hidden = depth > 1 || !tabbed;
    this._tabs.hidden = depth > 1 || !tabbed;
    this._pageBar.hidden = depth < 2;
    this.element.hidden = depth < 2 && !tabbed;
    this._title.textContent = this._stack.top?.title ?? '';
    for (const one of this._tabs.querySelectorAll<HTMLElement>('[role=tab]')) {
      one.setAttribute('aria-selected', String(one.dataset['view'] === tab));
    }
    setTabStop(this._tabs, this._tabs.querySelector<HTMLElement>('[aria-selected=true]') ?? undefined);
  }

  private _openMoreMenu(from: HTMLElement): void {
    const { t, state } = this._ctx;
    const auto = state.value?.auto ?? false;
    openMenu(
      t('More'),
      [
        {
          label: t('Commit after every cell'),
          checked: auto,
          run: () => void this._ctx.mutate('auto', { on: !auto }, t('Changing the setting'))
        },
        ...(this._ctx.host.setSkipConfirmation && this._ctx.host.skipsConfirmation ? [this._confirmationItem()] : [])
      ],
      { root: this._ctx.root, opener: from }
    );
  }

  private _confirmationItem(): { label: string; checked: boolean; run: () => void } {
    const { t, host } = this._ctx;
    const off = host.skipsConfirmation?.() ?? false;
    return {
      label: t('Show the plan before a rollback'),
      checked: !off,
      run: () => {
        host.setSkipConfirmation?.(!off);
      }
    };
  }
}
