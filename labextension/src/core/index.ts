export { connect, KERNEL_BUSY } from './protocol/connect';
export type { IHost, IPanel, MountPanel, View } from './host';
export type { Translate } from './text/translate';
export { interpolate } from './text/translate';
export type * from './protocol/messages';
export { PROTOCOL } from './protocol/messages';
export { mismatchText, olderSide, RELEASE, type KernelVersion } from './compatibility';
export { Failure, type IRequestOptions, type ITransport } from './protocol/transport';
import type { MountPanel } from './host';
import { Panel } from './panel/panel';

export const mountPanel: MountPanel = (element, host, view, ids) => new Panel(element, host, view, ids);
