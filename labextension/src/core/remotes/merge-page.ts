import type { IContext, IView } from '../context';
import { Disposables } from '../disposables';
import { button, checkbox, tableHead, userText } from '../dom/controls';
import { h, replaceChildren, uniqueId, type Child } from '../dom/elements';
import { preserveFocus } from '../dom/focus';
import { ACTIONS, DIM, FOOT, PLAN, TITLE, WARNING_BOX } from '../dom/styles';
import { drawFailure } from '../failure';
import type { IMergePlan, IMergeRow, INameMerge } from '../protocol/messages';
import { Failure } from '../protocol/transport';
import { plural } from '../text/translate';
import { reportSuccess } from '../version/actions';
import { Transfer } from './transfer';
import { mergeWork, trustLabel } from './works';

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
  /** Whether pickled values of the others are loaded. */
  private _trust = false;
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
    this._go = button({
      label: t('Merge'),
      class: 'nbmv-primary',
      onClick: () => {
        this._merge();
      }
    });
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
      const trust = this._trust ? { trust: true } : {};
      const plan = await this._ctx.query('merge_plan', { remote: this._remote, take: this._take, ...trust });
      if (round === this._round) {
        this._draw(plan);
      }
    } catch (error) {
      if (round === this._round) {
        replaceChildren(
          this._body,
          drawFailure(this._ctx, error, () => void this._load()),
          error instanceof Failure && error.code === 'NeedsTrust' ? this._drawTrust([]) : null
        );
      }
    }
  }

  private _draw(plan: IMergePlan): void {
    const { t } = this._ctx;
    plan.names.forEach(one => {
      if (one.unresolved && !this._choices.has(one.name)) {
        this._choices.set(one.name, '');
      } else if (!one.unresolved && !this._choices.get(one.name)) {
        this._choices.delete(one.name); // its values can be loaded now, and merged inside
      }
    });
    const settled = plan.names.filter(one => !this._choices.has(one.name));
    const { ours, theirs } = plan;
    this._open = plan.names.filter(one => one.unresolved).length;
    preserveFocus(this._body, () => {
      replaceChildren(
        this._body,
        h('h3', TITLE, t('Merge {theirs} into {ours}', { theirs: this._named(theirs), ours })),
        plan.untrusted.length || this._trust ? this._drawTrust(plan.untrusted) : null,
        [...this._choices.keys()].map(name => this._drawConflict(plan, name)),
        settled.length ? h('h4', {}, t('Merged without a question')) : null,
        h(
          'ul',
          { class: 'nbmv-bullets' },
          [...settled.map(one => this._sentence(plan, one)), ...plan.notes].map(line => h('li', {}, userText(line)))
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
    const said = { version, author: this._others, remote: this._remote };
    return this._others ? t('{version} by {author}', said) : t('{version} at {remote}', said);
  }

  /** What the merge does to one variable. What it merges inside is described by the kernel. */
  private _sentence({ theirs }: IMergePlan, { name, effect, sentence }: INameMerge): string {
    const { t } = this._ctx;
    const said = { version: theirs, author: this._others, remote: this._remote };
    const version = this._others ? t('{version}, by {author}', said) : t('{version} at {remote}', said);
    switch (effect) {
      case 'theirs':
        return t('{name}: as in {version}', { name, version });
      case 'removed':
        return t('{name}: removed, as in {version}', { name, version });
      case 'ours':
        return t('{name}: stays as it is here', { name });
      case 'inside':
      case 'average':
      case 'conflict':
        return sentence;
    }
  }

  /** names: of the variables whose values are pickled by others. The user decides whether these are loaded. */
  private _drawTrust(names: readonly string[]): HTMLElement {
    const { t } = this._ctx;
    const said = { names: names.join(', '), author: this._others || t('other people') };
    return h(
      'div',
      WARNING_BOX,
      names.length ? h('p', {}, userText(t('{names}: to load these values can run code of {author}', said))) : null,
      checkbox({
        label: trustLabel(t),
        checked: this._trust,
        onChange: on => {
          this._setTrust(on);
        }
      })
    );
  }

  /** The plan is made again: values that can be loaded may be merged inside, and conflict in other places. */
  private _setTrust(on: boolean): void {
    this._trust = on;
    this._transfer.clear();
    void this._load();
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
      found ? h('p', DIM, userText(this._sentence(plan, found))) : null,
      found ? this._drawPlaces(found) : null,
      choice('ours', t('Mine, as in {version}', { version: plan.ours })),
      choice('theirs', t('Theirs, as in {version}', { version: this._named(plan.theirs) }))
    );
  }

  /** The places that conflict; of a conflict of the whole value, what each side is and what differs. */
  private _drawPlaces({ conflicts, conflict_count, facts }: INameMerge): Child {
    const { t } = this._ctx;
    const [whole, ...details] = facts;
    const more = conflict_count - conflicts.length;
    if (whole) {
      return [this._drawSides(whole), this._drawRows(t('what'), details)];
    }
    return conflicts.length
      ? [
          this._drawRows(t('place'), conflicts),
          more > 0 ? h('p', DIM, plural(t, more, 'and {n} more', 'and {n} more')) : null
        ]
      : null;
  }

  private _drawSides({ base, ours, theirs }: IMergeRow): HTMLElement {
    const { t } = this._ctx;
    const sides: [string, string][] = [
      [t('before'), base],
      [t('mine'), ours],
      [t('theirs'), theirs]
    ];
    const row = ([side, text]: [string, string]): HTMLElement =>
      h('tr', {}, h('th', { scope: 'row' }, side), cell(text));
    return h('table', { class: 'nbmv-table nbmv-sides' }, h('tbody', {}, sides.map(row)));
  }

  private _drawRows(heading: string, rows: readonly IMergeRow[]): HTMLElement | null {
    const { t } = this._ctx;
    const row = ({ place, base, ours, theirs }: IMergeRow): HTMLElement =>
      h('tr', {}, h('th', { scope: 'row' }, userText(place)), [base, ours, theirs].map(cell));
    return rows.length
      ? h(
          'div',
          { class: 'nbmv-scroll' },
          h(
            'table',
            { class: 'nbmv-table' },
            tableHead([heading, t('before'), t('mine'), t('theirs')]),
            h('tbody', {}, rows.map(row))
          )
        )
      : null;
  }

  private _showReady(): void {
    this._go.setAttribute('aria-disabled', String(this._open > 0 || this._transfer.isRunning));
  }

  private _merge(): void {
    if (this._open) {
      this._ctx.announce(this._ctx.t('Choose a side of each variable first'));
      return;
    }
    const choice = { take: this._take, trust: this._trust };
    const work = mergeWork(this._ctx, this._remote, choice, {
      merged: text => {
        this._close(text);
      },
      trusted: () => {
        this._setTrust(true);
      }
    });
    void this._transfer.start(work);
  }

  private _close(said: string): void {
    if (!this._disposables.isDisposed) {
      this._ctx.goBack();
      reportSuccess(this._ctx, said);
    }
  }
}

function cell(text: string): HTMLElement {
  return h('td', {}, userText(text));
}
