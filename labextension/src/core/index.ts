export { connect, BUSY } from './connect';
export type { IHost, IPanel, MountPanel, Translate, View } from './host';
export { plain } from './plain';
export type * from './protocol';
export { PROTOCOL } from './protocol';
export { mismatch, older, RELEASE, type Speaker } from './releases';
export { Failure, type IRequestOptions, type ITransport } from './transport';
import type { MountPanel } from './host';
import { Panel } from './panel';

export const mountPanel: MountPanel = (element, host, view, ids) => new Panel(element, host, view, ids);
