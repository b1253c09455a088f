import type { IContext, IView } from '../context';
import { button, checkbox, empty, field, written } from '../dom/controls';
import { fill, h } from '../dom/elements';
import { size } from '../text/figures';
import { kindName } from '../history/filter';
import { icon, KINDS } from '../dom/icons';
import { Metrics } from './metric-fields';
import { counted } from '../text/translate';
import type { ICommitForm, IMethods, Kind } from '../protocol/messages';
import { Ends } from '../signal';
import { Failure } from '../protocol/transport';
import { announce } from '../version/actions';

type Name = ICommitForm['names'][number];

/** What the next version is to hold: names by kind, message, tags, metrics, note. */
export class Commit implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _ctx: IContext;
  private readonly _message: HTMLInputElement;
  private readonly _tags: HTMLInputElement;
  private readonly _note: HTMLTextAreaElement;
  private readonly _names = h('div', { class: 'nbmv-commit-names' });
  private readonly _metrics: Metrics;
  private readonly _foot = h('div', { class: 'nbmv-foot' });
  private readonly _ends = new Ends();
  private _form: ICommitForm | undefined;
  private _chosen = new Set<string>();
  private _doing = false;

  constructor(ctx: IContext) {
    const { t } = ctx;
    this._ctx = ctx;
    this.title = t('Commit');
    this._message = h('input', {
      type: 'text',
      class: 'nbmv-input',
      autocomplete: 'off',
      placeholder: t('What is different about this version')
    });
    this._tags = h('input', {
      type: 'text',
      class: 'nbmv-input',
      autocomplete: 'off',
      spellcheck: 'false',
      placeholder: t('best-so-far, paper')
    });
    this._note = h('textarea', { class: 'nbmv-input', rows: 2 });
    this._metrics = new Metrics(ctx);
    const fields = h(
      'div',
      { class: 'nbmv-plan' },
      field(t('Message'), this._message),
      this._names,
      this._metrics.element,
      field(t('Tags'), this._tags, t('Several with commas between')),
      field(t('Note'), this._note)
    );
    this.element = h(
      'form',
      {
        class: 'nbmv-view nbmv-rollback nbmv-commit',
        'aria-label': this.title,
        on: {
          submit: event => {
            event.preventDefault();
            void this._do();
          },
          keydown: event => {
            this._key(event);
          }
        }
      },
      fields,
      this._foot
    );
    this._ends.add(
      ctx.state.on((state, before) => {
        if (state?.busy !== before?.busy) {
          this._drawFoot();
        }
      })
    );
    this._drawFoot();
    void this._load();
  }

  focus(): void {
    this._message.focus();
  }

  dispose(): void {
    this._ends.dispose();
  }

  private async _load(): Promise<void> {
    fill(this._names, h('p', { class: 'nbmv-dim' }, this._ctx.t('Looking at the notebook’s names…')));
    try {
      this._form = await this._ctx.ask('form', {});
      this._chosen = new Set(this._form.names.filter(one => one.chosen && !one.problem).map(one => one.name));
      this._drawNames(this._form);
      this._metrics.propose(this._form.metrics);
      this._drawFoot();
    } catch (error) {
      if (error instanceof Failure) {
        fill(this._names, empty(error.message, error.hint ? h('p', { class: 'nbmv-dim' }, written(error.hint)) : null));
        this._ctx.say(error.message);
      }
    }
  }

  private _key(event: KeyboardEvent): void {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void this._do();
    }
  }

  private _drawNames({ names }: ICommitForm): void {
    const { t } = this._ctx;
    const able = names.filter(one => !one.problem);
    const unable = names.filter(one => one.problem);
    const groups = KINDS.map(kind =>
      this._group(
        kind,
        able.filter(one => one.kind === kind)
      )
    );
    fill(
      this._names,
      able.length ? groups : empty(t('Nothing in the notebook to keep yet.')),
      unable.length
        ? h(
            'details',
            { class: 'nbmv-fold nbmv-group', open: true },
            h(
              'summary',
              {},
              icon('warning'),
              ' ',
              t('Cannot be kept'),
              h('span', { class: 'nbmv-count' }, unable.length)
            ),
            h(
              'ul',
              { class: 'nbmv-changes' },
              unable.map(one =>
                h('li', { class: 'nbmv-change' }, written(one.name, 'nbmv-strong'), ': ', written(one.problem))
              )
            )
          )
        : null
    );
  }

  private _group(kind: Kind, names: readonly Name[]): HTMLElement | null {
    if (!names.length) {
      return null;
    }
    const ticks = names.map(one => this._tick(one));
    const all = checkbox({
      label: [kindName(this._ctx.t, kind), h('span', { class: 'nbmv-count' }, names.length)],
      checked: names.every(one => this._chosen.has(one.name)),
      class: 'nbmv-strong',
      changed: on => {
        names.forEach(one => {
          this._set(one.name, on);
        });
        ticks.forEach(tick => {
          check(tick, on);
        });
      }
    });
    return h(
      'fieldset',
      { class: 'nbmv-kind-group' },
      h('legend', { class: 'nbmv-spoken' }, kindName(this._ctx.t, kind)),
      all,
      h(
        'ul',
        { class: 'nbmv-changes' },
        ticks.map(tick => h('li', {}, tick))
      )
    );
  }

  private _tick(one: Name): HTMLLabelElement {
    const { t } = this._ctx;
    const status = { new: t('new'), changed: t('changed'), same: '' }[one.status];
    return checkbox({
      label: [
        h('span', { class: 'nbmv-named' }, icon(one.kind), written(one.name, 'nbmv-name-text')),
        status ? h('span', { class: `nbmv-chip nbmv-status-${one.status}` }, status) : null,
        h('span', { class: 'nbmv-dim nbmv-type' }, written(one.type)),
        one.size_bytes === null ? null : h('span', { class: 'nbmv-dim nbmv-number' }, size(one.size_bytes))
      ],
      checked: this._chosen.has(one.name),
      class: 'nbmv-change',
      changed: on => {
        this._set(one.name, on);
      }
    });
  }

  private _set(name: string, on: boolean): void {
    if (on) {
      this._chosen.add(name);
    } else {
      this._chosen.delete(name);
    }
    this._drawFoot();
  }

  private _drawFoot(): void {
    const { t } = this._ctx;
    const busy = this._ctx.state.value?.busy ?? false;
    const bytes = (this._form?.names ?? [])
      .filter(one => this._chosen.has(one.name))
      .reduce((sum, one) => sum + (one.size_bytes ?? 0), 0);
    const sum = this._form ? `${counted(t, this._chosen.size, '{n} name', '{n} names')} · ${size(bytes)}` : '';
    const commit = button({
      label: busy ? t('Commit when the cell has ended') : t('Commit'),
      icon: 'commit',
      class: 'nbmv-primary',
      disabled: !this._form || this._doing,
      run: () => undefined
    });
    commit.type = 'submit';
    fill(
      this._foot,
      busy
        ? h('p', { class: 'nbmv-hint' }, icon('clock'), ' ', t('A cell is running. The commit can wait for its end.'))
        : null,
      h(
        'div',
        { class: 'nbmv-actions' },
        commit,
        this._ctx.first === 'commit'
          ? null
          : button({
              label: t('Cancel'),
              run: () => {
                this._ctx.back();
              }
            }),
        h('span', { class: 'nbmv-dim nbmv-small nbmv-foot-sum' }, sum)
      )
    );
  }

  private _params(queue: boolean): IMethods['commit'][0] {
    const plain = (this._form?.names ?? []).filter(one => one.chosen && !one.problem).map(one => one.name);
    const asUsual = plain.length === this._chosen.size && plain.every(name => this._chosen.has(name));
    const tags = this._tags.value
      .split(',')
      .map(one => one.trim())
      .filter(Boolean);
    const note = this._note.value.trim();
    const metrics = this._metrics.values();
    return {
      names: asUsual ? null : [...this._chosen],
      message: this._message.value.trim(),
      ...(note ? { note } : {}),
      ...(tags.length ? { tags } : {}),
      ...(Object.keys(metrics).length ? { metrics } : {}),
      ...(queue ? { queue } : {})
    };
  }

  private async _do(): Promise<void> {
    const { t } = this._ctx;
    if (!this._form || this._doing || !this._metrics.check()) {
      return;
    }
    const queue = this._ctx.state.value?.busy ?? false;
    if (queue) {
      this._ctx.back();
    }
    this._doing = true;
    this._drawFoot();
    const done = await this._ctx.act('commit', this._params(queue), t('Committing'));
    this._doing = false;
    this._drawFoot();
    if (!done) {
      return;
    }
    if (!queue && !this._ends.done) {
      this._ctx.back();
    }
    announce(this._ctx, done.said);
    if (done.skipped.length) {
      this._ctx.notice({
        kind: 'info',
        text: t('Not kept: {names}', { names: done.skipped.map(one => one.path || one.name).join(', ') }),
        hint: done.skipped.map(one => one.reason).join('; ')
      });
    }
  }
}

function check(label: HTMLElement, on: boolean): void {
  const input = label.querySelector('input');
  if (input) {
    input.checked = on;
  }
}
