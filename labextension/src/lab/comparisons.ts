import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { PanelLayout, Widget } from '@lumino/widgets';
import type { Message } from '@lumino/messaging';
import { historyIcon } from '@jupyterlab/ui-components';
import type { Notebooks } from './notebooks';
import { openDialog } from './dialog';
import { placeholder, PanelView, type IPanelHost } from './panel-view';

/** The arguments of a comparison tab. ids: versions of the notebook at this path. */
export interface IComparisonArgs {
  path: string;
  ids: string[];
}

/** A comparison in the main area. While its notebook is closed, as in a restored layout, it offers to open it. */
class ComparisonTab extends Widget {
  private _view: PanelView | null = null;

  constructor(
    readonly args: IComparisonArgs,
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
    this._view?.openView('compare', ids);
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
      this._view = new PanelView(notebook, this._host, 'compare', this.args.ids);
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

/** Opens comparisons: one tab for each notebook, restored after a reload, or a dialog where there are no tabs. */
export class ComparisonTabs {
  private readonly _tracker = new WidgetTracker<MainAreaWidget<ComparisonTab>>({ namespace: 'nbmodelver-comparison' });

  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _notebooks: Notebooks,
    private readonly _host: IPanelHost,
    /** False in Notebook 7: then a comparison opens in a dialog. */
    private readonly _hasTabs: boolean
  ) {}

  restore(restorer: ILayoutRestorer, command: string): void {
    void restorer.restore(this._tracker, {
      command,
      args: tab => ({ path: tab.content.args.path, ids: tab.content.args.ids }),
      name: tab => tab.content.args.path
    });
  }

  open(args: IComparisonArgs): void {
    if (!this._hasTabs) {
      this._openDialog(args);
      return;
    }
    const { shell } = this._app;
    const known = this._tracker.find(tab => tab.content.args.path === args.path);
    if (known) {
      known.content.showIds(args.ids);
      void this._tracker.save(known);
      shell.activateById(known.id);
      return;
    }
    const content = this._createContent(args);
    const tab = new MainAreaWidget({ content });
    tab.toolbar.hide();
    tab.id = `nbmodelver-comparison-${args.path}`;
    tab.title.label = this._title(args);
    tab.title.icon = historyIcon;
    tab.title.closable = true;
    void this._tracker.add(tab);
    const ref = this._notebooks.at(args.path)?.panel.id;
    shell.add(tab, 'main', ref ? { ref, mode: 'split-right' } : {});
    shell.activateById(tab.id);
  }

  private _openDialog(args: IComparisonArgs): void {
    openDialog(this._title(args), this._createContent(args), this._host.t);
  }

  private _createContent(args: IComparisonArgs): ComparisonTab {
    const openNotebook = (path: string): void => {
      void this._app.commands.execute('docmanager:open', { path });
    };
    return new ComparisonTab({ ...args }, this._notebooks, this._host, openNotebook);
  }

  private _title({ path }: IComparisonArgs): string {
    return this._host.t('Comparison: {name}', { name: PathExt.basename(path) });
  }
}
