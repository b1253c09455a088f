import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { ITransport, Json, Params } from '../core';
import type { Notebooks } from './notebooks';

/** The user's settings of the plugin. Without a settings registry every setting has its default. */
export class UserSettings {
  private _all: ISettingRegistry.ISettings | null = null;
  /** Transports over which the preferences have been sent. */
  private readonly _informed = new WeakSet<ITransport>();

  constructor(private readonly _notebooks: Notebooks) {
    _notebooks.changed.connect(() => {
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

  /** Sends the preferences once over every new connection. The kernel holds them until it has a store. */
  private _sendToNewKernels(): void {
    this._send(transport => this._all !== null && !this._informed.has(transport));
  }

  private _send(isRecipient: (transport: ITransport) => boolean): void {
    for (const { link } of this._notebooks.all) {
      if (link.status === 'ready' && link.transport && isRecipient(link.transport)) {
        this._informed.add(link.transport);
        // a kernel of an older release rejects it: it has no such method
        link.transport.request('wish', this._preferences()).catch(() => undefined);
      }
    }
  }

  /** The preferences as the kernel expects them. A setting that is empty is left out: the store's own value applies. */
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
