import type { IHost, ITransport, Translate } from '../core';
import type { Documents } from './notebook-viewer';
import type { IPlace, Links } from './notebooks';
import { explain, notify } from './notices';
import type { Settings } from './settings';
import type { IAround } from './panel-view';

export interface IParts {
  t: Translate;
  links: Links;
  settings: Settings;
  documents: Documents | null;
  compare: (path: string, ids: string[]) => void;
  /** False in Notebook 7. There the panel is in the corner that notifications cover, so it says things itself. */
  hasTabs: boolean;
}

/** What panels find around them in this application. */
export class Around implements IAround {
  readonly t: Translate;
  private readonly _selected = new WeakMap<IPlace, string[]>();

  constructor(private readonly _parts: IParts) {
    this.t = _parts.t;
  }

  /** The versions selected in the notebook's panel. */
  selected(place: IPlace): string[] {
    return this._selected.get(place) ?? [];
  }

  load(place: IPlace): void {
    place.link.load().catch((error: unknown) => {
      explain(error, this.t);
    });
  }

  host(place: IPlace, transport: ITransport): IHost {
    const { t, settings, documents, compare, hasTabs } = this._parts;
    return {
      transport: withDocument(transport, place),
      translate: t,
      ...(hasTabs ? { notify } : {}),
      selected: ids => {
        this._selected.set(place, ids);
      },
      confirmed: () => !settings.confirmRollback,
      setConfirmed: value => {
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
export function withDocument(transport: ITransport, place: IPlace): ITransport {
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
