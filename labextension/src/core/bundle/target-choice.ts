import { button, field, select } from '../dom/controls';
import { h, replaceChildren } from '../dom/elements';
import { ACTIONS, DIM } from '../dom/styles';
import type { ITransport } from '../protocol/transport';
import type { IBundleHost, IBundleTarget } from './host';

/** A target whose kernel has loaded nbmodelver. */
export type ReadyTarget = IBundleTarget & { transport: ITransport };

interface IChoiceOptions {
  /** The label of the button. */
  label: string;
  /** Why the button is disabled, or "". */
  problem(): string;
  run(target: ReadyTarget): void;
}

/** The choice of a notebook, with a button that does something with its kernel; else what is missing for that. */
export class TargetChoice {
  readonly element = h('div', { class: 'nbmv-bundle-target' });
  private _path: string | undefined;
  private _isBusy = false;

  constructor(
    private readonly _host: IBundleHost,
    private readonly _options: IChoiceOptions
  ) {
    this.update();
  }

  set isBusy(on: boolean) {
    this._isBusy = on;
    this.update();
  }

  /** Draws it again, after the notebooks or the problem have changed. */
  update(): void {
    const targets = this._host.targets();
    const chosen =
      targets.find(one => one.path === this._path) ?? targets.find(one => one.transport !== null) ?? targets[0];
    const focused = this.element.contains(document.activeElement) ? document.activeElement?.tagName : undefined;
    replaceChildren(this.element, chosen ? this._draw(targets, chosen) : this._drawNone());
    if (focused) {
      this.element.querySelector<HTMLElement>(focused)?.focus();
    }
  }

  private _draw(targets: readonly IBundleTarget[], chosen: IBundleTarget): HTMLElement[] {
    const { translate: t } = this._host;
    const names = targets.map(one => one.name);
    const label = ({ name, path }: IBundleTarget): string =>
      names.filter(other => other === name).length > 1 ? path : name;
    const choose = (path: string): void => {
      this._path = path;
      this.update();
    };
    const options = targets.map(one => [one.path, label(one)] as const);
    return [
      targets.length > 1
        ? field(t('Notebook'), select(t('Notebook'), options, chosen.path, choose))
        : h('p', {}, t('Notebook'), ': ', h('bdi', { class: 'nbmv-strong' }, chosen.name)),
      ...this._drawAction(chosen)
    ];
  }

  private _drawAction(target: IBundleTarget): HTMLElement[] {
    const { translate: t } = this._host;
    const { transport, load } = target;
    if (!transport) {
      const loader = button({ label: t('Load nbmodelver in this kernel'), onClick: () => load?.() });
      return [h('p', DIM, target.status), ...(load ? [h('div', ACTIONS, loader)] : [])];
    }
    const problem = this._options.problem();
    const go = button({
      label: this._options.label,
      class: 'nbmv-primary',
      disabled: problem !== '' || this._isBusy,
      onClick: () => {
        this._options.run({ ...target, transport });
      }
    });
    return [h('div', ACTIONS, go, problem ? h('span', DIM, problem) : null)];
  }

  private _drawNone(): HTMLElement[] {
    const { translate: t, name } = this._host;
    return [
      h('p', {}, t('No notebook is open here. Open one and load nbmodelver in it, or run this in one of its cells:')),
      h('pre', { class: 'nbmv-bundle-code', dir: 'ltr' }, `%load_ext nbmodelver\n%mv_import ${quoted(name)}`)
    ];
  }
}

/** Returns a file name as a magic reads it. */
export function quoted(name: string): string {
  return /^[\w./-]+$/.test(name) ? name : `"${name.replace(/(["\\])/g, '\\$1')}"`;
}
