import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { PanelLayout, Widget } from '@lumino/widgets';
import type { Message } from '@lumino/messaging';
import { historyIcon } from '@jupyterlab/ui-components';
import type { View } from '../core';
import type { Notebooks } from './notebooks';
import { openDialog } from './dialog';
import { placeholder, PanelView, type IPanelHost } from './panel-view';

/** The arguments of a tab. ids: versions of the notebook at this path. */
export interface ITabArgs {
  path: string;
  ids: string[];
}

/** A kind of tab. */
export interface ITabKind {
  view: View;
  /** The namespace of its layout data, and the start of the ids of its tabs. */
  namespace: string;
  /** The title, with the name of the notebook. */
  title(name: string, args: ITabArgs): string;
  /** Tabs with the same key are one tab. */
  key(args: ITabArgs): string;
}

/** A view in the main area. While its notebook is closed, as in a restored layout, it offers to open it. */
class PanelTab extends Widget {
  private _view: PanelView | null = null;

  constructor(
    readonly args: ITabArgs,
    private readonly _kind: ITabKind,
    private readonly _notebooks: Notebooks,
    private readonly _host: IPanelHost,
    private readonly _openNotebook: (path: string) => void
  ) {
    super();
    this.addClass('nbmv-Lab-comparison');
    this.layout = new PanelLayout();
    _notebooks.changed.connect(this._update, this);
    this._update();
  }

  showIds(ids: string[]): void {
    this.args.ids = ids;
    this._view?.openView(this._kind.view, ids);
  }

  override dispose(): void {
    this._notebooks.changed.disconnect(this._update, this);
    super.dispose();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this._view?.focusPanel();
  }

  private _update(): void {
    const notebook = this._notebooks.at(this.args.path);
    if (!notebook) {
      this._view?.dispose();
      this._view = null;
      if (!this.node.hasChildNodes()) {
        this.node.append(this._placeholder());
      }
    } else if (!this._view) {
      this.node.replaceChildren();
      this._view = new PanelView(notebook, this._host, this._kind.view, this.args.ids);
      (this.layout as PanelLayout).addWidget(this._view);
    }
  }

  private _placeholder(): HTMLElement {
    const { t } = this._host;
    const { path } = this.args;
    const node = placeholder(t('The notebook {name} is not open.', { name: PathExt.basename(path) }));
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'jp-Button jp-mod-styled';
    button.textContent = t('Open notebook');
    button.addEventListener('click', () => {
      this._openNotebook(path);
    });
    node.append(button);
    return node;
  }
}

/** Opens views in tabs of the main area, restored after a reload, or in a dialog where there are no tabs. */
export class PanelTabs {
  /** Tabs of another kind, beside which a tab of the same notebook opens. */
  neighbours: PanelTabs | null = null;
  private readonly _tracker: WidgetTracker<MainAreaWidget<PanelTab>>;

  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _kind: ITabKind,
    private readonly _notebooks: Notebooks,
    private readonly _host: IPanelHost,
    /** False in Notebook 7: then the view opens in a dialog. */
    private readonly _hasTabs: boolean
  ) {
    this._tracker = new WidgetTracker({ namespace: _kind.namespace });
  }

  restore(restorer: ILayoutRestorer, command: string): void {
    void restorer.restore(this._tracker, {
      command,
      args: tab => ({ path: tab.content.args.path, ids: tab.content.args.ids }),
      name: tab => this._kind.key(tab.content.args)
    });
  }

  open(args: ITabArgs): void {
    if (!this._hasTabs) {
      this._openDialog(args);
      return;
    }
    const { shell } = this._app;
    const known = this._tracker.find(tab => this._kind.key(tab.content.args) === this._kind.key(args));
    if (known) {
      known.content.showIds(args.ids);
      void this._tracker.save(known);
      shell.activateById(known.id);
      return;
    }
    const content = this._createContent(args);
    const tab = new MainAreaWidget({ content });
    tab.toolbar.hide();
    tab.id = `${this._kind.namespace}-${this._kind.key(args)}`;
    tab.title.label = this._title(args);
    tab.title.icon = historyIcon;
    tab.title.closable = true;
    const beside = this.idAt(args.path) ?? this.neighbours?.idAt(args.path);
    void this._tracker.add(tab);
    const notebook = this._notebooks.at(args.path)?.panel.id;
    const split = notebook ? { ref: notebook, mode: 'split-right' as const } : {};
    shell.add(tab, 'main', beside ? { ref: beside, mode: 'tab-after' } : split);
    shell.activateById(tab.id);
  }

  /** The id of a tab of a notebook, or undefined. */
  idAt(path: string): string | undefined {
    return this._tracker.find(tab => tab.content.args.path === path)?.id;
  }

  private _openDialog(args: ITabArgs): void {
    openDialog(this._title(args), this._createContent(args), this._host.t);
  }

  private _createContent(args: ITabArgs): PanelTab {
    const openNotebook = (path: string): void => {
      void this._app.commands.execute('docmanager:open', { path });
    };
    return new PanelTab({ ...args }, this._kind, this._notebooks, this._host, openNotebook);
  }

  private _title(args: ITabArgs): string {
    return this._kind.title(PathExt.basename(args.path), args);
  }
}
