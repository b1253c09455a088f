import { PanelLayout, Widget } from '@lumino/widgets';
import type { Message } from '@lumino/messaging';
import { historyIcon } from '@jupyterlab/ui-components';
import type { View } from '../core';
import type { INotebookLink, NotebookLinks } from './notebooks';
import { placeholder, PanelView, type IPanelHost } from './panel-view';

/** The panel beside the notebooks: that of the current one. The others' keep their filters and places meanwhile. */
export class Sidebar extends Widget {
  private readonly _views = new Map<INotebookLink, PanelView>();
  private readonly _empty = new Widget({ node: document.createElement('div') });

  constructor(
    private readonly _links: NotebookLinks,
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
    _links.changed.connect(this._update, this);
    this._update();
  }

  /** Show a view of the current notebook's panel. */
  openView(view: View, ids?: string[], name?: string): void {
    this._currentView()?.openView(view, ids, name);
  }

  /** Show the versions of what a cell makes. */
  inspect(cell: { id: string; source: string }): void {
    this._currentView()?.inspect(cell);
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this._currentView()?.focusPanel();
  }

  private _currentView(): PanelView | undefined {
    const place = this._links.current;
    return place ? this._views.get(place) : undefined;
  }

  private _update(): void {
    const current = this._links.current;
    const all = new Set(this._links.all);
    for (const [place, view] of this._views) {
      if (!all.has(place)) {
        this._views.delete(place);
        view.dispose();
      }
    }
    if (current && !this._views.has(current)) {
      const view = new PanelView(current, this._host);
      this._views.set(current, view);
      (this.layout as PanelLayout).addWidget(view);
    }
    this._empty.setHidden(current !== null);
    this._views.forEach((view, place) => {
      view.setHidden(place !== current);
    });
  }
}
