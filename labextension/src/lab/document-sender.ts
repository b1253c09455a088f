import type { INotebookModel, Notebook, NotebookPanel } from '@jupyterlab/notebook';
import { NotebookActions } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import type { ITransport, Json } from '../core';
import type { KernelLink } from './kernel-link';

/** Sends the notebook document to the kernel before a cell runs and before a commit, so that versions contain it. */
export class DocumentSender implements IDisposable {
  /** The document as JSON that was sent last, and over which transport. */
  private _lastText = '';
  private _lastTransport: ITransport | null = null;
  private _disposed = false;

  constructor(
    private readonly _panel: NotebookPanel,
    private readonly _link: KernelLink
  ) {
    NotebookActions.executionScheduled.connect(this._onExecutionScheduled, this);
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  /** Sends the document, unless the kernel has this text already. */
  send(): void {
    const transport = this._link.transport;
    const model = this._panel.content.model;
    if (!transport || !model || this._link.status !== 'ready') {
      return;
    }
    const notebook = withoutOutputs(model);
    const text = JSON.stringify(notebook);
    if (text === this._lastText && transport === this._lastTransport) {
      return;
    }
    this._lastText = text;
    this._lastTransport = transport;
    transport.request('live', { path: this._panel.context.localPath, notebook }).catch(() => {
      this._lastText = '';
    });
  }

  dispose(): void {
    this._disposed = true;
    NotebookActions.executionScheduled.disconnect(this._onExecutionScheduled, this);
  }

  private _onExecutionScheduled(_: unknown, { notebook }: { notebook: Notebook }): void {
    if (notebook === this._panel.content) {
      this.send();
    }
  }
}

/** The document as nbformat JSON, without outputs: they may be large, and the kernel records its own. */
function withoutOutputs(model: INotebookModel): { [key: string]: Json } {
  const cells: Json[] = [];
  for (const cell of model.cells) {
    if (cell.type === 'code') {
      const { id, sharedModel } = cell;
      const [source, metadata] = [sharedModel.getSource(), sharedModel.getMetadata() as Json];
      cells.push({ cell_type: 'code', id, metadata, source, execution_count: null, outputs: [] });
    } else {
      cells.push(cell.toJSON() as unknown as Json);
    }
  }
  return {
    cells,
    metadata: model.sharedModel.getMetadata() as Json,
    nbformat: model.nbformat,
    nbformat_minor: model.nbformatMinor
  };
}
