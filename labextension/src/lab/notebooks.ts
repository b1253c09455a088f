import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { type ISignal, Signal } from '@lumino/signaling';
import type { ISessionContext } from '@jupyterlab/apputils';
import { KernelLink } from './kernel-link';
import { DocumentSender } from './document-sender';

/** A notebook with its way to the kernel. */
export interface INotebookLink {
  readonly panel: NotebookPanel;
  readonly link: KernelLink;
  readonly document: DocumentSender;
}

/** All notebooks on the page; each has its own kernel, and so its own link. */
export class NotebookLinks {
  private readonly _notebooks = new Map<NotebookPanel, INotebookLink>();
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

  /** Emitted when there are other notebooks, another is the current one, or the link of any has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get current(): INotebookLink | null {
    const panel = this._tracker.currentWidget;
    return (panel && this._notebooks.get(panel)) ?? null;
  }

  get all(): INotebookLink[] {
    return [...this._notebooks.values()];
  }

  /** The notebook at a path of the server, if it is open. */
  at(path: string): INotebookLink | null {
    return this.all.find(place => place.panel.context.path === path) ?? null;
  }

  private _add(panel: NotebookPanel): void {
    if (this._notebooks.has(panel)) {
      return;
    }
    const link = this._link(panel.sessionContext);
    const document = new DocumentSender(panel, link);
    this._notebooks.set(panel, { panel, link, document });
    panel.disposed.connect(() => {
      this._notebooks.delete(panel);
      document.dispose();
      this._changed.emit();
    });
    this._changed.emit();
  }

  /** Two views of one notebook have one kernel and one link. */
  private _link(context: ISessionContext): KernelLink {
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
