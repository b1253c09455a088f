import type { IContext, IView } from '../context';
import { Disposables } from '../disposables';
import { button, field, userText } from '../dom/controls';
import { h, replaceChildren } from '../dom/elements';
import { preserveFocus } from '../dom/focus';
import { FileForm } from '../export/file-form';
import type { ICard } from '../protocol/messages';
import { formatSize } from '../text/figures';
import { plural } from '../text/translate';
import { reportSuccess } from '../version/actions';
import { ChangeForm } from './change-form';
import { drawFailure } from '../failure';
import { ACTIONS, DIM, FACTS, TITLE } from '../dom/styles';

/** The card of a registered version, a form for what only people can state, and its file. */
export class CardPage implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _disposables = new Disposables();
  private _round = 0;

  constructor(
    private readonly _ctx: IContext,
    private readonly _address: string
  ) {
    const { t } = _ctx;
    this.title = t('Card of {address}', { address: _address });
    this.element = h(
      'div',
      { class: 'nbmv-view nbmv-card-page', role: 'region', 'aria-label': this.title, tabindex: -1 },
      h('p', DIM, t('Asking the kernel…'))
    );
    this._disposables.add(
      _ctx.storeChanged.on(() => {
        void this._load();
      })
    );
    void this._load();
  }

  focus(): void {
    this.element.focus();
  }

  dispose(): void {
    this._disposables.dispose();
  }

  private async _load(): Promise<void> {
    this._round += 1;
    const round = this._round;
    try {
      const card = await this._ctx.query('card', { address: this._address });
      if (round === this._round && !this._disposables.isDisposed) {
        preserveFocus(this.element, () => {
          replaceChildren(this.element, this._draw(card));
        });
      }
    } catch (error) {
      if (round === this._round && !this._disposables.isDisposed) {
        replaceChildren(this.element, drawFailure(this._ctx, error));
      }
    }
  }

  private _draw(card: ICard): HTMLElement[] {
    const { t } = this._ctx;
    const headline = card.not_stated
      ? plural(t, card.not_stated, '{n} of the rows below is not stated.', '{n} of the rows below are not stated.')
      : t('Every row below is stated.');
    const actions = h(
      'div',
      ACTIONS,
      button({
        label: t('State what people know…'),
        icon: 'pencil',
        onClick: () => {
          askStatements(this._ctx, card);
        }
      }),
      button({
        label: t('Save as a file…'),
        icon: 'export',
        onClick: () => {
          this._ctx.openPage(createCardForm(this._ctx, this._address));
        }
      })
    );
    const sections = card.sections.map(({ title, by_hand, rows }) =>
      h(
        'section',
        { 'aria-label': title },
        h('h3', TITLE, userText(title), by_hand ? h('span', DIM, ` · ${t('stated by people')}`) : null),
        h(
          'dl',
          FACTS,
          rows.map(({ label, text, is_stated }) => [
            h('dt', {}, userText(label)),
            h('dd', { class: is_stated ? undefined : 'nbmv-not-stated' }, userText(text))
          ])
        )
      )
    );
    return [
      h('p', { class: card.not_stated ? 'nbmv-box nbmv-box-warning' : 'nbmv-box' }, headline),
      actions,
      ...sections
    ];
  }
}

/** A text field for each row that people state. Only the rows that the user changed are sent. */
function askStatements(ctx: IContext, card: ICard): void {
  const { t } = ctx;
  const [model = ''] = card.address.split('/');
  const inputs = card.texts.map(one => {
    const input = h('textarea', { class: 'nbmv-input', rows: 2 });
    input.value = one.text;
    return { ...one, input };
  });
  ctx.openPage(
    new ChangeForm(ctx, {
      title: t('State rows of the cards of {model}', { model }),
      label: t('Save'),
      method: 'state_card',
      reason: 'none',
      fields: [
        h('p', DIM, t('The texts hold for every version of the model. Earlier texts stay in the audit log.')),
        inputs.map(({ label, input }) => field(label, input))
      ],
      params: () => {
        const changed = inputs.filter(({ text, input }) => input.value.trim() !== text.trim());
        const texts = Object.fromEntries(changed.map(({ key, input }) => [key, input.value.trim()]));
        return changed.length ? { address: card.address, texts } : null;
      }
    })
  );
}

/** The file of a card, beside the notebook. */
function createCardForm(ctx: IContext, address: string): FileForm {
  const { t } = ctx;
  return new FileForm(ctx, {
    title: t('Save the card'),
    heading: name => t('Card of {address}', { address: name }),
    about: t('The end of the name says the format: .md (Markdown), .html or .json.'),
    path: '',
    label: t('Save'),
    busyLabel: t('Saving…'),
    suffix: /\.\w+$/,
    isFirst: false,
    check: given => ctx.query('card_destination', { address, ...given }),
    save: async to => {
      const done = await ctx.mutate('write_card', { address, ...to }, t('Saving the card'));
      if (done) {
        reportSuccess(
          ctx,
          t('Card written to {path} ({size})', { path: done.path, size: formatSize(done.size_bytes) })
        );
      }
      return done !== undefined;
    }
  });
}
