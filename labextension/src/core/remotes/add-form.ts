import type { IContext, IView } from '../context';
import { button, checkbox, field } from '../dom/controls';
import { h, replaceChildren, setAttribute, uniqueId } from '../dom/elements';
import { ACTIONS, DIM, FOOT, PLAN } from '../dom/styles';
import { Failure } from '../protocol/transport';
import { reportSuccess } from '../version/actions';

/** A field with the place for what is wrong with it. */
interface IChecked {
  input: HTMLInputElement | HTMLTextAreaElement;
  problem: HTMLElement;
}

/** The form that adds a remote. The kernel finds out what the place can do; what is wrong stands beside its field. */
export class AddRemoteForm implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _name = checked(h('input', { type: 'text', class: 'nbmv-input', autocomplete: 'off' }));
  private readonly _address = checked(h('input', { type: 'text', class: 'nbmv-input', autocomplete: 'off' }));
  private readonly _options = checked(h('textarea', { class: 'nbmv-input', rows: 2 }));
  private readonly _go = h('button', { type: 'submit', class: 'nbmv-button nbmv-primary' });
  private readonly _controller = new AbortController();
  private _isLazy = false;
  private _isSending = false;

  constructor(
    private readonly _ctx: IContext,
    private readonly _taken: readonly string[]
  ) {
    const { t } = _ctx;
    this.title = t('Add a remote');
    this._name.input.value = _taken.length ? '' : 'origin';
    this.element = h(
      'form',
      {
        class: 'nbmv-view nbmv-rollback',
        'aria-label': this.title,
        novalidate: true,
        on: {
          submit: event => {
            event.preventDefault();
            void this._submit();
          }
        }
      },
      h('div', PLAN, this._fields()),
      h('div', FOOT, h('div', ACTIONS, this._go, button({ label: t('Cancel'), onClick: () => this._close() })))
    );
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
      checkbox({
        label: t('Load values only when they are needed'),
        checked: false,
        onChange: on => {
          this._isLazy = on;
        }
      })
    ];
  }

  private _close(): void {
    this._ctx.goBack();
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
      const lazy = this._isLazy;
      const params = { name, address, ...(options ? { options } : {}), lazy };
      const { said } = await this._ctx.query('add_remote', params, { signal: this._controller.signal });
      if (!this._controller.signal.aborted) {
        this._close();
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
    const problems: [IChecked, string][] = [
      [this._name, !name ? t('Give it a name') : this._taken.includes(name) ? t('A remote has this name already') : ''],
      [this._address, address ? '' : t('Give its address')],
      [this._options, options ? '' : t('Write each option as KEY=VALUE')]
    ];
    problems.forEach(([one, text]) => {
      showProblem(one, text);
    });
    const first = problems.find(([, text]) => text);
    first?.[0].input.focus();
    return first === undefined;
  }

  private _showFailure(error: unknown): void {
    if (!(error instanceof Failure)) {
      throw error;
    }
    if (error.code !== 'Cancelled') {
      const place = error.code === 'BadName' ? this._name : this._address;
      showProblem(place, error.message, error.hint);
      place.input.focus();
      this._ctx.announce(error.message);
    }
  }
}

function checked(input: IChecked['input']): IChecked {
  const id = uniqueId('problem');
  input.setAttribute('aria-describedby', id);
  input.spellcheck = false;
  input.dir = 'ltr';
  return { input, problem: h('div', { id, class: 'nbmv-field-problem' }) };
}

function showProblem({ input, problem }: IChecked, text: string, hint = ''): void {
  setAttribute(input, 'aria-invalid', text ? 'true' : undefined);
  replaceChildren(problem, text ? h('p', {}, text) : null, hint ? h('p', DIM, hint) : null);
}

/** Options by key; null if a line is no KEY=VALUE. */
function parseOptions(text: string): { [key: string]: string } | null {
  const pairs = text.split(/\s+/).filter(Boolean);
  return pairs.every(one => one.indexOf('=') > 0)
    ? Object.fromEntries(pairs.map(one => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]))
    : null;
}
