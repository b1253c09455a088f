import type { IContext, IView } from '../context';
import { button, checkbox, empty, iconButton, written } from '../dom/controls';
import { fill, h } from '../dom/elements';
import { Ends } from '../signal';
import { Failure } from '../protocol/transport';
import type { ILook } from './sections';
import { several } from './side-by-side';
import { two } from './pair';

/** Two versions section by section, or several side by side. */
export class Compare implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _ctx: IContext;
  private _ids: readonly string[];
  private _name: string;
  private readonly _look: ILook = { onlyDifferences: true, sideways: false };
  private _round = 0;
  private _draw: (() => HTMLElement[]) | undefined;
  private readonly _head = h('div', { class: 'nbmv-compare-head' });
  private readonly _body = h('div', { class: 'nbmv-compare-body' });
  private readonly _ends = new Ends();

  /** ids: two or more. name: only this name of theirs. */
  constructor(ctx: IContext, ids: readonly string[], name: string) {
    this._ctx = ctx;
    this._ids = ids;
    this._name = name;
    this.title = ctx.t('Comparison');
    this.element = h(
      'div',
      { class: 'nbmv-view nbmv-compare', role: 'region', 'aria-label': this.title, tabindex: -1 },
      this._head,
      this._body
    );
    this._ends.add(() => {
      this._round += 1;
    });
    void this._load();
  }

  again(ids: readonly string[], name: string): boolean {
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
    this._ends.dispose();
  }

  private async _load(): Promise<void> {
    const { t } = this._ctx;
    this._round += 1;
    const round = this._round;
    const [before, after, ...more] = this._ids;
    if (before === undefined || after === undefined) {
      fill(this._body, empty(t('Select two versions or more in the history, then Compare.')));
      return;
    }
    fill(this._body, h('p', { class: 'nbmv-dim' }, t('Comparing…')));
    try {
      const draw = more.length ? await several(this._ctx, this._ids) : await two(this._ctx, before, after, this._name);
      if (round === this._round) {
        this._draw = () => draw.body(this._look);
        this._drawHead(draw.title, more.length === 0);
        fill(this._body, this._draw());
        this._ctx.say(draw.said);
      }
    } catch (error) {
      if (round === this._round) {
        this._failed(error);
      }
    }
  }

  private _failed(error: unknown): void {
    if (!(error instanceof Failure)) {
      throw error;
    }
    const again = button({
      label: this._ctx.t('Try again'),
      run: () => {
        void this._load();
      }
    });
    fill(
      this._body,
      empty(error.message, error.hint ? h('p', { class: 'nbmv-dim' }, written(error.hint)) : null, again)
    );
    this._ctx.say(error.message);
  }

  private _drawHead(title: HTMLElement, pair: boolean): void {
    const { t } = this._ctx;
    const swap = iconButton({
      label: t('Swap before and after'),
      icon: 'swap',
      run: () => {
        this._ids = [...this._ids].reverse();
        void this._load();
      }
    });
    const tick = (label: string, key: keyof ILook, className?: string): HTMLElement =>
      checkbox({
        label,
        checked: this._look[key],
        ...(className ? { class: className } : {}),
        changed: on => {
          this._look[key] = on;
          fill(this._body, this._draw?.() ?? []);
        }
      });
    const tools = [
      tick(t('Only differences'), 'onlyDifferences'),
      pair ? [tick(t('Code side by side'), 'sideways', 'nbmv-sideways-tick'), swap] : null
    ];
    fill(this._head, title, h('div', { class: 'nbmv-compare-tools' }, tools));
  }
}
