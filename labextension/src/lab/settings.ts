import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { Json, Method, Params, ITransport } from '../core';
import type { IPlace, Links } from './links';

/** The user's settings of the plugin, with their defaults while there is no registry. */
export class Settings {
  private _all: ISettingRegistry.ISettings | null = null;
  /** Transports that have been told how the user wants things. */
  private readonly _told = new WeakSet<ITransport>();

  constructor(private readonly _links: Links) {
    _links.changed.connect(() => { this._tellAll(); });
  }

  async load(registry: ISettingRegistry, plugin: string): Promise<void> {
    this._all = await registry.load(plugin);
    this._all.changed.connect(() => { this._links.all.forEach(place => { this._tell(place); }); });
    this._tellAll();
  }

  get confirmRollback(): boolean {
    return this._get('confirmRollback') !== false;
  }

  setConfirmRollback(value: boolean): void {
    void this._all?.set('confirmRollback', value);
  }

  /** Every kernel is told once after it was found; what the user leaves empty stays as the store says. */
  private _tellAll(): void {
    for (const place of this._links.all) {
      const { link } = place;
      if (this._all && link.standing === 'ready' && link.transport && link.state?.store && !this._told.has(link.transport)) {
        this._told.add(link.transport);
        this._tell(place);
      }
    }
  }

  private _tell({ link }: IPlace): void {
    const { state, transport } = link;
    if (link.standing !== 'ready' || !state?.store || !transport) {
      return;
    }
    const tell = <M extends Method>(method: M, params: Params<M>): void => { transport.request(method, params).catch(() => undefined); };
    if (this._get('autoCommit') === true && !state.auto) {
      tell('auto', { on: true });
    }
    const wanted: [string, Json][] = [
      ['ignore', this._names().join(' ')],
      ['default_metric', this._get('defaultMetric') ?? '']
    ];
    for (const [key, value] of wanted) {
      if (value !== '' && key in state.settings && state.settings[key] !== value) {
        tell('set', { key, value });
      }
    }
  }

  private _names(): string[] {
    const names = this._get('ignoredNames');
    return Array.isArray(names) ? names.filter(name => typeof name === 'string') : [];
  }

  private _get(key: string): Json | undefined {
    return this._all?.get(key).composite as Json | undefined;
  }
}
