import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { mismatch, mountPanel, type IHost, type ITransport, type Translate, type View } from '../core';
import type { Link, Standing } from './kernel-link';
import type { IPlace } from './notebooks';

/** What a view needs from around it. */
export interface IAround {
  t: Translate;
  /** What the panel of this notebook can ask of JupyterLab. */
  host(place: IPlace, transport: ITransport): IHost;
  /** Load the extension in the notebook's kernel, and say so when that fails. */
  load(place: IPlace): void;
}

/** The panel of one notebook, or why there is none and what to do about it. */
export class PanelView extends Widget {
  private _panel: ReturnType<typeof mountPanel> | null = null;
  private _mounted: ITransport | null = null;
  private _shown: Standing | null = null;

  constructor(
    private readonly _place: IPlace,
    private readonly _around: IAround,
    private _view?: View,
    private _ids?: string[]
  ) {
    super();
    this.addClass('nbmv-Lab-view');
    _place.link.changed.connect(this._follow, this);
    this._follow();
  }

  /** Go to a view of the panel, at once or as soon as there is a panel. */
  go(view: View, ids?: string[], name?: string): void {
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
    this._place.link.changed.disconnect(this._follow, this);
    this._unmount();
    super.dispose();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.focusPanel();
  }

  private _follow(): void {
    const { link } = this._place;
    const transport = link.standing === 'ready' ? link.transport : null;
    if (transport !== this._mounted) {
      this._unmount();
    }
    if (transport && !this._panel) {
      this.node.replaceChildren();
      this._shown = null;
      this._mounted = transport;
      this._panel = mountPanel(this.node, this._around.host(this._place, transport), this._view, this._ids);
    } else if (!transport && this._shown !== link.standing) {
      this._shown = link.standing;
      this.node.replaceChildren(this._placeholder(link));
    }
  }

  private _unmount(): void {
    this._panel?.dispose();
    this._panel = this._mounted = null;
  }

  private _placeholder(link: Link): HTMLElement {
    const { t } = this._around;
    const node = notice(reason(link, t));
    if (link.standing === 'absent' || link.standing === 'missing') {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'jp-Button jp-mod-styled jp-mod-accept';
      button.textContent = t('Load nbmodelver in this kernel');
      button.addEventListener('click', () => {
        this._around.load(this._place);
      });
      node.append(button);
    }
    return node;
  }
}

/** A sentence where a panel would be. */
export function notice(sentence: string): HTMLElement {
  const node = document.createElement('div');
  node.className = 'nbmv-Lab-notice';
  node.setAttribute('role', 'status');
  const text = document.createElement('p');
  text.textContent = sentence;
  node.append(text);
  return node;
}

/** One line: why there is no panel, and where something has to be done about it. */
export function reason(link: Pick<Link, 'standing' | 'speaker'>, t: Translate): string {
  switch (link.standing) {
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
      return (link.speaker && mismatch(link.speaker, t)) ?? t('Waiting for the kernel …');
    case 'absent':
      return t('nbmodelver is not loaded in the kernel of this notebook.');
    case 'waiting':
    case 'ready':
      return t('Waiting for the kernel …');
  }
}
