import type { IContext, IView } from '../context';
import { checkbox, field } from '../dom/controls';
import { h, uniqueId } from '../dom/elements';
import { HINT } from '../dom/styles';
import { Failure } from '../protocol/transport';
import { reportSuccess } from '../version/actions';
import {
  checked,
  createForm,
  problemPlace,
  showFailure,
  showProblem,
  submitButton,
  textField,
  writeProblem,
  type ICheckedField
} from './form';

/** The form that adds a remote. The kernel finds out what the place can do; what is wrong stands beside its field. */
export class AddRemoteForm implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _name: ICheckedField;
  private readonly _address = textField();
  private readonly _options = checked(h('textarea', { class: 'nbmv-input', rows: 2 }));
  /** For what is wrong with no field: a library is missing. */
  private readonly _problem = problemPlace();
  private readonly _go = submitButton();
  private readonly _controller = new AbortController();
  private readonly _ticked = { lazy: false, encrypt: false };
  private _isSending = false;

  constructor(
    private readonly _ctx: IContext,
    private readonly _taken: readonly string[]
  ) {
    const { t } = _ctx;
    this.title = t('Add a remote');
    this._name = textField(_taken.length ? '' : 'origin');
    this.element = createForm(_ctx, {
      title: this.title,
      go: this._go,
      fields: this._fields(),
      submit: () => void this._submit()
    });
    this._show(false);
  }

  focus(): void {
    (this._name.input.value ? this._address : this._name).input.focus();
  }

  dispose(): void {
    this._controller.abort();
  }

  private _fields(): HTMLElement[] {
    const { t } = this._ctx;
    const hint = h(
      'p',
      { ...HINT, id: uniqueId('hint') },
      t('Only owners of keys can read it, not the provider. Your key is created if you have none.')
    );
    const encrypt = this._checkbox('encrypt', t('Encrypt what is sent (age)'));
    encrypt.querySelector('input')?.setAttribute('aria-describedby', hint.id);
    return [
      field(t('Name'), this._name.input),
      this._name.problem,
      field(
        t('Address'),
        this._address.input,
        t('A shared folder, s3://bucket/prefix, gs://…, az://… or ssh://user@host/path')
      ),
      this._address.problem,
      field(
        t('Options'),
        this._options.input,
        t('One KEY=VALUE on a line, such as region=eu-central-1. Never credentials: they come from your environment.')
      ),
      this._options.problem,
      this._checkbox('lazy', t('Load values only when they are needed')),
      h('div', {}, encrypt, hint),
      this._problem
    ];
  }

  private _checkbox(name: 'lazy' | 'encrypt', label: string): HTMLElement {
    return checkbox({
      label,
      checked: false,
      onChange: on => {
        this._ticked[name] = on;
      }
    });
  }

  private _show(isSending: boolean): void {
    const { t } = this._ctx;
    this._isSending = isSending;
    this._go.textContent = isSending ? t('Finding out what the place can do…') : t('Add');
    this._go.setAttribute('aria-disabled', String(isSending));
  }

  private async _submit(): Promise<void> {
    const [name, address] = [this._name.input.value.trim(), this._address.input.value.trim()];
    const options = parseOptions(this._options.input.value);
    if (this._isSending || !this._isComplete(name, address, options)) {
      return;
    }
    this._show(true);
    try {
      const params = { name, address, ...(options ? { options } : {}), ...this._ticked };
      const { said } = await this._ctx.query('add_remote', params, { signal: this._controller.signal });
      if (!this._controller.signal.aborted) {
        this._ctx.goBack();
        reportSuccess(this._ctx, said);
      }
    } catch (error) {
      this._show(false);
      this._showFailure(error);
    }
  }

  /** Shows what is missing beside its field. */
  private _isComplete(name: string, address: string, options: object | null): boolean {
    const { t } = this._ctx;
    const problems: [ICheckedField, string][] = [
      [this._name, !name ? t('Give it a name') : this._taken.includes(name) ? t('A remote has this name already') : ''],
      [this._address, address ? '' : t('Give its address')],
      [this._options, options ? '' : t('Write each option as KEY=VALUE')]
    ];
    problems.forEach(([one, text]) => {
      showProblem(one, text);
    });
    writeProblem(this._problem, '', '');
    const first = problems.find(([, text]) => text);
    first?.[0].input.focus();
    return first === undefined;
  }

  private _showFailure(error: unknown): void {
    if (error instanceof Failure && error.code === 'MissingLibrary') {
      writeProblem(this._problem, error.message, error.hint);
      this._ctx.announce(error.message);
    } else {
      showFailure(this._ctx, error, ({ code }) => (code === 'BadName' ? this._name : this._address));
    }
  }
}

/** Options by key; null if a line is no KEY=VALUE. */
function parseOptions(text: string): { [key: string]: string } | null {
  const pairs = text.split(/\s+/).filter(Boolean);
  return pairs.every(one => one.indexOf('=') > 0)
    ? Object.fromEntries(pairs.map(one => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]))
    : null;
}
