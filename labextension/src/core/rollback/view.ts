import type { IContext, IView } from '../context';
import { button, checkbox, empty, written } from '../dom/controls';
import { fill, h } from '../dom/elements';
import { size } from '../text/figures';
import { icon } from '../dom/icons';
import { counted } from '../text/translate';
import type { Effect, IChange, IPlan, Result } from '../protocol/messages';
import { Ends } from '../signal';
import { Failure } from '../protocol/transport';
import { announce } from '../version/actions';

/** Rolls back, then says so with the way back. */
export async function rollBack(
  ctx: IContext,
  id: string,
  names?: readonly string[],
  queue = false
): Promise<Result<'rollback'> | undefined> {
  const { t } = ctx;
  const params = { id, ...(names ? { names: [...names] } : {}), ...(queue ? { queue } : {}) };
  const done = await ctx.act('rollback', params, t('Rolling back'));
  if (done) {
    const undo = { label: t('Undo'), run: () => void ctx.act('undo', {}, t('Undoing')) };
    const { name } = done.plan.version;
    const said = names
      ? t('{names} as in {version}', { names: counted(t, names.length, '{n} name', '{n} names'), version: name })
      : t('Rolled back to {name}', { name });
    announce(ctx, said, done.state.undo ? undo : undefined);
  }
  return done;
}

const ORDER: readonly Effect[] = ['changes', 'appears', 'vanishes', 'lost', 'stays'];

/** What a rollback would do, and the button that does it. Names can be left out by their ticks. */
export class Rollback implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _ctx: IContext;
  private readonly _id: string;
  private readonly _names: readonly string[] | undefined;
  private readonly _body = h('div', { class: 'nbmv-plan' });
  private readonly _sum = h('div', { class: 'nbmv-plan-sum' });
  private readonly _foot = h('div', { class: 'nbmv-foot' });
  private readonly _ends = new Ends();
  private _plan: IPlan | undefined;
  private _out = new Set<string>();
  private _round = 0;
  private _doing = false;

  constructor(ctx: IContext, id: string, name: string) {
    this._ctx = ctx;
    this._id = id;
    this._names = name ? [name] : undefined;
    this.title = ctx.t('Roll back');
    this.element = h(
      'div',
      { class: 'nbmv-view nbmv-rollback', role: 'region', 'aria-label': this.title, tabindex: -1 },
      this._body,
      this._foot
    );
    this._ends.add(
      ctx.state.on((state, before) => {
        if (state?.busy !== before?.busy) {
          this._drawFoot();
        }
      }),
      ctx.changed.on(() => {
        void this._load();
      })
    );
    this._drawFoot();
    void this._load();
  }

  focus(): void {
    (this._foot.querySelector<HTMLElement>('button:enabled.nbmv-primary') ?? this.element).focus();
  }

  dispose(): void {
    this._round += 1;
    this._ends.dispose();
  }

  private async _load(): Promise<void> {
    this._round += 1;
    const round = this._round;
    fill(
      this._body,
      this._plan
        ? [...this._body.childNodes]
        : h('p', { class: 'nbmv-dim' }, this._ctx.t('Working out what would change…'))
    );
    try {
      const plan = await this._ctx.ask('plan', { id: this._id, ...(this._names ? { names: [...this._names] } : {}) });
      if (round === this._round) {
        this._plan = plan;
        this._out.clear();
        this._draw(plan);
      }
    } catch (error) {
      if (round === this._round && error instanceof Failure) {
        fill(this._body, empty(error.message, error.hint ? h('p', { class: 'nbmv-dim' }, error.hint) : null));
        this._ctx.say(error.message);
      }
    }
  }

  /** The names of the plan that can be ticked, and those that are. */
  private _chosen(plan: IPlan): { all: string[]; ticked: string[] } {
    const all = plan.changes.filter(one => one.effect !== 'stays' && one.effect !== 'lost').map(one => one.name);
    return { all, ticked: all.filter(name => !this._out.has(name)) };
  }

  private _draw(plan: IPlan): void {
    const { t } = this._ctx;
    const { version } = plan;
    const hadFocus = this._foot.contains(document.activeElement) || document.activeElement === this.element;
    fill(
      this._body,
      h(
        'h3',
        { class: 'nbmv-title' },
        t('Roll back to {name}', { name: version.name }),
        version.message ? [' ', written(version.message, 'nbmv-dim')] : null
      ),
      this._sum,
      ORDER.map(effect =>
        this._group(
          effect,
          plan.changes.filter(one => one.effect === effect)
        )
      ),
      notes('warning', t('The environment differs'), plan.environment),
      notes('note', t('Notes'), plan.notes)
    );
    this._drawSum(plan);
    this._drawFoot();
    if (hadFocus) {
      this.focus();
    }
  }

  private _drawSum(plan: IPlan): void {
    const { t } = this._ctx;
    const { ticked } = this._chosen(plan);
    const loads =
      plan.load_bytes > 0 ? [h('strong', {}, size(plan.load_bytes)), ' ', t('to load')] : [t('nothing to load')];
    const saves = plan.saves_first
      ? h('p', { class: 'nbmv-dim' }, t('The present state is saved first, so Undo brings it back.'))
      : null;
    const unsaved = plan.unsaved?.length
      ? h(
          'p',
          { class: 'nbmv-warning' },
          t('In no version: {names}. Undo brings back what is replaced only while this kernel runs.', {
            names: plan.unsaved.join(', ')
          })
        )
      : null;
    fill(
      this._sum,
      ticked.length
        ? [h('p', {}, counts(this._ctx, plan, ticked), ' · ', loads), saves, unsaved]
        : h('p', {}, t('Nothing changes: the notebook already holds this version.'))
    );
    this._ctx.say(this._sum.textContent);
  }

  private _group(effect: Effect, changes: readonly IChange[]): HTMLElement | null {
    if (!changes.length) {
      return null;
    }
    const { t } = this._ctx;
    const titles: { [E in Effect]: string } = {
      changes: t('Changes back'),
      appears: t('Comes back'),
      vanishes: t('Vanishes'),
      lost: t('Cannot come back'),
      stays: t('Stays as it is')
    };
    const fixed = effect === 'stays' || effect === 'lost';
    const rows = changes.map(change =>
      h('li', {}, fixed ? h('span', { class: 'nbmv-change' }, this._line(change)) : this._tick(change))
    );
    const list = h('ul', { class: 'nbmv-changes' }, rows);
    const heading = [
      h('span', { class: `nbmv-sign nbmv-sign-${effect}`, 'aria-hidden': true }, SIGNS[effect]),
      titles[effect],
      h('span', { class: 'nbmv-count' }, changes.length)
    ];
    return h('details', { class: 'nbmv-fold nbmv-group', open: effect !== 'stays' }, h('summary', {}, heading), list);
  }

  private _tick(change: IChange): HTMLElement {
    const changed = (on: boolean): void => {
      if (on) {
        this._out.delete(change.name);
      } else {
        this._out.add(change.name);
      }
      void this._replan();
    };
    return checkbox({ label: this._line(change), checked: true, class: 'nbmv-change', changed });
  }

  private _line(change: IChange): (HTMLElement | SVGElement | null)[] {
    return [
      h('span', { class: 'nbmv-named' }, icon(change.kind), written(change.name, 'nbmv-name-text')),
      h('span', { class: 'nbmv-dim nbmv-type' }, written(change.type)),
      change.size_bytes ? h('span', { class: 'nbmv-dim nbmv-number' }, size(change.size_bytes)) : null,
      change.reason ? h('span', { class: 'nbmv-reason nbmv-dim' }, written(change.reason)) : null
    ];
  }

  /** Fewer names load less: the kernel counts anew, the ticks stay where they are. */
  private async _replan(): Promise<void> {
    const plan = this._plan;
    if (!plan) {
      return;
    }
    this._round += 1;
    const round = this._round;
    const { all, ticked } = this._chosen(plan);
    this._drawFoot();
    if (ticked.length === 0 || ticked.length === all.length) {
      this._drawSum(plan);
      return;
    }
    try {
      const part = await this._ctx.ask('plan', { id: this._id, names: ticked });
      if (round === this._round) {
        this._drawSum({ ...part, changes: part.changes.filter(one => ticked.includes(one.name)) });
      }
    } catch (error) {
      this._ctx.failed(error);
    }
  }

  private _drawFoot(): void {
    const { t, host } = this._ctx;
    const plan = this._plan;
    const focused = this._foot.contains(document.activeElement);
    const busy = this._ctx.state.value?.busy ?? false;
    const { ticked } = plan ? this._chosen(plan) : { ticked: [] };
    const label = busy ? t('Roll back when the cell has ended') : t('Roll back');
    fill(
      this._foot,
      busy
        ? h('p', { class: 'nbmv-hint' }, icon('clock'), ' ', t('A cell is running. The rollback can wait for its end.'))
        : null,
      host.confirmed && host.setConfirmed && !this._names
        ? checkbox({
            label: t("Don't ask again"),
            checked: host.confirmed(),
            changed: on => {
              host.setConfirmed?.(on);
            }
          })
        : null,
      h(
        'div',
        { class: 'nbmv-actions' },
        button({
          label,
          icon: 'rollback',
          class: 'nbmv-primary',
          disabled: ticked.length === 0 || this._doing,
          run: () => {
            void this._do(busy);
          }
        }),
        this._ctx.first === 'rollback'
          ? null
          : button({
              label: t('Cancel'),
              run: () => {
                this._ctx.back();
              }
            })
      )
    );
    if (focused) {
      this.focus();
    }
  }

  private async _do(queue: boolean): Promise<void> {
    const plan = this._plan;
    if (!plan || this._doing) {
      return;
    }
    const { all, ticked } = this._chosen(plan);
    const names = this._names || ticked.length < all.length ? ticked : undefined;
    if (queue) {
      this._ctx.back();
    }
    this._doing = true;
    this._drawFoot();
    const done = await rollBack(this._ctx, this._id, names, queue);
    this._doing = false;
    this._drawFoot();
    if (done && !queue && !this._ends.done) {
      this._ctx.back();
    }
  }
}

const SIGNS: { [E in Effect]: string } = { changes: '~', appears: '+', vanishes: '\u2212', lost: '!', stays: '=' };

function counts(ctx: IContext, plan: IPlan, ticked: readonly string[]): string {
  const { t } = ctx;
  const of = (effect: Effect): number =>
    plan.changes.filter(one => one.effect === effect && ticked.includes(one.name)).length;
  const lost = plan.changes.filter(one => one.effect === 'lost').length;
  const said = [
    of('changes') && counted(t, of('changes'), '{n} name changes back', '{n} names change back'),
    of('appears') && counted(t, of('appears'), '{n} comes back', '{n} come back'),
    of('vanishes') && counted(t, of('vanishes'), '{n} vanishes', '{n} vanish'),
    lost && counted(t, lost, '{n} cannot come back', '{n} cannot come back')
  ];
  return said.filter(Boolean).join(', ');
}

function notes(sign: 'warning' | 'note', title: string, lines: readonly string[]): HTMLElement | null {
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
      lines.map(line => h('li', {}, written(line)))
    )
  );
}
