import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { type ISignal, Signal } from '@lumino/signaling';
import type { ISessionContext } from '@jupyterlab/apputils';
import { Link } from './kernel-link';
import { LiveDocument } from './document-sender';

/** A notebook with its way to the kernel. */
export interface IPlace {
  readonly panel: NotebookPanel;
  readonly link: Link;
  readonly document: LiveDocument;
}

/** All notebooks on the page; each has its own kernel, and so its own link. */
export class Links {
  private readonly _places = new Map<NotebookPanel, IPlace>();
  private readonly _shared = new Map<ISessionContext, Link>();
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

  get current(): IPlace | null {
    const panel = this._tracker.currentWidget;
    return (panel && this._places.get(panel)) ?? null;
  }

  get all(): IPlace[] {
    return [...this._places.values()];
  }

  /** The notebook at a path of the server, if it is open. */
  at(path: string): IPlace | null {
    return this.all.find(place => place.panel.context.path === path) ?? null;
  }

  private _add(panel: NotebookPanel): void {
    if (this._places.has(panel)) {
      return;
    }
    const link = this._link(panel.sessionContext);
    const document = new LiveDocument(panel, link);
    this._places.set(panel, { panel, link, document });
    panel.disposed.connect(() => {
      this._places.delete(panel);
      document.dispose();
      this._changed.emit();
    });
    this._changed.emit();
  }

  /** Two views of one notebook have one kernel and one link. */
  private _link(context: ISessionContext): Link {
    const known = this._shared.get(context);
    if (known) {
      return known;
    }
    const link = new Link(context);
    this._shared.set(context, link);
    context.disposed.connect(() => {
      this._shared.delete(context);
    });
    link.changed.connect(() => {
      this._changed.emit();
    });
    return link;
  }
}
