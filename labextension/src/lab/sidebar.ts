import { PanelLayout, Widget } from '@lumino/widgets';
import type { Message } from '@lumino/messaging';
import { historyIcon } from '@jupyterlab/ui-components';
import type { View } from '../core';
import type { INotebook, Notebooks } from './notebooks';
import { placeholder, PanelView, type IPanelHost } from './panel-view';

/** The sidebar with the current notebook's panel. The panels of other notebooks are hidden and keep their state. */
export class Sidebar extends Widget {
  private readonly _views = new Map<INotebook, PanelView>();
  private readonly _empty = new Widget({ node: document.createElement('div') });

  constructor(
    private readonly _notebooks: Notebooks,
    private readonly _host: IPanelHost
  ) {
    super();
    const { t } = _host;
    this.id = 'nbmodelver-sidebar';
    this.title.icon = historyIcon;
    this.title.caption = t('Versions');
    this.addClass('nbmv-Lab-sidebar');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', t('Versions'));
    this._empty.node.append(placeholder(t('Open a notebook to see its versions.')));
    const layout = (this.layout = new PanelLayout());
    layout.addWidget(this._empty);
    _notebooks.changed.connect(this._update, this);
    this._update();
  }

  /** Opens a view in the current notebook's panel. */
  openView(view: View, ids?: string[], name?: string): void {
    this._currentView()?.openView(view, ids, name);
  }

  /** Shows the versions of the variables that a cell assigns. */
  inspect(cell: { id: string; source: string }): void {
    this._currentView()?.inspect(cell);
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this._currentView()?.focusPanel();
  }

  private _currentView(): PanelView | undefined {
    const notebook = this._notebooks.current;
    return notebook ? this._views.get(notebook) : undefined;
  }

  private _update(): void {
    const current = this._notebooks.current;
    const all = new Set(this._notebooks.all);
    for (const [notebook, view] of this._views) {
      if (!all.has(notebook)) {
        this._views.delete(notebook);
        view.dispose();
      }
    }
    if (current && !this._views.has(current)) {
      const view = new PanelView(current, this._host);
      this._views.set(current, view);
      (this.layout as PanelLayout).addWidget(view);
    }
    this._empty.setHidden(current !== null);
    this._views.forEach((view, notebook) => {
      view.setHidden(notebook !== current);
    });
  }
}
