import type { Translate } from './text/translate';
import type { ITransport } from './protocol/transport';

export type View = 'history' | 'inspect' | 'compare' | 'rollback' | 'commit' | 'export';

/** What the place around a panel can do; whatever is missing, the panel does inside itself. */
export interface IHost {
  transport: ITransport;
  translate: Translate;
  /** Open a comparison in a place of its own (JupyterLab: a main-area tab). */
  openComparison?(ids: string[]): void;
  /** Show a version's notebook document, read only, beside the present one. */
  openDocument?(name: string, notebook: object): void;
  /** Say something beyond the panel, with an action ("Undo"). */
  notify?(text: string, kind: 'info' | 'success' | 'error', action?: { label: string; run: () => void }): void;
  /** Told when the user selects versions. */
  onSelect?(ids: string[]): void;
  /** True: roll back without the second click (a user's setting). */
  skipsConfirmation?(): boolean;
  /** Told when the user ticks "don't ask again". */
  setSkipConfirmation?(value: boolean): void;
}

/** A panel on the page. */
export interface IPanel {
  show(view: View, ids?: string[], name?: string): void;
  /** The versions of what a notebook's cell makes. */
  inspect(cell: { id: string; source: string }): void;
  focus(): void;
  dispose(): void;
}

/** Draws the panel into `element`. The one entry of `core/` for its hosts: `import { mountPanel } from '.'`. */
export type MountPanel = (element: HTMLElement, host: IHost, view?: View, ids?: string[]) => IPanel;
