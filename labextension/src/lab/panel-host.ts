import type { IHost, ITransport, Translate } from '../core';
import type { NotebookViewer } from './notebook-viewer';
import type { INotebook } from './notebooks';
import { notifyFailure, notify } from './notices';
import type { UserSettings } from './settings';
import type { IPanelHost } from './panel-view';

/** What a panel host passes on to the panels. */
export interface IHostServices {
  t: Translate;
  settings: UserSettings;
  viewer: NotebookViewer | null;
  openComparison: (path: string, ids: string[]) => void;
  openRerun: (path: string, id: string, name?: string) => void;
  /** False in Notebook 7. There notifications would cover the panel, so the panel shows its own notices. */
  hasTabs: boolean;
}

/** Creates the `IHost` of each notebook's panel: what the panel can ask of JupyterLab or Notebook 7. */
export class PanelHost implements IPanelHost {
  readonly t: Translate;
  private readonly _selectedIds = new WeakMap<INotebook, string[]>();

  constructor(private readonly _services: IHostServices) {
    this.t = _services.t;
  }

  /** Ids of the versions that are selected in the notebook's panel. */
  selectedIds(notebook: INotebook): string[] {
    return this._selectedIds.get(notebook) ?? [];
  }

  load(notebook: INotebook): void {
    notebook.link.load().catch((error: unknown) => {
      notifyFailure(error, this.t);
    });
  }

  host(notebook: INotebook, transport: ITransport): IHost {
    const { t, settings, viewer, openComparison, openRerun, hasTabs } = this._services;
    return {
      transport: withDocument(transport, notebook),
      translate: t,
      ...(hasTabs ? { notify } : {}),
      onSelect: ids => {
        this._selectedIds.set(notebook, ids);
      },
      skipsConfirmation: () => !settings.confirmRollback,
      setSkipConfirmation: value => {
        settings.setConfirmRollback(!value);
      },
      openComparison: ids => {
        openComparison(notebook.panel.context.path, ids);
      },
      openRerun: (id, name) => {
        openRerun(notebook.panel.context.path, id, name);
      },
      ...(viewer
        ? {
            openDocument: (name: string, document: object) => {
              viewer.open(name, document, notebook.panel.id);
            }
          }
        : {})
    };
  }
}

/** The same transport, but every commit first sends the notebook document that the page shows. */
export function withDocument(transport: ITransport, notebook: INotebook): ITransport {
  return {
    request(method, params, options) {
      if (method === 'commit') {
        notebook.documentSender.send();
      }
      return transport.request(method, params, options);
    },
    onState: listener => transport.onState(listener),
    dispose: () => {
      transport.dispose();
    }
  };
}
