import type { IContext, IView } from '../context';
import { Disposables } from '../disposables';
import { button, tableHead, userText } from '../dom/controls';
import { h, replaceChildren, uniqueId, type Child } from '../dom/elements';
import { preserveFocus } from '../dom/focus';
import { ACTIONS, DIM, FOOT, PLAN, TITLE } from '../dom/styles';
import { drawFailure } from '../failure';
import type { IMergePlan, INameMerge } from '../protocol/messages';
import { plural } from '../text/translate';
import { reportSuccess } from '../version/actions';
import { Transfer } from './transfer';
import { mergeWork } from './works';

type Side = 'ours' | 'theirs';

/** What a merge with a remote does to each variable, a choice for each conflict, and the button that merges. */
export class MergePage implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _body = h('div', PLAN);
  private readonly _go: HTMLButtonElement;
  private readonly _transfer: Transfer;
  private readonly _disposables = new Disposables();
  /** The choices so far. A name stays once it needed a decision. */
  private readonly _choices = new Map<string, Side | ''>();
  private _open = 1;
  private _round = 0;

  constructor(
    private readonly _ctx: IContext,
    private readonly _remote: string,
    private readonly _others: string
  ) {
    const { t } = _ctx;
    this.title = t('Merge with {remote}', { remote: _remote });
    this._transfer = new Transfer(_ctx, () => {
      this._showReady();
    });
    this._go = button({ label: t('Merge'), class: 'nbmv-primary', onClick: () => void this._merge() });
    const cancel = button({
      label: t('Cancel'),
      onClick: () => {
        _ctx.goBack();
      }
    });
    this.element = h(
      'div',
      { class: 'nbmv-view nbmv-rollback', role: 'region', 'aria-label': this.title, tabindex: -1 },
      this._body,
      h('div', FOOT, this._transfer.element, h('div', ACTIONS, this._go, cancel))
    );
    this._disposables.add(() => {
      this._transfer.cancel();
    });
    this._showReady();
    void this._load();
  }

  focus(): void {
    (this._body.querySelector('input') ?? this.element).focus();
  }

  dispose(): void {
    this._round += 1;
    this._disposables.dispose();
  }

  private get _take(): { [name: string]: string } {
    return Object.fromEntries([...this._choices].filter(([, side]) => side));
  }

  private async _load(): Promise<void> {
    this._round += 1;
    const round = this._round;
    if (!this._body.hasChildNodes()) {
      replaceChildren(this._body, h('p', DIM, this._ctx.t('Loading the plan…')));
    }
    try {
      const plan = await this._ctx.query('merge_plan', { remote: this._remote, take: this._take });
      if (round === this._round) {
        this._draw(plan);
      }
    } catch (error) {
      if (round === this._round) {
        replaceChildren(
          this._body,
          drawFailure(this._ctx, error, () => void this._load())
        );
      }
    }
  }

  private _draw(plan: IMergePlan): void {
    const { t } = this._ctx;
    plan.names.forEach(one => {
      if (one.unresolved && !this._choices.has(one.name)) {
        this._choices.set(one.name, '');
      }
    });
    const settled = plan.names.filter(one => !this._choices.has(one.name));
    const { ours, theirs } = plan;
    this._open = [...this._choices].filter(([, side]) => !side).length;
    preserveFocus(this._body, () => {
      replaceChildren(
        this._body,
        h('h3', TITLE, t('Merge {theirs} into {ours}', { theirs: this._named(theirs), ours })),
        [...this._choices.keys()].map(name => this._drawConflict(plan, name)),
        settled.length ? h('h4', {}, t('Merged without a question')) : null,
        h(
          'ul',
          { class: 'nbmv-bullets' },
          [...settled.map(one => one.sentence), ...plan.notes].map(line => h('li', {}, userText(line)))
        )
      );
    });
    this._showReady();
    this._ctx.announce(
      this._open
        ? plural(t, this._open, '{n} variable needs a choice', '{n} variables need a choice')
        : t('Nothing needs a choice')
    );
  }

  private _named(version: string): string {
    const { t } = this._ctx;
    return this._others ? t('{version} by {author}', { version, author: this._others }) : version;
  }

  private _drawConflict(plan: IMergePlan, name: string): HTMLElement {
    const { t } = this._ctx;
    const found = plan.names.find(one => one.name === name);
    const group = uniqueId('side');
    const choice = (side: Side, label: string): HTMLElement => {
      const choose = (): void => {
        this._choices.set(name, side);
        void this._load();
      };
      const checked = this._choices.get(name) === side;
      const input = h('input', { type: 'radio', name: group, checked, on: { change: choose } });
      return h('label', { class: 'nbmv-check' }, input, h('span', {}, label));
    };
    return h(
      'fieldset',
      { class: 'nbmv-conflict' },
      h('legend', {}, t('Both sides changed {name}', { name })),
      found ? h('p', DIM, userText(found.sentence)) : null,
      found ? this._drawPlaces(found) : null,
      choice('ours', t('Mine, as in {version}', { version: plan.ours })),
      choice('theirs', t('Theirs, as in {version}', { version: this._named(plan.theirs) }))
    );
  }

  private _drawPlaces({ conflicts, conflict_count }: INameMerge): Child {
    const { t } = this._ctx;
    const more = conflict_count - conflicts.length;
    return conflicts.length
      ? h(
          'div',
          { class: 'nbmv-scroll' },
          h(
            'table',
            { class: 'nbmv-table' },
            tableHead([t('place'), t('before'), t('mine'), t('theirs')]),
            h(
              'tbody',
              {},
              conflicts.map(({ place, base, ours, theirs }) =>
                h('tr', {}, h('th', { scope: 'row' }, userText(place)), [base, ours, theirs].map(cell))
              )
            )
          ),
          more > 0 ? h('p', DIM, plural(t, more, 'and {n} more', 'and {n} more')) : null
        )
      : null;
  }

  private _showReady(): void {
    this._go.setAttribute('aria-disabled', String(this._open > 0 || this._transfer.isRunning));
  }

  private async _merge(): Promise<void> {
    const { t } = this._ctx;
    if (this._open) {
      this._ctx.announce(t('Choose a side of each variable first'));
      return;
    }
    let said = '';
    const done = await this._transfer.start(
      mergeWork(this._ctx, this._remote, this._take, text => {
        said = text;
      })
    );
    if (done && !this._disposables.isDisposed) {
      this._ctx.goBack();
      reportSuccess(this._ctx, said);
    }
  }
}

function cell(text: string): HTMLElement {
  return h('td', {}, userText(text));
}
