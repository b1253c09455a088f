import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { mismatchText, mountWholePanel, type IHost, type ITransport, type Translate, type View } from '../core';
import type { KernelLink, LinkStatus } from './kernel-link';
import type { INotebook } from './notebooks';

/** What a panel view needs from the application. */
export interface IPanelHost {
  t: Translate;
  /** The host of this notebook's panel. */
  host(notebook: INotebook, transport: ITransport): IHost;
  /** Loads the extension in the notebook's kernel. A failure becomes a notification. */
  load(notebook: INotebook): void;
}

/** The panel of one notebook. While there is no connection to its kernel: the reason, and what to do about it. */
export class PanelView extends Widget {
  private _panel: ReturnType<typeof mountWholePanel> | null = null;
  private _transport: ITransport | null = null;
  private _shownStatus: LinkStatus | null = null;

  constructor(
    private readonly _notebook: INotebook,
    private readonly _host: IPanelHost,
    private _view?: View,
    private _ids?: string[]
  ) {
    super();
    this.addClass('nbmv-Lab-view');
    _notebook.link.changed.connect(this._update, this);
    this._update();
  }

  /** Opens a view of the panel, now or as soon as there is a panel. */
  openView(view: View, ids?: string[], name?: string): void {
    [this._view, this._ids] = [view, ids];
    this._panel?.show(view, ids, name);
  }

  inspect(cell: { id: string; source: string }): void {
    this._panel?.inspect(cell);
  }

  focusPanel(): void {
    if (this._panel) {
      this._panel.focus();
    } else {
      this.node.querySelector('button')?.focus();
    }
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._notebook.link.changed.disconnect(this._update, this);
    this._unmount();
    super.dispose();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.focusPanel();
  }

  private _update(): void {
    const { link } = this._notebook;
    const transport = link.status === 'ready' ? link.transport : null;
    if (transport !== this._transport) {
      this._unmount();
    }
    if (transport && !this._panel) {
      this.node.replaceChildren();
      this._shownStatus = null;
      this._transport = transport;
      this._panel = mountWholePanel(this.node, this._host.host(this._notebook, transport), this._view, this._ids);
    } else if (!transport && this._shownStatus !== link.status) {
      this._shownStatus = link.status;
      this.node.replaceChildren(this._placeholder(link));
    }
  }

  private _unmount(): void {
    this._panel?.dispose();
    this._panel = this._transport = null;
  }

  private _placeholder(link: KernelLink): HTMLElement {
    const { t } = this._host;
    const node = placeholder(statusText(link, t));
    if (link.status === 'not-loaded' || link.status === 'not-installed') {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'jp-Button jp-mod-styled jp-mod-accept';
      button.textContent = t('Load nbmodelver in this kernel');
      button.addEventListener('click', () => {
        this._host.load(this._notebook);
      });
      node.append(button);
    }
    return node;
  }
}

/** A sentence that stands in place of a panel. */
export function placeholder(sentence: string): HTMLElement {
  const node = document.createElement('div');
  node.className = 'nbmv-Lab-notice';
  node.setAttribute('role', 'status');
  const text = document.createElement('p');
  text.textContent = sentence;
  node.append(text);
  return node;
}

/** One line: why there is no panel, and what to do about it. */
export function statusText(link: Pick<KernelLink, 'status' | 'kernelVersion'>, t: Translate): string {
  switch (link.status) {
    case 'no-kernel':
      return t('This notebook has no kernel.');
    case 'not-python':
      return t('nbmodelver works with Python kernels only.');
    case 'comms-unavailable':
      return t('Another notebook or console uses this kernel. Open the versions there.');
    case 'not-installed':
      return t(
        "nbmodelver is not installed in this kernel's environment: run %pip install nbmodelver in a cell, then load it."
      );
    case 'incompatible':
      return (link.kernelVersion && mismatchText(link.kernelVersion, t)) ?? t('Waiting for the kernel…');
    case 'not-loaded':
      return t('nbmodelver is not loaded in the kernel of this notebook.');
    case 'waiting':
    case 'ready':
      return t('Waiting for the kernel…');
  }
}
