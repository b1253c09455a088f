import type { IContext, IView } from '../context';
import { Disposables } from '../disposables';
import { emptyState } from '../dom/controls';
import { h, replaceChildren } from '../dom/elements';
import { enableArrowKeys, preserveFocus, setTabStop } from '../dom/focus';
import type { IRegisteredModel, Result } from '../protocol/messages';
import { plural } from '../text/translate';
import { drawFailure } from '../failure';
import { drawModel } from './model';
import { drawOverview } from './overview';

/** Events of the audit log that are shown at first, and that a click adds. */
const EVENTS = 20;

/** The registered models with the holders of their stages, and one of them: its board, requests, holders, audit log. */
export class ModelsView implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _ctx: IContext;
  private readonly _list = h('div', { class: 'nbmv-variables nbmv-scroll' });
  private readonly _place = h('div', { class: 'nbmv-found-names' });
  private readonly _disposables = new Disposables();
  private _name: string;
  private readonly _folds = new Map<string, boolean>();
  private _limit = EVENTS;
  private _requestNumber = 0;

  constructor(ctx: IContext, name: string) {
    const { t } = ctx;
    this._ctx = ctx;
    this._name = name;
    this.title = t('Models');
    this._list.hidden = true;
    this.element = h(
      'div',
      { class: 'nbmv-view nbmv-inspect nbmv-models', role: 'region', 'aria-label': this.title, tabindex: -1 },
      this._list,
      this._place
    );
    const load = (): void => {
      void this._load();
    };
    this._disposables.add(
      enableArrowKeys(this._list, true),
      ctx.storeChanged.on(load),
      ctx.state.on((state, before) => {
        if (before?.busy && !state?.busy && this.element.isConnected) {
          load(); // the cell may have registered or moved a version
        }
      }),
      () => {
        this._requestNumber += 1;
      }
    );
    load();
  }

  update(_ids: readonly string[], name: string): boolean {
    if (name) {
      this._choose(name);
    }
    return true;
  }

  focus(): void {
    (this._list.querySelector<HTMLElement>('[aria-current=true]') ?? this.element).focus();
  }

  dispose(): void {
    this._disposables.dispose();
  }

  private _choose(name: string): void {
    this._name = name;
    this._limit = EVENTS;
    this._folds.clear();
    this._place.scrollTop = 0;
    void this._load();
  }

  private async _load(): Promise<void> {
    this._requestNumber += 1;
    const round = this._requestNumber;
    try {
      const listed = await this._ctx.query('models', {});
      const { models } = listed;
      const name = models.some(one => one.name === this._name) ? this._name : (models[0]?.name ?? '');
      const model = name ? await this._ctx.query('model', { name, limit: this._limit }) : null;
      if (round !== this._requestNumber) {
        return;
      }
      if (name !== this._name || !models.length) {
        this._ctx.announce(plural(this._ctx.t, models.length, '{n} registered model', '{n} registered models'));
      }
      this._name = name;
      this._drawList(listed);
      this._drawModel(model);
    } catch (error) {
      if (round === this._requestNumber) {
        replaceChildren(this._place, drawFailure(this._ctx, error));
      }
    }
  }

  private readonly _showMore = (): void => {
    this._limit += EVENTS;
    void this._load();
  };

  private _drawModel(model: IRegisteredModel | null): void {
    const redraw = (): void => {
      this._drawModel(model);
    };
    const drawing = { showMore: this._showMore, redraw, folds: this._folds };
    preserveFocus(this._place, () => {
      replaceChildren(this._place, model ? drawModel(this._ctx, model, drawing) : this._howToRegister());
    });
  }

  private _drawList({ models, stages }: Result<'models'>): void {
    const choose = (name: string): void => {
      this._choose(name);
    };
    preserveFocus(this._list, () => {
      replaceChildren(this._list, drawOverview(this._ctx, models, stages, { chosen: this._name, choose }));
    });
    this._list.hidden = !models.length;
    setTabStop(this._list, this._list.querySelector<HTMLElement>('[aria-current=true]') ?? undefined);
  }

  private _howToRegister(): HTMLElement {
    const { t } = this._ctx;
    return emptyState(
      t('No model is registered yet.'),
      h('p', {}, t('In a cell, register a version under the name of a model:')),
      h('p', {}, h('code', { class: 'nbmv-inline-code', dir: 'ltr' }, '%mv_register churn v1'))
    );
  }
}
