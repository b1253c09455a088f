import type { IContext, IView } from '../context';
import { button, field } from '../dom/controls';
import { h, replaceChildren } from '../dom/elements';
import { DIM, TITLE } from '../dom/styles';
import { drawFailure } from '../failure';
import { reportSuccess } from '../version/actions';
import { createForm, showFailure, showProblem, submitButton, textField } from './form';

/** Who can read an encrypted remote: the public keys, your own to copy, and a field for the key of a colleague. */
export class MembersPage implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _body = h('div', { class: 'nbmv-members' });
  private readonly _keys = h('ul', { class: 'nbmv-keys' });
  private readonly _key = textField();
  private readonly _go = submitButton();
  private readonly _controller = new AbortController();
  private _isSending = false;

  constructor(
    private readonly _ctx: IContext,
    private readonly _remote: string
  ) {
    const { t } = _ctx;
    this.title = t('Who can read {remote}', { remote: _remote });
    this._keys.setAttribute('aria-label', this.title);
    this.element = createForm(_ctx, {
      title: this.title,
      go: this._go,
      close: t('Close'),
      fields: this._body,
      submit: () => void this._submit()
    });
    this._go.hidden = true;
    this._showSending(false);
    replaceChildren(this._body, h('p', DIM, t('Loading the keys…')));
    void this._load();
  }

  focus(): void {
    (this._key.input.isConnected
      ? this._key.input
      : (this.element.querySelector<HTMLElement>('button:not([hidden])') ?? this.element)
    ).focus();
  }

  dispose(): void {
    this._controller.abort();
  }

  private async _load(): Promise<void> {
    const { signal } = this._controller;
    try {
      const { keys, own } = await this._ctx.query('remote_members', { name: this._remote }, { signal });
      this._draw(keys, own);
    } catch (error) {
      if (!signal.aborted) {
        replaceChildren(
          this._body,
          drawFailure(this._ctx, error, () => void this._load())
        );
      }
    }
  }

  private _draw(keys: readonly string[], own: string): void {
    const { t } = this._ctx;
    replaceChildren(
      this._keys,
      keys.map(key => h('li', {}, h('bdi', { dir: 'ltr' }, key), key === own ? h('span', YOU, t('you')) : null))
    );
    if (this._key.input.isConnected) {
      return; // after a key was added: only the list is new
    }
    const hadFocus = this.element.contains(document.activeElement);
    this._go.hidden = false;
    replaceChildren(
      this._body,
      h('h3', TITLE, this.title),
      h('p', DIM, t('The owner of one of these keys can read everything at {remote}.', { remote: this._remote })),
      this._keys,
      this._drawOwn(own),
      field(
        t('Public key of a colleague'),
        this._key.input,
        t('age1… or ssh-ed25519 …: your colleague prints it with %mv_remote key')
      ),
      this._key.problem
    );
    if (hadFocus) {
      this.focus();
    }
  }

  private _drawOwn(own: string): HTMLElement {
    const { t } = this._ctx;
    const { input } = textField(own);
    input.setAttribute('readonly', '');
    const copy = button({ label: t('Copy'), onClick: () => void this._copy(input as HTMLInputElement) });
    const label = field(
      t('Your public key'),
      input,
      t('It is not secret. A member of another remote needs it to let you read there.')
    );
    return h('div', { class: 'nbmv-own-key' }, label, copy);
  }

  /** A page that is not on https has no clipboard: the key is selected, to be copied by hand. */
  private async _copy(input: HTMLInputElement): Promise<void> {
    const { t } = this._ctx;
    input.select();
    const clipboard = navigator.clipboard as Clipboard | undefined;
    const isCopied =
      (await clipboard?.writeText(input.value).then(
        () => true,
        () => false
      )) ?? false;
    this._ctx.showNotice({ kind: 'info', text: isCopied ? t('Copied') : t('Press Ctrl+C to copy the selected key') });
  }

  private _showSending(isSending: boolean): void {
    const { t } = this._ctx;
    this._isSending = isSending;
    this._go.textContent = isSending ? t('Adding the key…') : t('Let them read');
    this._go.setAttribute('aria-disabled', String(isSending));
  }

  private async _submit(): Promise<void> {
    const key = this._key.input.value.trim();
    showProblem(this._key, key ? '' : this._ctx.t('Paste a public key'));
    if (this._isSending || !key) {
      this._key.input.focus();
      return;
    }
    const { signal } = this._controller;
    this._showSending(true);
    try {
      const { said } = await this._ctx.query('share_remote', { name: this._remote, key }, { signal });
      if (!signal.aborted) {
        this._key.input.value = '';
        reportSuccess(this._ctx, said);
        await this._load();
      }
    } catch (error) {
      showFailure(this._ctx, error, () => this._key);
    } finally {
      this._showSending(false);
    }
  }
}

const YOU = { class: 'nbmv-chip' } as const;
