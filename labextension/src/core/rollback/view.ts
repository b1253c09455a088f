import type { IContext, IView } from '../context';
import { button, checkbox, userText } from '../dom/controls';
import { replaceChildren, h } from '../dom/elements';
import { formatSize } from '../text/figures';
import { icon } from '../dom/icons';
import { plural } from '../text/translate';
import type { Effect, IChange, IPlan, Result } from '../protocol/messages';
import { Disposables } from '../disposables';
import { drawFailure } from '../failure';
import { reportSuccess } from '../version/actions';
import { ACTIONS, COUNT, DIM, FOOT, HINT, PLAN, TITLE, WARNING } from '../dom/styles';

/** Rolls back, and reports it with an action that undoes it. names: only these variables; default: all. */
export async function runRollback(
  ctx: IContext,
  id: string,
  names?: readonly string[],
  queue = false
): Promise<Result<'rollback'> | undefined> {
  const { t } = ctx;
  const params = { id, ...(names ? { names: [...names] } : {}), ...(queue ? { queue } : {}) };
  const done = await ctx.mutate('rollback', params, t('Rolling back'));
  if (done) {
    const undo = { label: t('Undo'), run: () => void ctx.mutate('undo', {}, t('Undoing')) };
    const { name } = done.plan.version;
    const message = names
      ? t('Rolled back {names} to {version}', {
          names: plural(t, names.length, '{n} variable', '{n} variables'),
          version: name
        })
      : t('Rolled back to {name}', { name });
    reportSuccess(ctx, message, done.state.undo ? undo : undefined);
  }
  return done;
}

const EFFECT_ORDER: readonly Effect[] = ['changes', 'appears', 'vanishes', 'lost', 'stays'];

/** The plan of a rollback, and the button that runs it. A checkbox excludes a name from the rollback. */
export class RollbackView implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _ctx: IContext;
  private readonly _id: string;
  private readonly _names: readonly string[] | undefined;
  private readonly _body = h('div', PLAN);
  private readonly _summary = h('div', { class: 'nbmv-plan-sum' });
  private readonly _footer = h('div', FOOT);
  private readonly _disposables = new Disposables();
  private _plan: IPlan | undefined;
  private _excluded = new Set<string>();
  private _requestNumber = 0;
  private _isRollingBack = false;

  constructor(ctx: IContext, id: string, name: string) {
    this._ctx = ctx;
    this._id = id;
    this._names = name ? [name] : undefined;
    this.title = ctx.t('Roll back');
    this.element = h(
      'div',
      { class: 'nbmv-view nbmv-rollback', role: 'region', 'aria-label': this.title, tabindex: -1 },
      this._body,
      this._footer
    );
    this._disposables.add(
      ctx.state.on((state, before) => {
        if (state?.busy !== before?.busy) {
          this._drawFooter();
        }
      }),
      ctx.storeChanged.on(() => {
        void this._load();
      })
    );
    this._drawFooter();
    void this._load();
  }

  focus(): void {
    (this._footer.querySelector<HTMLElement>('button:enabled.nbmv-primary') ?? this.element).focus();
  }

  dispose(): void {
    this._requestNumber += 1;
    this._disposables.dispose();
  }

  private async _load(): Promise<void> {
    this._requestNumber += 1;
    const round = this._requestNumber;
    replaceChildren(
      this._body,
      this._plan ? [...this._body.childNodes] : h('p', DIM, this._ctx.t('Loading the plan…'))
    );
    try {
      const plan = await this._ctx.query('plan', { id: this._id, ...(this._names ? { names: [...this._names] } : {}) });
      if (round === this._requestNumber) {
        this._plan = plan;
        this._excluded.clear();
        this._draw(plan);
      }
    } catch (error) {
      if (round === this._requestNumber) {
        replaceChildren(this._body, drawFailure(this._ctx, error));
      }
    }
  }

  /** The names of the plan that have a checkbox, and those that are checked. */
  private _selection(plan: IPlan): { all: string[]; ticked: string[] } {
    const all = plan.changes.filter(one => one.effect !== 'stays' && one.effect !== 'lost').map(one => one.name);
    return { all, ticked: all.filter(name => !this._excluded.has(name)) };
  }

  private _draw(plan: IPlan): void {
    const { t } = this._ctx;
    const { version } = plan;
    const hadFocus = this._footer.contains(document.activeElement) || document.activeElement === this.element;
    replaceChildren(
      this._body,
      h(
        'h3',
        TITLE,
        t('Roll back to {name}', { name: version.name }),
        version.message ? [' ', userText(version.message, 'nbmv-dim')] : null
      ),
      this._summary,
      EFFECT_ORDER.map(effect =>
        this._drawEffect(
          effect,
          plan.changes.filter(one => one.effect === effect)
        )
      ),
      noteBox('warning', t('The environment differs'), plan.environment),
      noteBox('note', t('Notes'), plan.notes)
    );
    this._drawSummary(plan);
    this._drawFooter();
    if (hadFocus) {
      this.focus();
    }
  }

  private _drawSummary(plan: IPlan): void {
    const { t } = this._ctx;
    const { ticked } = this._selection(plan);
    const loads =
      plan.load_bytes > 0 ? [h('strong', {}, formatSize(plan.load_bytes)), ' ', t('to load')] : [t('nothing to load')];
    const saves = plan.saves_first ? h('p', DIM, t('The current state is saved first. Undo restores it.')) : null;
    const unsaved = plan.unsaved?.length
      ? h(
          'p',
          WARNING,
          t('Not in any version: {names}. Undo can restore them only while this kernel runs.', {
            names: plan.unsaved.join(', ')
          })
        )
      : null;
    replaceChildren(
      this._summary,
      ticked.length
        ? [h('p', {}, countsText(this._ctx, plan, ticked), ' · ', loads), saves, unsaved]
        : h('p', {}, this._noChangeText(plan))
    );
    this._ctx.announce(this._summary.textContent);
  }

  /** Why nothing would be restored. Notes and differences of the environment stand below, so they are not "nothing". */
  private _noChangeText(plan: IPlan): string {
    const { t } = this._ctx;
    if (this._selection(plan).all.length > 0) {
      return t('No variable is selected.');
    }
    const isSame = plan.notes.length === 0 && plan.environment.length === 0;
    return isSame && plan.changes.every(one => one.effect === 'stays')
      ? t('Nothing changes: the variables already have these values.')
      : t('No variable changes. See below for what else differs.');
  }

  private _drawEffect(effect: Effect, changes: readonly IChange[]): HTMLElement | null {
    if (!changes.length) {
      return null;
    }
    const { t } = this._ctx;
    const titles: { [E in Effect]: string } = {
      changes: t('Will change'),
      appears: t('Will be added'),
      vanishes: t('Will be removed'),
      lost: t('Cannot be restored'),
      stays: t('Unchanged')
    };
    const fixed = effect === 'stays' || effect === 'lost';
    const rows = changes.map(change =>
      h('li', {}, fixed ? h('span', { class: 'nbmv-change' }, this._changeText(change)) : this._drawCheckbox(change))
    );
    const list = h('ul', { class: 'nbmv-changes' }, rows);
    const heading = [
      h('span', { class: `nbmv-sign nbmv-sign-${effect}`, 'aria-hidden': true }, EFFECT_SIGNS[effect]),
      titles[effect],
      h('span', COUNT, changes.length)
    ];
    return h('details', { class: 'nbmv-fold nbmv-group', open: effect !== 'stays' }, h('summary', {}, heading), list);
  }

  private _drawCheckbox(change: IChange): HTMLElement {
    const changed = (on: boolean): void => {
      if (on) {
        this._excluded.delete(change.name);
      } else {
        this._excluded.add(change.name);
      }
      void this._updatePlan();
    };
    return checkbox({ label: this._changeText(change), checked: true, class: 'nbmv-change', onChange: changed });
  }

  private _changeText(change: IChange): (HTMLElement | SVGElement | null)[] {
    return [
      h('span', { class: 'nbmv-named' }, icon(change.kind), userText(change.name, 'nbmv-name-text')),
      h('span', { class: 'nbmv-dim nbmv-type' }, userText(change.type)),
      change.size_bytes ? h('span', { class: 'nbmv-dim nbmv-number' }, formatSize(change.size_bytes)) : null,
      change.reason ? h('span', { class: 'nbmv-reason nbmv-dim' }, userText(change.reason)) : null
    ];
  }

  /** Asks for the plan of the checked names, which loads fewer bytes. The checkboxes stay as they are. */
  private async _updatePlan(): Promise<void> {
    const plan = this._plan;
    if (!plan) {
      return;
    }
    this._requestNumber += 1;
    const round = this._requestNumber;
    const { all, ticked } = this._selection(plan);
    this._drawFooter();
    if (ticked.length === 0 || ticked.length === all.length) {
      this._drawSummary(plan);
      return;
    }
    try {
      const part = await this._ctx.query('plan', { id: this._id, names: ticked });
      if (round === this._requestNumber) {
        this._drawSummary({ ...part, changes: part.changes.filter(one => ticked.includes(one.name)) });
      }
    } catch (error) {
      this._ctx.showError(error);
    }
  }

  private _drawFooter(): void {
    const { t, host } = this._ctx;
    const plan = this._plan;
    const focused = this._footer.contains(document.activeElement);
    const busy = this._ctx.state.value?.busy ?? false;
    const { ticked } = plan ? this._selection(plan) : { ticked: [] };
    const label = busy ? t('Roll back after the cell') : t('Roll back');
    replaceChildren(
      this._footer,
      busy ? h('p', HINT, icon('clock'), ' ', t('A cell is running. The rollback can run after it.')) : null,
      host.skipsConfirmation && host.setSkipConfirmation && !this._names
        ? checkbox({
            label: t("Don't ask again"),
            checked: host.skipsConfirmation(),
            onChange: on => {
              host.setSkipConfirmation?.(on);
            }
          })
        : null,
      h(
        'div',
        ACTIONS,
        button({
          label: label,
          icon: 'rollback',
          class: 'nbmv-primary',
          disabled: ticked.length === 0 || this._isRollingBack,
          onClick: () => {
            void this._rollBack(busy);
          }
        }),
        this._ctx.initialView === 'rollback'
          ? null
          : button({
              label: t('Cancel'),
              onClick: () => {
                this._ctx.goBack();
              }
            })
      )
    );
    if (focused) {
      this.focus();
    }
  }

  private async _rollBack(queue: boolean): Promise<void> {
    const plan = this._plan;
    if (!plan || this._isRollingBack) {
      return;
    }
    const { all, ticked } = this._selection(plan);
    const names = this._names || ticked.length < all.length ? ticked : undefined;
    if (queue) {
      this._ctx.goBack();
    }
    this._isRollingBack = true;
    this._drawFooter();
    const done = await runRollback(this._ctx, this._id, names, queue);
    this._isRollingBack = false;
    this._drawFooter();
    if (done && !queue && !this._disposables.isDisposed) {
      this._ctx.goBack();
    }
  }
}

const EFFECT_SIGNS: { [E in Effect]: string } = {
  changes: '~',
  appears: '+',
  vanishes: '\u2212',
  lost: '!',
  stays: '='
};

function countsText(ctx: IContext, plan: IPlan, ticked: readonly string[]): string {
  const { t } = ctx;
  const count = (effect: Effect): number =>
    plan.changes.filter(one => one.effect === effect && ticked.includes(one.name)).length;
  const lost = plan.changes.filter(one => one.effect === 'lost').length;
  const texts = [
    count('changes') && plural(t, count('changes'), '{n} variable changes', '{n} variables change'),
    count('appears') && plural(t, count('appears'), '{n} is added', '{n} are added'),
    count('vanishes') && plural(t, count('vanishes'), '{n} is removed', '{n} are removed'),
    lost && plural(t, lost, '{n} cannot be restored', '{n} cannot be restored')
  ];
  return texts.filter(Boolean).join(', ');
}

function noteBox(sign: 'warning' | 'note', title: string, lines: readonly string[]): HTMLElement | null {
  if (!lines.length) {
    return null;
  }
  return h(
    'div',
    { class: `nbmv-box nbmv-box-${sign}` },
    h('h4', {}, icon(sign), title),
    h(
      'ul',
      { class: 'nbmv-bullets' },
      lines.map(line => h('li', {}, userText(line)))
    )
  );
}
