import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { ITransport, Json, Params } from '../core';
import type { Links } from './notebooks';

/** The user's settings of the plugin, with their defaults while there is no registry. */
export class Settings {
  private _all: ISettingRegistry.ISettings | null = null;
  /** Transports that have been told how the user wants things. */
  private readonly _told = new WeakSet<ITransport>();

  constructor(private readonly _links: Links) {
    _links.changed.connect(() => {
      this._tellNew();
    });
  }

  async load(registry: ISettingRegistry, plugin: string): Promise<void> {
    this._all = await registry.load(plugin);
    this._all.changed.connect(() => {
      this._tell(() => true);
    });
    this._tellNew();
  }

  get confirmRollback(): boolean {
    return this._get('confirmRollback') !== false;
  }

  setConfirmRollback(value: boolean): void {
    void this._all?.set('confirmRollback', value);
  }

  /** Every kernel is told once after it was found, before it has a store: it holds what the user wants until there is one. */
  private _tellNew(): void {
    this._tell(transport => this._all !== null && !this._told.has(transport));
  }

  private _tell(whom: (transport: ITransport) => boolean): void {
    for (const { link } of this._links.all) {
      if (link.standing === 'ready' && link.transport && whom(link.transport)) {
        this._told.add(link.transport);
        link.transport.request('wish', this._wishes()).catch(() => undefined); // a kernel of an older release has no such method
      }
    }
  }

  /** What is left empty stays as each store says. */
  private _wishes(): Params<'wish'> {
    const [ignore, metric] = [this._names().join(' '), this._get('defaultMetric')];
    return {
      auto: this._get('autoCommit') === true,
      settings: {
        ...(ignore ? { ignore } : {}),
        ...(typeof metric === 'string' && metric ? { default_metric: metric } : {})
      }
    };
  }

  private _names(): string[] {
    const names = this._get('ignoredNames');
    return Array.isArray(names) ? names.filter(name => typeof name === 'string') : [];
  }

  private _get(key: string): Json | undefined {
    return this._all?.get(key).composite as Json | undefined;
  }
}
