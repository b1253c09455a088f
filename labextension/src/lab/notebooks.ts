import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { type ISignal, Signal } from '@lumino/signaling';
import type { ISessionContext } from '@jupyterlab/apputils';
import { KernelLink } from './kernel-link';
import { DocumentSender } from './document-sender';

/** An open notebook with the link to its kernel. */
export interface INotebook {
  readonly panel: NotebookPanel;
  readonly link: KernelLink;
  readonly documentSender: DocumentSender;
}

/** All notebooks on the page. Each has its own kernel, and so its own link. */
export class Notebooks {
  private readonly _notebooks = new Map<NotebookPanel, INotebook>();
  private readonly _links = new Map<ISessionContext, KernelLink>();
  private readonly _changed = new Signal<this, void>(this);

  constructor(private readonly _tracker: INotebookTracker) {
    _tracker.forEach(panel => {
      this._add(panel);
    });
    _tracker.widgetAdded.connect((_, panel) => {
      this._add(panel);
    });
    _tracker.currentChanged.connect(() => {
      this._changed.emit();
    });
  }

  /** Emitted when a notebook is opened or closed, when another one becomes current, and when a link changes. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get current(): INotebook | null {
    const panel = this._tracker.currentWidget;
    return (panel && this._notebooks.get(panel)) ?? null;
  }

  get all(): INotebook[] {
    return [...this._notebooks.values()];
  }

  /** The open notebook at a path of the server, or null. */
  at(path: string): INotebook | null {
    return this.all.find(notebook => notebook.panel.context.path === path) ?? null;
  }

  private _add(panel: NotebookPanel): void {
    if (this._notebooks.has(panel)) {
      return;
    }
    const link = this._linkOf(panel.sessionContext);
    const document = new DocumentSender(panel, link);
    this._notebooks.set(panel, { panel, link, documentSender: document });
    panel.disposed.connect(() => {
      this._notebooks.delete(panel);
      document.dispose();
      this._changed.emit();
    });
    this._changed.emit();
  }

  /** Two views of one notebook share a session, and so a link. */
  private _linkOf(context: ISessionContext): KernelLink {
    const known = this._links.get(context);
    if (known) {
      return known;
    }
    const link = new KernelLink(context);
    this._links.set(context, link);
    context.disposed.connect(() => {
      this._links.delete(context);
    });
    link.changed.connect(() => {
      this._changed.emit();
    });
    return link;
  }
}
