import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import type { IEditorServices } from '@jupyterlab/codeeditor';
import type { INotebookContent } from '@jupyterlab/nbformat';
import { NotebookModel, type NotebookPanel, StaticNotebook } from '@jupyterlab/notebook';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { historyIcon } from '@jupyterlab/ui-components';
import type { Translate } from '../core';
import { openDialog } from './dialog';

/** The JupyterLab services that render a notebook. */
export interface INotebookRendering {
  rendermime: IRenderMimeRegistry;
  factory: NotebookPanel.IContentFactory;
  editors: IEditorServices;
}

/** Opens the notebook documents of versions, read only. They have no kernel and no file, and they are not trusted. */
export class NotebookViewer {
  private _opened = 0;

  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _rendering: INotebookRendering,
    private readonly _t: Translate,
    /** False in Notebook 7: then the document opens in a dialog. */
    private readonly _hasTabs: boolean
  ) {}

  open(version: string, notebook: object, beside?: string): void {
    const title = this._t('{version} (read only)', { version });
    const content = this._createNotebook(notebook);
    if (this._hasTabs) {
      this._openTab(content, title, this._t('The notebook of {version}', { version }), beside);
    } else {
      openDialog(title, content, this._t);
    }
  }

  private _createNotebook(notebook: object): StaticNotebook {
    const { rendermime, factory, editors } = this._rendering;
    const model = new NotebookModel();
    model.fromJSON(notebook as INotebookContent);
    model.readOnly = true;
    const content = new StaticNotebook({
      rendermime: rendermime.clone(),
      contentFactory: factory,
      mimeTypeService: editors.mimeTypeService,
      notebookConfig: { ...StaticNotebook.defaultNotebookConfig, windowingMode: 'none' }
    });
    content.model = model;
    content.addClass('nbmv-Lab-document');
    content.disposed.connect(() => {
      model.dispose();
    });
    content.node.tabIndex = -1;
    return content;
  }

  private _openTab(content: StaticNotebook, label: string, caption: string, beside?: string): void {
    const tab = new MainAreaWidget({ content });
    tab.toolbar.hide();
    this._opened += 1;
    tab.id = `nbmodelver-document-${String(this._opened)}`;
    tab.title.label = label;
    tab.title.caption = caption;
    tab.title.icon = historyIcon;
    tab.title.closable = true;
    this._app.shell.add(tab, 'main', beside ? { ref: beside, mode: 'split-right' } : {});
    this._app.shell.activateById(tab.id);
  }
}
