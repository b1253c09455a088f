import type { IContext, IView } from '../context';
import { button, checkbox, field, select, userText } from '../dom/controls';
import { h, replaceChildren } from '../dom/elements';
import { ACTIONS, DIM, TITLE } from '../dom/styles';
import { Experiment } from '../experiments/experiment';
import type { IRerunPlan, Params } from '../protocol/messages';
import { drawFailure } from '../failure';
import { drawPlan, drawWarning } from './plan';
import { drawResult, verdictText } from './result';

const CELL_LIMIT_S = 600;

/** Runs a version again: first the plan and a warning, then the progress, then the verdict on each result. */
export class RerunView implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _plan = h('div', { class: 'nbmv-rerun-plan' });
  private readonly _start = h('div', { class: 'nbmv-rerun-start' });
  private readonly _result = h('div', { class: 'nbmv-rerun-result', role: 'group', tabindex: -1 });
  private readonly _heading = h('h2', TITLE);
  private readonly _experiment: Experiment<'rerun'>;
  private readonly _limit = h('input', {
    type: 'number',
    class: 'nbmv-input nbmv-rerun-limit',
    min: 1,
    value: CELL_LIMIT_S
  });
  private _isHere = false;
  private _isOffline = false;
  private _isOnce = false;
  private _requestNumber = 0;

  constructor(
    private readonly _ctx: IContext,
    private readonly _id: string
  ) {
    const { t } = _ctx;
    this.title = t('Re-run');
    this._result.setAttribute('aria-label', t('Result of the re-run'));
    this._experiment = new Experiment(_ctx, {
      method: 'rerun',
      what: t('Running the cells again'),
      params: () => this._params(),
      onStart: () => {
        replaceChildren(this._result);
        this._start.inert = true;
      },
      onEnd: () => {
        this._start.inert = false;
      },
      onResult: found => {
        replaceChildren(this._result, drawResult(t, found));
        _ctx.announce(verdictText(t, found));
        this._result.scrollIntoView({ block: 'nearest' });
      }
    });
    this.element = h(
      'div',
      { class: 'nbmv-view nbmv-rerun', role: 'region', 'aria-label': this.title, tabindex: -1 },
      this._heading,
      this._plan,
      this._start,
      this._experiment.element,
      this._result
    );
    void this._load();
  }

  focus(): void {
    this.element.focus();
  }

  dispose(): void {
    this._requestNumber += 1;
    this._experiment.cancel();
  }

  update(ids: readonly string[]): boolean {
    return ids.length === 0 || ids[0] === this._id;
  }

  private _params(): Params<'rerun'> {
    const limit_s = Math.round(Number(this._limit.value));
    return {
      id: this._id,
      ...(this._isHere ? { here: true } : {}),
      ...(this._isOffline ? { offline: true } : {}),
      ...(this._isOnce ? { once: true } : {}),
      ...(limit_s > 0 && limit_s !== CELL_LIMIT_S ? { limit_s } : {})
    };
  }

  /** Requests the plan, again after the environment was changed. */
  private async _load(): Promise<void> {
    const { t } = this._ctx;
    this._requestNumber += 1;
    const round = this._requestNumber;
    if (!this._plan.hasChildNodes()) {
      replaceChildren(this._plan, h('p', DIM, t('Loading the plan…')));
    }
    try {
      const plan = await this._ctx.query('rerun_plan', { id: this._id, ...(this._isHere ? { here: true } : {}) });
      if (round === this._requestNumber) {
        this._draw(plan);
      }
    } catch (error) {
      if (round === this._requestNumber) {
        replaceChildren(this._start);
        replaceChildren(
          this._plan,
          drawFailure(this._ctx, error, () => void this._load())
        );
      }
    }
  }

  private _draw(plan: IRerunPlan): void {
    const { t } = this._ctx;
    const { name, message } = plan.version;
    replaceChildren(this._heading, t('Run {name} again', { name }), ' ', userText(message, 'nbmv-dim'));
    replaceChildren(this._plan, drawPlan(t, plan));
    if (!this._start.hasChildNodes()) {
      replaceChildren(this._start, this._drawOptions(), drawWarning(t, plan.cells), this._drawButton());
    }
    this._ctx.announce(t('The plan of the re-run'));
  }

  private _drawOptions(): HTMLElement {
    const { t } = this._ctx;
    const where = [
      ['new', t('A new environment with the recorded releases')],
      ['here', t('The environment of this kernel')]
    ] as const;
    return h(
      'div',
      { class: 'nbmv-rerun-options' },
      field(
        t('Environment'),
        select(t('Environment'), where, 'new', value => {
          this._isHere = value === 'here';
          void this._load();
        }),
        t('A new environment is made once and then kept in the cache. That takes minutes and needs the network.')
      ),
      field(t('Limit for each cell, in seconds'), this._limit),
      checkbox({
        label: t('Refuse connections to other machines'),
        checked: false,
        onChange: on => {
          this._isOffline = on;
        }
      }),
      checkbox({
        label: t('Run once only, without further runs that test causes'),
        checked: false,
        onChange: on => {
          this._isOnce = on;
        }
      })
    );
  }

  private _drawButton(): HTMLElement {
    const go = button({
      label: this._ctx.t('Run the code'),
      class: 'nbmv-primary',
      onClick: () => void this._experiment.start()
    });
    return h('div', ACTIONS, go);
  }
}
