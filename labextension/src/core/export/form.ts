import type { IContext, IView } from '../context';
import { button, checkbox, field } from '../dom/controls';
import { fill, freshId, h, set } from '../dom/elements';
import { size } from '../text/figures';
import { icon } from '../dom/icons';
import type { IFailure, IMethods } from '../protocol/messages';
import { Ends } from '../signal';
import { Failure } from '../protocol/transport';
import { announce } from '../version/actions';

type Destination = IMethods['destination'][1];

/** Keys pressed within this many ms are one change of the file. */
const TYPING_MS = 200;

/** One version to one file: which file, what is in the way, and how far it is. */
export class Export implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _ctx: IContext;
  private readonly _id: string;
  private readonly _file: HTMLInputElement;
  private readonly _said: HTMLElement;
  private readonly _head = h('h3', { class: 'nbmv-title' });
  private readonly _foot = h('div', { class: 'nbmv-foot' });
  private readonly _ends = new Ends();
  private _there: Destination | undefined;
  private _replace = false;
  private _doing = false;
  private _round = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ctx: IContext, id: string, path: string) {
    const { t } = ctx;
    this._ctx = ctx;
    this._id = id;
    this.title = t('Export');
    const said = freshId('destination');
    this._file = h('input', {
      type: 'text',
      class: 'nbmv-input',
      value: path,
      autocomplete: 'off',
      spellcheck: 'false',
      dir: 'ltr',
      'aria-describedby': said,
      on: {
        input: () => {
          this._soon();
        }
      }
    });
    this._said = h('div', { id: said, class: 'nbmv-destination', 'aria-live': 'polite' });
    const about = h(
      'p',
      { class: 'nbmv-dim' },
      t(
        'One file with the notebook, the data and models in open formats, pinned packages and a manifest. Someone else can check it and run it again.'
      )
    );
    this.element = h(
      'form',
      {
        class: 'nbmv-view nbmv-rollback nbmv-export',
        'aria-label': this.title,
        on: {
          submit: event => {
            event.preventDefault();
            void this._do();
          }
        }
      },
      h('div', { class: 'nbmv-plan' }, this._head, about, field(t('File'), this._file), this._said),
      this._foot
    );
    this._ends.add(() => {
      clearTimeout(this._timer);
      this._round += 1;
    });
    this._drawFoot();
    void this._look(true);
  }

  focus(): void {
    this._file.focus();
  }

  dispose(): void {
    this._ends.dispose();
  }

  private _soon(): void {
    clearTimeout(this._timer);
    this._replace = false;
    this._there = undefined;
    this._drawFoot();
    this._timer = setTimeout(() => {
      void this._look();
    }, TYPING_MS);
  }

  /** Asks where it would go. first: the name without its endings is selected, ready to be typed over. */
  private async _look(first = false): Promise<void> {
    clearTimeout(this._timer);
    this._round += 1;
    const round = this._round;
    const path = this._file.value.trim();
    try {
      const there = await this._ctx.ask('destination', { id: this._id, ...(path ? { path } : {}) });
      if (round !== this._round) {
        return;
      }
      this._there = there;
      this._head.textContent = this._ctx.t('Export {name}', { name: there.name });
      if (first) {
        this._file.value = there.path;
        this._file.setSelectionRange(there.path.lastIndexOf('/') + 1, there.path.replace(/\.nbmv\.zip$/, '').length);
      }
      this._draw(there);
    } catch (error) {
      if (round === this._round && error instanceof Failure) {
        this._drawProblem(error);
      }
    }
  }

  private _draw({ file, problem }: Destination): void {
    const { t } = this._ctx;
    if (problem === null) {
      set(this._file, 'aria-invalid', undefined);
      fill(
        this._said,
        h('p', { class: 'nbmv-hint' }, t('Written to'), ' ', h('bdi', { class: 'nbmv-path', dir: 'ltr' }, file))
      );
      this._drawFoot();
    } else {
      this._drawProblem(problem);
    }
  }

  private _drawProblem(problem: IFailure): void {
    const { t } = this._ctx;
    const taken = problem.code === 'FileExists';
    set(this._file, 'aria-invalid', taken && this._replace ? undefined : 'true');
    fill(
      this._said,
      h(
        'div',
        { class: `nbmv-box nbmv-box-${taken ? 'warning' : 'error'}` },
        h('p', { class: 'nbmv-one-line' }, icon('warning'), ' ', h('bdi', {}, problem.message)),
        problem.hint ? h('p', { class: 'nbmv-dim' }, problem.hint) : null
      ),
      taken
        ? checkbox({
            label: t('Replace the file that is there'),
            checked: this._replace,
            changed: on => {
              this._replace = on;
              set(this._file, 'aria-invalid', on ? undefined : 'true');
              this._drawFoot();
            }
          })
        : null
    );
    this._drawFoot();
  }

  private get _ready(): boolean {
    const problem = this._there?.problem;
    return this._there !== undefined && (problem === null || (problem?.code === 'FileExists' && this._replace));
  }

  private _drawFoot(): void {
    const { t } = this._ctx;
    this._file.readOnly = this._doing;
    const go = button({
      label: this._doing ? t('Exporting…') : t('Export'),
      icon: 'export',
      class: 'nbmv-primary',
      disabled: !this._ready || this._doing,
      run: () => undefined
    });
    go.type = 'submit';
    fill(
      this._foot,
      h(
        'div',
        { class: 'nbmv-actions' },
        go,
        this._ctx.first === 'export'
          ? null
          : button({
              label: this._doing ? t('Close') : t('Cancel'),
              run: () => {
                this._ctx.back();
              }
            })
      )
    );
  }

  /** Enter may come before the kernel has said that the file is fine: then it is asked first. */
  private async _do(): Promise<void> {
    const { t } = this._ctx;
    if (!this._there) {
      await this._look();
    }
    if (!this._ready || this._doing) {
      return;
    }
    const path = this._file.value.trim();
    this._doing = true;
    this._drawFoot();
    const done = await this._ctx.act(
      'export',
      { id: this._id, ...(path ? { path } : {}), ...(this._replace ? { overwrite: true } : {}) },
      t('Exporting')
    );
    this._doing = false;
    if (done) {
      announce(this._ctx, t('Exported to {path} ({size})', { path: done.path, size: size(done.size_bytes) }));
    }
    if (this._ends.done) {
      return;
    }
    if (done) {
      this._ctx.back();
    } else {
      await this._look();
    }
  }
}
