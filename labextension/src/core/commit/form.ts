import type { IContext, IView } from '../context';
import { button, checkbox, emptyState, field, userText } from '../dom/controls';
import { replaceChildren, h } from '../dom/elements';
import { formatSize } from '../text/figures';
import { icon } from '../dom/icons';
import { kindName, KINDS } from '../text/kinds';
import { MetricFields } from './metric-fields';
import { plural } from '../text/translate';
import type { ICommitForm, IMethods, Kind } from '../protocol/messages';
import { Disposables } from '../disposables';
import { Failure } from '../protocol/transport';
import { reportSuccess } from '../version/actions';
import { ACTIONS, COUNT, DIM, FOOT, HINT, PLAN, SPOKEN } from '../dom/styles';

type FormName = ICommitForm['names'][number];

/** The contents of the next version: variables by kind, message, tags, metrics and note. */
export class CommitForm implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _ctx: IContext;
  private readonly _message: HTMLInputElement;
  private readonly _tags: HTMLInputElement;
  private readonly _note: HTMLTextAreaElement;
  private readonly _names = h('div', { class: 'nbmv-commit-names' });
  private readonly _metrics: MetricFields;
  private readonly _footer = h('div', FOOT);
  private readonly _disposables = new Disposables();
  private _form: ICommitForm | undefined;
  private _chosen = new Set<string>();
  private _isCommitting = false;

  constructor(ctx: IContext) {
    const { t } = ctx;
    this._ctx = ctx;
    this.title = t('Commit');
    this._message = h('input', {
      type: 'text',
      class: 'nbmv-input',
      autocomplete: 'off',
      placeholder: t('What changed in this version')
    });
    this._tags = h('input', {
      type: 'text',
      class: 'nbmv-input',
      autocomplete: 'off',
      spellcheck: 'false',
      placeholder: t('best-so-far, paper')
    });
    this._note = h('textarea', { class: 'nbmv-input', rows: 2 });
    this._metrics = new MetricFields(ctx);
    const fields = h(
      'div',
      PLAN,
      field(t('Message'), this._message),
      this._names,
      this._metrics.element,
      field(t('Tags'), this._tags, t('Separate tags with commas.')),
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
            void this._commit();
          },
          keydown: event => {
            this._onKey(event);
          }
        }
      },
      fields,
      this._footer
    );
    this._disposables.add(
      ctx.state.on((state, before) => {
        if (state?.busy !== before?.busy) {
          this._drawFooter();
        }
      })
    );
    this._drawFooter();
    void this._load();
  }

  focus(): void {
    this._message.focus();
  }

  dispose(): void {
    this._disposables.dispose();
  }

  private async _load(): Promise<void> {
    replaceChildren(this._names, h('p', DIM, this._ctx.t('Loading the variables…')));
    try {
      this._form = await this._ctx.query('form', {});
      this._chosen = new Set(this._form.names.filter(one => one.chosen && !one.problem).map(one => one.name));
      this._drawNames(this._form);
      this._metrics.setProposals(this._form.metrics);
      this._drawFooter();
    } catch (error) {
      if (error instanceof Failure) {
        replaceChildren(this._names, emptyState(error.message, error.hint ? h('p', DIM, userText(error.hint)) : null));
        this._ctx.announce(error.message);
      }
    }
  }

  private _onKey(event: KeyboardEvent): void {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void this._commit();
    }
  }

  private _drawNames({ names }: ICommitForm): void {
    const { t } = this._ctx;
    const committable = names.filter(one => !one.problem);
    const problems = names.filter(one => one.problem);
    const groups = KINDS.map(kind =>
      this._drawKind(
        kind,
        committable.filter(one => one.kind === kind)
      )
    );
    replaceChildren(
      this._names,
      committable.length ? groups : emptyState(t('The notebook has no variables yet.')),
      problems.length
        ? h(
            'details',
            { class: 'nbmv-fold nbmv-group', open: true },
            h('summary', {}, icon('warning'), ' ', t('Cannot be kept'), h('span', COUNT, problems.length)),
            h(
              'ul',
              { class: 'nbmv-changes' },
              problems.map(one =>
                h('li', { class: 'nbmv-change' }, userText(one.name, 'nbmv-strong'), ': ', userText(one.problem))
              )
            )
          )
        : null
    );
  }

  private _drawKind(kind: Kind, names: readonly FormName[]): HTMLElement | null {
    if (!names.length) {
      return null;
    }
    const ticks = names.map(one => this._drawName(one));
    const all = checkbox({
      label: [kindName(this._ctx.t, kind), h('span', COUNT, names.length)],
      checked: names.every(one => this._chosen.has(one.name)),
      class: 'nbmv-strong',
      onChange: on => {
        names.forEach(one => {
          this._setChosen(one.name, on);
        });
        ticks.forEach(tick => {
          setChecked(tick, on);
        });
      }
    });
    return h(
      'fieldset',
      { class: 'nbmv-kind-group' },
      h('legend', SPOKEN, kindName(this._ctx.t, kind)),
      all,
      h(
        'ul',
        { class: 'nbmv-changes' },
        ticks.map(tick => h('li', {}, tick))
      )
    );
  }

  private _drawName(one: FormName): HTMLLabelElement {
    const { t } = this._ctx;
    const status = { new: t('new'), changed: t('changed'), same: '' }[one.status];
    return checkbox({
      label: [
        h('span', { class: 'nbmv-named' }, icon(one.kind), userText(one.name, 'nbmv-name-text')),
        status ? h('span', { class: `nbmv-chip nbmv-status-${one.status}` }, status) : null,
        h('span', { class: 'nbmv-dim nbmv-type' }, userText(one.type)),
        one.size_bytes === null ? null : h('span', { class: 'nbmv-dim nbmv-number' }, formatSize(one.size_bytes))
      ],
      checked: this._chosen.has(one.name),
      class: 'nbmv-change',
      onChange: on => {
        this._setChosen(one.name, on);
      }
    });
  }

  private _setChosen(name: string, on: boolean): void {
    if (on) {
      this._chosen.add(name);
    } else {
      this._chosen.delete(name);
    }
    this._drawFooter();
  }

  private _drawFooter(): void {
    const { t } = this._ctx;
    const busy = this._ctx.state.value?.busy ?? false;
    const bytes = (this._form?.names ?? [])
      .filter(one => this._chosen.has(one.name))
      .reduce((sum, one) => sum + (one.size_bytes ?? 0), 0);
    const sum = this._form
      ? `${plural(t, this._chosen.size, '{n} variable', '{n} variables')} · ${formatSize(bytes)}`
      : '';
    const commit = button({
      label: busy ? t('Commit after the cell') : t('Commit'),
      icon: 'commit',
      class: 'nbmv-primary',
      disabled: !this._form || this._isCommitting,
      onClick: () => undefined
    });
    commit.type = 'submit';
    replaceChildren(
      this._footer,
      busy ? h('p', HINT, icon('clock'), ' ', t('A cell is running. The commit can run after it.')) : null,
      h(
        'div',
        ACTIONS,
        commit,
        this._ctx.initialView === 'commit'
          ? null
          : button({
              label: t('Cancel'),
              onClick: () => {
                this._ctx.goBack();
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

  private async _commit(): Promise<void> {
    const { t } = this._ctx;
    if (!this._form || this._isCommitting || !this._metrics.validate()) {
      return;
    }
    const queue = this._ctx.state.value?.busy ?? false;
    if (queue) {
      this._ctx.goBack();
    }
    this._isCommitting = true;
    this._drawFooter();
    const done = await this._ctx.mutate('commit', this._params(queue), t('Committing'));
    this._isCommitting = false;
    this._drawFooter();
    if (!done) {
      return;
    }
    if (!queue && !this._disposables.isDisposed) {
      this._ctx.goBack();
    }
    reportSuccess(this._ctx, done.said);
    if (done.skipped.length) {
      this._ctx.showNotice({
        kind: 'info',
        text: t('Not kept: {names}', { names: done.skipped.map(one => one.path || one.name).join(', ') }),
        hint: done.skipped.map(one => one.reason).join('; ')
      });
    }
  }
}

function setChecked(label: HTMLElement, on: boolean): void {
  const input = label.querySelector('input');
  if (input) {
    input.checked = on;
  }
}
