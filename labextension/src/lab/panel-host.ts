import type { IHost, ITransport, Translate } from '../core';
import type { NotebookViewer } from './notebook-viewer';
import type { INotebookLink, NotebookLinks } from './notebooks';
import { notifyFailure, notify } from './notices';
import type { UserSettings } from './settings';
import type { IPanelHost } from './panel-view';

export interface IHostServices {
  t: Translate;
  links: NotebookLinks;
  settings: UserSettings;
  documents: NotebookViewer | null;
  compare: (path: string, ids: string[]) => void;
  /** False in Notebook 7. There the panel is in the corner that notifications cover, so it says things itself. */
  hasTabs: boolean;
}

/** What panels find around them in this application. */
export class PanelHost implements IPanelHost {
  readonly t: Translate;
  private readonly _selected = new WeakMap<INotebookLink, string[]>();

  constructor(private readonly _services: IHostServices) {
    this.t = _services.t;
  }

  /** The versions selected in the notebook's panel. */
  selectedIds(place: INotebookLink): string[] {
    return this._selected.get(place) ?? [];
  }

  load(place: INotebookLink): void {
    place.link.load().catch((error: unknown) => {
      notifyFailure(error, this.t);
    });
  }

  host(place: INotebookLink, transport: ITransport): IHost {
    const { t, settings, documents, compare, hasTabs } = this._services;
    return {
      transport: withDocument(transport, place),
      translate: t,
      ...(hasTabs ? { notify } : {}),
      onSelect: ids => {
        this._selected.set(place, ids);
      },
      skipsConfirmation: () => !settings.confirmRollback,
      setSkipConfirmation: value => {
        settings.setConfirmRollback(!value);
      },
      openComparison: ids => {
        compare(place.panel.context.path, ids);
      },
      ...(documents
        ? {
            openDocument: (name: string, notebook: object) => {
              documents.open(name, notebook, place.panel.id);
            }
          }
        : {})
    };
  }
}

/** The same way to the kernel; a commit takes the document on the page along. */
export function withDocument(transport: ITransport, place: INotebookLink): ITransport {
  return {
    request(method, params, options) {
      if (method === 'commit') {
        place.document.send();
      }
      return transport.request(method, params, options);
    },
    onState: listener => transport.onState(listener),
    dispose: () => {
      transport.dispose();
    }
  };
}
