import type { IContext } from '../context';
import { emptyState, field, foldable, select } from '../dom/controls';
import { h, replaceChildren, uniqueId, type Child } from '../dom/elements';
import { roleText } from '../text/roles';
import type { IMethods, ISection } from '../protocol/messages';
import { drawFailure } from '../failure';
import { Experiment } from './experiment';
import { codeInput, experimentForm } from './form';
import { DIM } from '../dom/styles';

type Datasets = IMethods['datasets'][1]['datasets'];

interface IModelPair {
  name: string;
  /** Ids of the versions. */
  before: string;
  after: string;
}

/** Runs both versions of a model on a dataset of the user's choice. The datasets are requested when it is opened. */
export class PredictionsView {
  readonly element: HTMLElement;
  private readonly _ctx: IContext;
  private readonly _model: IModelPair;
  private readonly _draw: (section: ISection) => Child;
  private readonly _body = h('div', { class: 'nbmv-predictions-body' });
  private readonly _result = h('div', { class: 'nbmv-section-body', role: 'group', tabindex: -1 });
  private readonly _target: HTMLInputElement;
  private readonly _experiment: Experiment<'predict'>;
  private _data = '';
  private _isRequested = false;

  /** draw: draws the result like a section of the comparison. */
  constructor(ctx: IContext, model: IModelPair, draw: (section: ISection) => Child) {
    const { t } = ctx;
    this._ctx = ctx;
    this._model = model;
    this._draw = draw;
    this._target = codeInput();
    this._result.setAttribute('aria-label', t('Predictions of {name}', { name: model.name }));
    this._experiment = new Experiment(ctx, {
      method: 'predict',
      what: t('Predicting with both versions of {name}', { name: model.name }),
      params: () => this._params(),
      onStart: () => {
        replaceChildren(this._result);
      },
      onResult: ({ section }) => {
        replaceChildren(this._result, this._draw(section));
        ctx.announce(section.note);
      }
    });
    this.element = foldable(t('Compare predictions of {name}', { name: model.name }), this._body, false, open => {
      if (open && !this._isRequested) {
        void this._load();
      }
    });
    this.element.classList.add('nbmv-predictions');
  }

  private _params(): IMethods['predict'][0] {
    const { name, before, after } = this._model;
    const target = this._target.value.trim();
    return { before, after, model: name, data: this._data, ...(target ? { target } : {}) };
  }

  private async _load(): Promise<void> {
    const { t } = this._ctx;
    const { before, after } = this._model;
    this._isRequested = true;
    replaceChildren(this._body, h('p', DIM, t('Loading…')));
    try {
      const { datasets } = await this._ctx.query('datasets', { before, after });
      replaceChildren(
        this._body,
        datasets.length
          ? [this._drawForm(datasets), this._experiment.element, this._result]
          : emptyState(t('Neither version contains a dataset.'))
      );
    } catch (error) {
      this._isRequested = false;
      replaceChildren(
        this._body,
        drawFailure(this._ctx, error, () => void this._load())
      );
    }
  }

  private _drawForm(datasets: Datasets): HTMLElement {
    const { t } = this._ctx;
    const names = datasets.map(one => one.name);
    const choose = (name: string): void => {
      this._data = name;
      this._target.value = targetOf(name, names);
    };
    const options = datasets.map(({ name, roles, type }): [string, string] => [
      name,
      `${name} · ${roles.map(role => roleText(t, role)).join(', ') || type}`
    ]);
    choose(names[0] ?? '');
    const list = h(
      'datalist',
      { id: uniqueId('targets') },
      names.map(name => h('option', { value: name }))
    );
    this._target.setAttribute('list', list.id);
    return experimentForm(
      t('Compare predictions'),
      () => void this._experiment.start(),
      field(t('Data'), select(t('Data'), options, this._data, choose)),
      field(
        t('Target'),
        this._target,
        t('A variable or a column of the data. Without it, only the predictions are compared.')
      ),
      list
    );
  }
}

/** Returns the probable target of a dataset: "y_test" of "X_test"; "" if no variable has this name. */
function targetOf(name: string, names: readonly string[]): string {
  const target = name.replace(/^X/, 'y');
  return target !== name && names.includes(target) ? target : '';
}
