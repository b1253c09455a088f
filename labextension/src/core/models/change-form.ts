import type { IContext, IView, MutatingMethod } from '../context';
import { button, field } from '../dom/controls';
import { h, type Child } from '../dom/elements';
import type { Params } from '../protocol/messages';
import { reportSuccess } from '../version/actions';
import type { MovePreview } from './move-preview';
import { ACTIONS, FOOT, PLAN } from '../dom/styles';

interface IChangeFormOptions<M extends MutatingMethod> {
  title: string;
  /** The text of the button that submits the form. */
  label: string;
  method: M;
  fields?: Child[];
  /** Default: required. */
  reason?: 'required' | 'optional' | 'none';
  /** What the change would do. It can be made only after the kernel has answered that. */
  preview?: MovePreview;
  /** null: there is nothing to change. */
  params(why: string): Params<M> | null;
  /** Called after a failure, which is shown as a notice. */
  onFailure?(): void;
}

/** A page with fields and a reason. It closes when the kernel has made the change. */
export class ChangeForm<M extends MutatingMethod> implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _reason: HTMLInputElement;
  private readonly _dispose: () => void;

  constructor(
    private readonly _ctx: IContext,
    private readonly _options: IChangeFormOptions<M>
  ) {
    const { t } = _ctx;
    const { title, label, fields, preview, reason = 'required' } = _options;
    this.title = title;
    this._reason = h('input', {
      type: 'text',
      class: 'nbmv-input',
      autocomplete: 'off',
      required: reason === 'required'
    });
    const cancel = button({
      label: t('Cancel'),
      onClick: () => {
        _ctx.goBack();
      }
    });
    const go = h('button', { type: 'submit', class: 'nbmv-button nbmv-primary' }, label);
    const why = reason === 'none' ? null : field(t('Reason'), this._reason, t('It is kept in the audit log.'));
    const showReady = (isReady: boolean): void => {
      go.setAttribute('aria-disabled', String(!isReady)); // a disabled button would lose the focus
    };
    this._dispose = preview?.isReady.on(showReady) ?? ((): void => undefined);
    showReady(preview?.isReady.value ?? true);
    this.element = h(
      'form',
      {
        class: 'nbmv-view nbmv-rollback',
        'aria-label': title,
        on: {
          submit: event => {
            event.preventDefault();
            void this._submit();
          }
        }
      },
      h('div', PLAN, fields, why),
      h('div', FOOT, h('div', ACTIONS, go, cancel))
    );
  }

  focus(): void {
    (this.element.querySelector<HTMLElement>('select, textarea') ?? this._reason).focus();
  }

  dispose(): void {
    this._dispose();
  }

  private async _submit(): Promise<void> {
    const { method, title, params, preview, onFailure } = this._options;
    if (preview && !preview.isReady.value) {
      this._ctx.announce(this._ctx.t('The kernel has not shown what this would do'));
      return;
    }
    const asked = params(this._reason.value.trim());
    if (asked === null) {
      this._ctx.goBack();
      return;
    }
    const done = await this._ctx.mutate(method, asked, title);
    if (done) {
      if (this.element.isConnected) {
        this._ctx.goBack();
      }
      reportSuccess(this._ctx, done.said);
    } else {
      onFailure?.();
    }
  }
}
