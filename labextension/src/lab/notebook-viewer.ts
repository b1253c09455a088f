import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import type { IEditorServices } from '@jupyterlab/codeeditor';
import type { INotebookContent } from '@jupyterlab/nbformat';
import { NotebookModel, type NotebookPanel, StaticNotebook } from '@jupyterlab/notebook';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { historyIcon } from '@jupyterlab/ui-components';
import type { Translate } from '../core';
import { openSheet } from './dialog';

/** What is needed to draw a notebook. */
export interface IDrawing {
  rendermime: IRenderMimeRegistry;
  factory: NotebookPanel.IContentFactory;
  editors: IEditorServices;
}

/** Opens the notebook documents of versions, to be read. They have no kernel, no file, no trust. */
export class Documents {
  private _opened = 0;

  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _drawing: IDrawing,
    private readonly _t: Translate,
    /** False where there is no room beside the notebook (Notebook 7): then it lies over the page. */
    private readonly _hasTabs: boolean
  ) {}

  open(version: string, notebook: object, beside?: string): void {
    const title = this._t('{version} (read only)', { version });
    const content = this._draw(notebook);
    if (this._hasTabs) {
      this._inTab(content, title, this._t('The notebook as it was in {version}', { version }), beside);
    } else {
      openSheet(title, content, this._t);
    }
  }

  private _draw(notebook: object): StaticNotebook {
    const { rendermime, factory, editors } = this._drawing;
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

  private _inTab(content: StaticNotebook, label: string, caption: string, beside?: string): void {
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
