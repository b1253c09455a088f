import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import type { IEditorServices } from '@jupyterlab/codeeditor';
import type { INotebookContent } from '@jupyterlab/nbformat';
import { NotebookModel, type NotebookPanel, StaticNotebook } from '@jupyterlab/notebook';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { historyIcon } from '@jupyterlab/ui-components';
import type { Translate } from '../core';

/** What is needed to draw a notebook. */
export interface IDrawing {
  rendermime: IRenderMimeRegistry;
  factory: NotebookPanel.IContentFactory;
  editors: IEditorServices;
}

/** Opens the notebook documents of versions: to read, beside the present one. They have no kernel, no file, no trust. */
export class Documents {
  private _opened = 0;

  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _drawing: IDrawing,
    private readonly _t: Translate
  ) {}

  open(version: string, notebook: object, beside?: string): void {
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
    const tab = new MainAreaWidget({ content });
    tab.toolbar.hide();
    tab.disposed.connect(() => { model.dispose(); });
    this._opened += 1;
    tab.id = `nbmodelver-document-${String(this._opened)}`;
    tab.title.label = this._t('{version} (read only)', { version });
    tab.title.caption = this._t('The notebook as it was in {version}', { version });
    tab.title.icon = historyIcon;
    tab.title.closable = true;
    this._app.shell.add(tab, 'main', beside ? { ref: beside, mode: 'split-right' } : {});
    this._app.shell.activateById(tab.id);
  }
}
