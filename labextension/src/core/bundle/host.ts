import type { ITransport } from '../protocol/transport';
import type { Translate } from '../text/translate';

/** An open notebook into whose store a bundle can be imported. */
export interface IBundleTarget {
  /** The file name of the notebook. */
  name: string;
  /** Its path on the server, which tells it from others of the same name. */
  path: string;
  /** The connection to its kernel; null if that has not loaded nbmodelver. */
  transport: ITransport | null;
  /** Why there is no connection. */
  status: string;
  /** Loads nbmodelver in its kernel; null if that is not what is missing. */
  load: (() => void) | null;
  /** The path of the bundle for its kernel. */
  bundlePath: string;
  /** Shows a version in the history of the notebook. */
  show(id: string): void;
}

/** What the application around a bundle's page can do. */
export interface IBundleHost {
  /** The file name of the bundle. */
  name: string;
  translate: Translate;
  /** Reads the file; its size instead if it is too large for a page. */
  read(): Promise<Uint8Array | number>;
  /** The open notebooks, the current one first. */
  targets(): IBundleTarget[];
  /** Calls the listener when the targets change. Returns a function that removes it. */
  onTargets(listener: () => void): () => void;
}
