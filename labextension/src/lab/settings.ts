import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { ITransport, Json, Params } from '../core';
import type { NotebookLinks } from './notebooks';

/** The user's settings of the plugin, with their defaults while there is no registry. */
export class UserSettings {
  private _all: ISettingRegistry.ISettings | null = null;
  /** Transports that have been told how the user wants things. */
  private readonly _informed = new WeakSet<ITransport>();

  constructor(private readonly _links: NotebookLinks) {
    _links.changed.connect(() => {
      this._sendToNewKernels();
    });
  }

  async load(registry: ISettingRegistry, plugin: string): Promise<void> {
    this._all = await registry.load(plugin);
    this._all.changed.connect(() => {
      this._send(() => true);
    });
    this._sendToNewKernels();
  }

  get confirmRollback(): boolean {
    return this._get('confirmRollback') !== false;
  }

  setConfirmRollback(value: boolean): void {
    void this._all?.set('confirmRollback', value);
  }

  /** Every kernel is told once after it was found, before it has a store: it holds what the user wants until there is one. */
  private _sendToNewKernels(): void {
    this._send(transport => this._all !== null && !this._informed.has(transport));
  }

  private _send(whom: (transport: ITransport) => boolean): void {
    for (const { link } of this._links.all) {
      if (link.status === 'ready' && link.transport && whom(link.transport)) {
        this._informed.add(link.transport);
        link.transport.request('wish', this._preferences()).catch(() => undefined); // a kernel of an older release has no such method
      }
    }
  }

  /** What is left empty stays as each store says. */
  private _preferences(): Params<'wish'> {
    const [ignore, metric] = [this._ignoredNames().join(' '), this._get('defaultMetric')];
    return {
      auto: this._get('autoCommit') === true,
      settings: {
        ...(ignore ? { ignore } : {}),
        ...(typeof metric === 'string' && metric ? { default_metric: metric } : {})
      }
    };
  }

  private _ignoredNames(): string[] {
    const names = this._get('ignoredNames');
    return Array.isArray(names) ? names.filter(name => typeof name === 'string') : [];
  }

  private _get(key: string): Json | undefined {
    return this._all?.get(key).composite as Json | undefined;
  }
}
