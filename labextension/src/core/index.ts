/**
 * The panel as a component without Jupyter: it draws history, comparison, rollback, commit and export into an element,
 * and communicates with the kernel through a transport that its host provides.
 */
import type { MountPanel } from './host';
import { Panel } from './panel/panel';

export { mismatchText, olderSide, RELEASE, type KernelVersion } from './compatibility';
export type { IHost, IPanel, MountPanel, View } from './host';
export { connect, KERNEL_BUSY } from './protocol/connect';
export type * from './protocol/messages';
export { PROTOCOL } from './protocol/messages';
export { Failure, type IRequestOptions, type ITransport } from './protocol/transport';
export { interpolate, type Translate } from './text/translate';

/** Draws a panel into an element. The only way in which a host creates one. */
export const mountPanel: MountPanel = (element, host, view, ids) => new Panel(element, host, view, ids);
