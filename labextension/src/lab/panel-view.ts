import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { mismatchText, mountPanel, type IHost, type ITransport, type Translate, type View } from '../core';
import type { KernelLink, LinkStatus } from './kernel-link';
import type { INotebookLink } from './notebooks';

/** What a view needs from around it. */
export interface IPanelHost {
  t: Translate;
  /** What the panel of this notebook can ask of JupyterLab. */
  host(place: INotebookLink, transport: ITransport): IHost;
  /** Load the extension in the notebook's kernel, and say so when that fails. */
  load(place: INotebookLink): void;
}

/** The panel of one notebook, or why there is none and what to do about it. */
export class PanelView extends Widget {
  private _panel: ReturnType<typeof mountPanel> | null = null;
  private _transport: ITransport | null = null;
  private _shownStatus: LinkStatus | null = null;

  constructor(
    private readonly _notebook: INotebookLink,
    private readonly _host: IPanelHost,
    private _view?: View,
    private _ids?: string[]
  ) {
    super();
    this.addClass('nbmv-Lab-view');
    _notebook.link.changed.connect(this._update, this);
    this._update();
  }

  /** Go to a view of the panel, at once or as soon as there is a panel. */
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
      this._panel = mountPanel(this.node, this._host.host(this._notebook, transport), this._view, this._ids);
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
    if (link.status === 'absent' || link.status === 'missing') {
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

/** A sentence where a panel would be. */
export function placeholder(sentence: string): HTMLElement {
  const node = document.createElement('div');
  node.className = 'nbmv-Lab-notice';
  node.setAttribute('role', 'status');
  const text = document.createElement('p');
  text.textContent = sentence;
  node.append(text);
  return node;
}

/** One line: why there is no panel, and where something has to be done about it. */
export function statusText(link: Pick<KernelLink, 'status' | 'kernelVersion'>, t: Translate): string {
  switch (link.status) {
    case 'none':
      return t('This notebook has no kernel.');
    case 'foreign':
      return t('Versions are kept of Python kernels only.');
    case 'elsewhere':
      return t('The versions of this kernel are shown with the notebook or console that was connected to it first.');
    case 'missing':
      return t(
        "nbmodelver is not installed in this kernel's environment: run %pip install nbmodelver in a cell, then load it."
      );
    case 'mismatched':
      return (link.kernelVersion && mismatchText(link.kernelVersion, t)) ?? t('Waiting for the kernel …');
    case 'absent':
      return t('nbmodelver is not loaded in the kernel of this notebook.');
    case 'waiting':
    case 'ready':
      return t('Waiting for the kernel …');
  }
}
