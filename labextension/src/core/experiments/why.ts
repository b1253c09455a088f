import type { IContext } from '../context';
import { button, field, foldable, iconButton } from '../dom/controls';
import { h, replaceChildren, uniqueId } from '../dom/elements';
import { formatDuration } from '../text/figures';
import type { Direction, IExplanation, Params } from '../protocol/messages';
import { Experiment } from './experiment';
import { drawExplanation } from './explanation';
import { codeInput, experimentForm } from './form';

/** The limit of the first run, in seconds. */
const LIMIT_S = 60;

export interface IQuestion {
  metric: string;
  /** Ids of the versions. */
  before: string;
  after: string;
  direction?: Direction | undefined;
}

/** Why a metric differs between two versions: the tests with their progress, then what they gave. */
export class WhyView {
  readonly element: HTMLElement;
  private readonly _ctx: IContext;
  private readonly _question: IQuestion;
  private readonly _experiment: Experiment<'why'>;
  private readonly _body = h('div', { class: 'nbmv-why-body' });
  private readonly _expression: HTMLInputElement;
  private readonly _limit: HTMLInputElement;

  constructor(ctx: IContext, question: IQuestion, close: () => void) {
    const { t } = ctx;
    this._ctx = ctx;
    this._question = question;
    this._expression = codeInput('model.score(X_test, y_test)');
    this._limit = h('input', { type: 'number', class: 'nbmv-input', min: 1, step: 1, value: LIMIT_S });
    this._experiment = new Experiment(ctx, {
      method: 'why',
      what: t('Testing what changed {metric}', { metric: question.metric }),
      params: () => this._params(),
      onStart: () => {
        this._body.setAttribute('aria-busy', 'true');
      },
      onEnd: () => {
        this._body.removeAttribute('aria-busy');
      },
      onResult: found => {
        this._draw(found);
      },
      onFailure: () => {
        replaceChildren(this._body);
        return field(t('Expression that measures {metric}', { metric: question.metric }), this._expression);
      }
    });
    const title = uniqueId('why');
    this.element = h(
      'section',
      { class: 'nbmv-why', 'aria-labelledby': title, tabindex: -1 },
      h(
        'div',
        { class: 'nbmv-why-head' },
        h('h4', { id: title }, t('Why {metric} changed', { metric: question.metric })),
        iconButton({ label: t('Close the explanation'), icon: 'close', class: 'nbmv-why-close', onClick: close })
      ),
      this._experiment.element,
      this._body
    );
  }

  run(): void {
    void this._experiment.start();
  }

  /** Cancels the tests that are running. */
  cancel(): void {
    this._experiment.cancel();
  }

  private _params(): Params<'why'> {
    const { metric, before, after } = this._question;
    const expression = this._expression.value.trim();
    const limit_s = Math.round(Number(this._limit.value));
    return {
      metric,
      before,
      after,
      ...(expression ? { expression } : {}),
      ...(limit_s > 0 && limit_s !== LIMIT_S ? { limit_s } : {})
    };
  }

  private _draw(found: IExplanation): void {
    this._expression.value = this._expression.value || found.expression;
    replaceChildren(
      this._body,
      drawExplanation(this._ctx, found, this._question.direction),
      this._drawLimit(found),
      this._drawOptions()
    );
    this._ctx.announce(found.verdict);
  }

  /** A button that runs the tests for which the limit was too low. */
  private _drawLimit({ causes }: IExplanation): HTMLElement | null {
    const { t } = this._ctx;
    const needed = Math.max(0, ...causes.map(one => one.needs_s));
    if (!needed) {
      return null;
    }
    return button({
      label: t('Test these too, within {time}', { time: formatDuration(needed) }),
      onClick: () => {
        this._limit.value = String(needed);
        this.run();
      }
    });
  }

  private _drawOptions(): HTMLElement {
    const { t } = this._ctx;
    const form = experimentForm(
      t('Run again'),
      () => {
        this.run();
      },
      field(t('Expression'), this._expression, t('Measures the metric. It is evaluated with values of the versions.')),
      field(t('Limit in seconds'), this._limit, t('A test that would probably end later is not started.'))
    );
    return foldable(t('Test again with other settings'), form, false);
  }
}
