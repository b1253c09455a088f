import type { IContext } from '../context';
import { button, fold, iconButton, written } from '../dom/controls';
import { fill, h } from '../dom/elements';
import { duration, measured, moment, number, size } from '../text/figures';
import { metricsOf, refs, stepOf } from './metrics';
import { icon } from '../dom/icons';
import { openMenu } from '../dom/menu';
import { counted } from '../text/translate';
import { pendingNames } from '../history/row';
import { moreOf } from './code-and-environment';
import type { IEntry } from '../protocol/messages';
import { keepFocus } from '../dom/focus';
import { noteEditor, tagEditor } from './tag-editor';
import { compareWithPresent, isPresent, versionActions } from './actions';

/** What is known about the selected version, or what can be done with several. Beside the list, or below it where it is narrow. */
export class Details {
  readonly element: HTMLElement;
  private readonly _ctx: IContext;
  private readonly _close: () => void;
  private _shown = '';
  private _ids = '';
  private _pending = false;

  constructor(ctx: IContext, close: () => void) {
    this._ctx = ctx;
    this._close = close;
    this.element = h('section', { class: 'nbmv-details', 'aria-label': ctx.t('Selected version'), hidden: true });
    this.element.addEventListener('keydown', event => {
      if (event.key === 'Escape' && !event.defaultPrevented) {
        event.preventDefault();
        event.stopPropagation();
        close();
      }
    });
  }

  show(entries: readonly IEntry[], pending: boolean): void {
    const stamp = JSON.stringify([
      entries,
      pending,
      this._ctx.state.value?.head?.id,
      pending ? this._ctx.state.value?.uncommitted : null
    ]);
    const ids = entries.map(one => one.id).join();
    const same = ids === this._ids;
    this._pending = pending;
    if (stamp === this._shown || (same && this._isWritten())) {
      return; // what is being written there is not thrown away
    }
    this._shown = stamp;
    this._ids = ids;
    const folds = new Map([...this.element.querySelectorAll('details')].map(one => [key(one), one.open]));
    const scrolled = same ? this.element.scrollTop : 0;
    this.element.hidden = entries.length === 0 && !pending;
    keepFocus(this.element, () => {
      fill(this.element, this._content(entries, pending));
    });
    for (const one of this.element.querySelectorAll('details')) {
      one.open = folds.get(key(one)) ?? one.open;
    }
    this.element.scrollTop = scrolled;
  }

  /** The state has changed: what is not committed may be another. */
  state(): void {
    if (this._pending) {
      this.show([], true);
    }
  }

  dispose(): void {
    this.element.remove();
  }

  /** Whether someone is writing a tag or a note: a field that was left empty holds nothing up. */
  private _isWritten(): boolean {
    const fields = [...this.element.querySelectorAll<HTMLInputElement>('textarea, .nbmv-tag-input')];
    return fields.some(one => one === document.activeElement || one.value !== '');
  }

  private _content(entries: readonly IEntry[], pending: boolean): HTMLElement[] {
    const [first] = entries;
    if (entries.length > 1) {
      return this._several(entries);
    }
    return first ? this._one(first) : pending ? this._uncommitted() : [];
  }

  private _head(...title: (Node | string)[]): HTMLElement {
    return h(
      'div',
      { class: 'nbmv-details-head' },
      h('h3', { class: 'nbmv-title' }, title),
      iconButton({ label: this._ctx.t('Close the details'), icon: 'close', run: this._close })
    );
  }

  private _one(entry: IEntry): HTMLElement[] {
    const { t } = this._ctx;
    const present = isPresent(this._ctx, entry);
    const more = iconButton({
      label: t('More actions'),
      icon: 'more',
      run: () => {
        openMenu(entry.name, versionActions(this._ctx, entry), { root: this._ctx.root, from: more });
      }
    });
    more.setAttribute('aria-haspopup', 'menu');
    const actions = h(
      'div',
      { class: 'nbmv-actions' },
      button({
        label: t('Roll back…'),
        icon: 'rollback',
        run: () => {
          this._ctx.go('rollback', [entry.id]);
        }
      }),
      present
        ? null
        : button({
            label: t('Compare'),
            icon: 'compare',
            title: t('Compare with the present version'),
            run: () => {
              compareWithPresent(this._ctx, entry);
            }
          }),
      more
    );
    return [
      this._head(h('span', { class: 'nbmv-version' }, entry.name), ' ', written(entry.message || entry.auto)),
      h('p', { class: 'nbmv-dim nbmv-small' }, present ? `${t('Present version')} · ` : '', moment(entry.saved_at_utc)),
      actions,
      h(
        'div',
        { class: 'nbmv-facts' },
        label('tag', t('Tags'), tagEditor(this._ctx, entry)),
        label('note', t('Note'), noteEditor(this._ctx, entry)),
        refs(entry.branches)
      ),
      ...metricsOf(this._ctx, entry),
      this._names(entry),
      this._about(entry),
      moreOf(this._ctx, entry)
    ];
  }

  private _names(entry: IEntry): HTMLElement {
    const { t } = this._ctx;
    const rows = entry.names.map(one =>
      h(
        'tr',
        {},
        h(
          'td',
          {},
          icon(one.kind),
          button({
            label: one.name,
            class: 'nbmv-link',
            title: t('Versions of {name}', { name: one.name }),
            run: () => {
              this._ctx.go('inspect', [], one.name);
            }
          })
        ),
        h('td', { class: 'nbmv-dim' }, written(one.type)),
        h('td', { class: 'nbmv-number' }, size(one.size_bytes))
      )
    );
    const heading = h(
      'tr',
      { class: 'nbmv-spoken' },
      [t('Name'), t('Type'), t('Size')].map(text => h('th', { scope: 'col' }, text))
    );
    const table = h('table', { class: 'nbmv-table' }, h('thead', {}, heading), h('tbody', {}, rows));
    return fold(
      counted(t, entry.names.length, '{n} name', '{n} names'),
      h('div', { class: 'nbmv-scroll' }, table),
      true
    );
  }

  private _about(entry: IEntry): HTMLElement {
    const { t } = this._ctx;
    const facts: [string, string][] = [
      [t('Branch'), entry.branch],
      [t('Author'), entry.author],
      [t('Size'), t('{size}, {new} new on disk', { size: size(entry.raw_bytes), new: size(entry.new_bytes) })],
      [t('Took'), duration(entry.duration_s)],
      [t('Made by'), entry.auto],
      [t('Id'), entry.id.slice(0, 12)]
    ];
    const list = h(
      'dl',
      { class: 'nbmv-list-facts' },
      facts.filter(([, value]) => value).map(([name, value]) => [h('dt', {}, name), h('dd', {}, written(value))])
    );
    return fold(t('About this version'), list, false);
  }

  private _several(entries: readonly IEntry[]): HTMLElement[] {
    const { t } = this._ctx;
    const ordered = [...entries].sort((a, b) => a.number - b.number);
    const ids = ordered.map(one => one.id);
    const metric = this._ctx.metric.value;
    const [first, last] = [ordered[0]?.metrics[metric], ordered[ordered.length - 1]?.metrics[metric]];
    return [
      this._head(t('{n} versions selected', { n: entries.length })),
      h('p', { class: 'nbmv-dim nbmv-small' }, ordered.map(one => one.name).join(', ')),
      first !== undefined && last !== undefined
        ? h(
            'p',
            {},
            `${metric} ${number(measured(first))} → ${number(measured(last))} `,
            stepOf(this._ctx, measured(first), measured(last), this._ctx.state.value?.directions?.[metric])
          )
        : h('p', { hidden: true }),
      h(
        'div',
        { class: 'nbmv-actions' },
        button({
          label: t('Compare'),
          icon: 'compare',
          class: 'nbmv-primary',
          run: () => {
            this._ctx.go('compare', ids);
          }
        }),
        button({ label: t('Clear'), run: this._close })
      )
    ];
  }

  private _uncommitted(): HTMLElement[] {
    const { t } = this._ctx;
    const state = this._ctx.state.value;
    const changes = state?.uncommitted ?? [];
    const head = state?.head;
    return [
      this._head(t('Uncommitted changes')),
      h(
        'p',
        { class: 'nbmv-dim nbmv-small' },
        head ? t('Against {name}: + new, − gone, ~ changed', { name: head.name }) : ''
      ),
      h('div', { class: 'nbmv-names' }, pendingNames(changes)),
      h(
        'div',
        { class: 'nbmv-actions' },
        button({
          label: t('Commit…'),
          icon: 'commit',
          class: 'nbmv-primary',
          run: () => {
            this._ctx.go('commit');
          }
        }),
        head
          ? button({
              label: t('Back to {name}…', { name: head.name }),
              icon: 'rollback',
              run: () => {
                this._ctx.go('rollback', [head.id]);
              }
            })
          : null
      )
    ];
  }
}

/** A fold as the next version has it too: by its words without the numbers. */
function key(fold: HTMLDetailsElement): string {
  return fold.querySelector('summary')?.textContent.replace(/\d+/g, '') ?? '';
}

function label(sign: 'tag' | 'note', name: string, editor: HTMLElement): HTMLElement {
  return h('div', { class: 'nbmv-fact' }, h('span', { class: 'nbmv-fact-name', title: name }, icon(sign)), editor);
}
