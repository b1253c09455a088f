import type { IContext, IView } from '../context';
import { checkbox, emptyState, iconButton } from '../dom/controls';
import { replaceChildren, h } from '../dom/elements';
import { Disposables } from '../disposables';
import { drawFailure } from '../failure';
import type { IDisplayOptions } from './sections';
import { compareSideBySide } from './side-by-side';
import { comparePair } from './pair';
import { DIM } from '../dom/styles';

/** Compares two versions section by section, or several versions side by side. */
export class ComparisonView implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _ctx: IContext;
  private _ids: readonly string[];
  private _name: string;
  private readonly _options: IDisplayOptions = { onlyDifferences: true, sideBySide: false };
  private _requestNumber = 0;
  private _draw: (() => HTMLElement[]) | undefined;
  private readonly _header = h('div', { class: 'nbmv-compare-head' });
  private readonly _body = h('div', { class: 'nbmv-compare-body' });
  private readonly _disposables = new Disposables();

  /** ids: two or more versions. name: compare only this variable; "" for all. */
  constructor(ctx: IContext, ids: readonly string[], name: string) {
    this._ctx = ctx;
    this._ids = ids;
    this._name = name;
    this.title = ctx.t('Comparison');
    this.element = h(
      'div',
      { class: 'nbmv-view nbmv-compare', role: 'region', 'aria-label': this.title, tabindex: -1 },
      this._header,
      this._body
    );
    this._disposables.add(() => {
      this._requestNumber += 1;
    });
    void this._load();
  }

  update(ids: readonly string[], name: string): boolean {
    if (ids.length) {
      this._ids = ids;
      this._name = name;
      void this._load();
    }
    return true;
  }

  focus(): void {
    this.element.focus();
  }

  dispose(): void {
    this._disposables.dispose();
  }

  private async _load(): Promise<void> {
    const { t } = this._ctx;
    this._requestNumber += 1;
    const round = this._requestNumber;
    const [before, after, ...more] = this._ids;
    if (before === undefined || after === undefined) {
      replaceChildren(this._body, emptyState(t('Select at least two versions in the history, then choose Compare.')));
      return;
    }
    replaceChildren(this._body, h('p', DIM, t('Comparing…')));
    try {
      const draw = more.length
        ? await compareSideBySide(this._ctx, this._ids)
        : await comparePair(this._ctx, before, after, this._name);
      if (round === this._requestNumber) {
        this._draw = () => draw.body(this._options);
        this._drawHeader(draw.title, more.length === 0);
        replaceChildren(this._body, this._draw());
        this._ctx.announce(draw.summary);
      }
    } catch (error) {
      if (round === this._requestNumber) {
        replaceChildren(
          this._body,
          drawFailure(this._ctx, error, () => void this._load())
        );
      }
    }
  }

  private _drawHeader(title: HTMLElement, pair: boolean): void {
    const { t } = this._ctx;
    const swap = iconButton({
      label: t('Swap before and after'),
      icon: 'swap',
      onClick: () => {
        this._ids = [...this._ids].reverse();
        void this._load();
      }
    });
    const tick = (label: string, key: keyof IDisplayOptions, className?: string): HTMLElement =>
      checkbox({
        label,
        checked: this._options[key],
        ...(className ? { class: className } : {}),
        onChange: on => {
          this._options[key] = on;
          replaceChildren(this._body, this._draw?.() ?? []);
        }
      });
    const tools = [
      tick(t('Only differences'), 'onlyDifferences'),
      pair ? [tick(t('Code side by side'), 'sideBySide', 'nbmv-sideways-tick'), swap] : null
    ];
    replaceChildren(this._header, title, h('div', { class: 'nbmv-compare-tools' }, tools));
  }
}
