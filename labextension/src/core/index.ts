/**
 * The panel as a component without Jupyter: it draws history, comparison, rollback, commit and export into an element,
 * and communicates with the kernel through a transport that its host provides.
 */
import { ExportContents } from './export/contents';
import type { MountPanel } from './host';
import { LineagePage } from './models/lineage-page';
import { Panel } from './panel/panel';
import { REMOTES } from './remotes';
import { RERUN } from './rerun';

export type { IBundleHost, IBundleTarget } from './bundle/host';
export { BundlePage } from './bundle/page';
export { mismatchText, olderSide, RELEASE, type KernelVersion } from './compatibility';
export type { IHost, IPanel, MountPanel, View } from './host';
export { connect, KERNEL_BUSY } from './protocol/connect';
export type * from './protocol/messages';
export { PROTOCOL } from './protocol/messages';
export { summaryText } from './remotes';
export { Failure, type IRequestOptions, type ITransport } from './protocol/transport';
export { interpolate, type Translate } from './text/translate';

/** Draws a panel into an element, without the pages below: the bundle of the widget has no room for them. */
export const mountPanel: MountPanel = (element, host, view, ids) => new Panel(element, host, view, ids);

/** Draws a panel with everything into an element. */
export const mountWholePanel: MountPanel = (element, host, view, ids) =>
  new Panel(element, host, view, ids, {
    lineage: (ctx, address) => new LineagePage(ctx, address),
    rerun: RERUN,
    remotes: REMOTES,
    exportContents: (ctx, id) => new ExportContents(ctx, id)
  });
