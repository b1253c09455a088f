import type { Translate } from './text/translate';
import type { ITransport } from './protocol/transport';

export type View =
  'history' | 'inspect' | 'models' | 'remotes' | 'compare' | 'rollback' | 'commit' | 'export' | 'rerun';

/** What the application around a panel can do. The panel itself does what the host leaves out. */
export interface IHost {
  transport: ITransport;
  translate: Translate;
  /** Opens a comparison outside the panel, such as in a tab of JupyterLab's main area. */
  openComparison?(ids: string[]): void;
  /** Opens the re-run of a version outside the panel, in a tab beside the comparison. name: of the version. */
  openRerun?(id: string, name?: string): void;
  /** Shows a version's notebook document, read only, beside the current notebook. */
  openDocument?(name: string, notebook: object): void;
  /** Shows a notification outside the panel, with an action such as "Undo". */
  notify?(text: string, kind: 'info' | 'success' | 'error', action?: { label: string; run: () => void }): void;
  /** Called when the user selects versions. */
  onSelect?(ids: string[]): void;
  /** Whether a rollback runs without a confirmation. It is a setting of the user. */
  skipsConfirmation?(): boolean;
  /** Called when the user ticks "Don't ask again". */
  setSkipConfirmation?(value: boolean): void;
}

/** A panel on the page. */
export interface IPanel {
  show(view: View, ids?: string[], name?: string): void;
  /** Shows the versions of the variables that a cell assigns. */
  inspect(cell: { id: string; source: string }): void;
  focus(): void;
  dispose(): void;
}

/** Draws the panel into `element`. */
export type MountPanel = (element: HTMLElement, host: IHost, view?: View, ids?: string[]) => IPanel;
