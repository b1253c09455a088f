import type { IContext } from '../context';
import { button, foldable, iconButton, userText } from '../dom/controls';
import { replaceChildren, h } from '../dom/elements';
import { formatDuration, metricNumber, formatDateTime, formatNumber, formatSize } from '../text/figures';
import { metricsAndParams, branchChips, metricChange } from './metrics';
import { icon } from '../dom/icons';
import { openMenu } from '../dom/menu';
import { plural } from '../text/translate';
import { changedNames } from './changed-names';
import { codeAndEnvironment } from './code-and-environment';
import type { IEntry } from '../protocol/messages';
import { preserveFocus } from '../dom/focus';
import { noteEditor } from './note-editor';
import { tagEditor } from './tag-editor';
import { compareWithCurrent, isCurrent, openAlarms, versionActions } from './actions';
import { ACTIONS, DIM, FACTS, NUMBER, SMALL, SPOKEN, TITLE } from '../dom/styles';

/** The details of the selected version, or the actions on several. Beside the list, or below it in a narrow panel. */
export class VersionDetails {
  readonly element: HTMLElement;
  private readonly _ctx: IContext;
  private readonly _onClose: () => void;
  private _drawnStamp = '';
  private _drawnIds = '';
  private _showsUncommitted = false;

  constructor(ctx: IContext, close: () => void) {
    this._ctx = ctx;
    this._onClose = close;
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
    const same = ids === this._drawnIds;
    this._showsUncommitted = pending;
    if (stamp === this._drawnStamp || (same && this._isEditing())) {
      return; // keep the text that is being edited
    }
    this._drawnStamp = stamp;
    this._drawnIds = ids;
    const folds = new Map([...this.element.querySelectorAll('details')].map(one => [foldKey(one), one.open]));
    const scrolled = same ? this.element.scrollTop : 0;
    this.element.hidden = entries.length === 0 && !pending;
    preserveFocus(this.element, () => {
      replaceChildren(this.element, this._draw(entries, pending));
    });
    for (const one of this.element.querySelectorAll('details')) {
      one.open = folds.get(foldKey(one)) ?? one.open;
    }
    this.element.scrollTop = scrolled;
  }

  /** Redraws the uncommitted changes, if they are shown. */
  updateState(): void {
    if (this._showsUncommitted) {
      this.show([], true);
    }
  }

  dispose(): void {
    this.element.remove();
  }

  /** Whether a tag or a note is being edited. An empty field without focus does not count. */
  private _isEditing(): boolean {
    const fields = [...this.element.querySelectorAll<HTMLInputElement>('textarea, .nbmv-tag-input')];
    return fields.some(one => one === document.activeElement || one.value !== '');
  }

  private _draw(entries: readonly IEntry[], pending: boolean): HTMLElement[] {
    const [first] = entries;
    if (entries.length > 1) {
      return this._drawSelection(entries);
    }
    return first ? this._drawVersion(first) : pending ? this._drawUncommitted() : [];
  }

  private _drawHead(...title: (Node | string)[]): HTMLElement {
    return h(
      'div',
      { class: 'nbmv-details-head' },
      h('h3', TITLE, title),
      iconButton({ label: this._ctx.t('Close the details'), icon: 'close', onClick: this._onClose })
    );
  }

  private _drawVersion(entry: IEntry): HTMLElement[] {
    const { t } = this._ctx;
    const present = isCurrent(this._ctx, entry);
    const more = iconButton({
      label: t('More actions'),
      icon: 'more',
      onClick: () => {
        openMenu(entry.name, versionActions(this._ctx, entry), { root: this._ctx.root, opener: more });
      }
    });
    more.setAttribute('aria-haspopup', 'menu');
    const actions = h(
      'div',
      ACTIONS,
      button({
        label: t('Roll back…'),
        icon: 'rollback',
        onClick: () => {
          this._ctx.openView('rollback', [entry.id]);
        }
      }),
      present
        ? null
        : button({
            label: t('Compare'),
            icon: 'compare',
            title: t('Compare with the current version'),
            onClick: () => {
              compareWithCurrent(this._ctx, entry);
            }
          }),
      more
    );
    return [
      this._drawHead(h('span', { class: 'nbmv-version' }, entry.name), ' ', userText(entry.message || entry.auto)),
      h('p', SMALL, present ? `${t('Current version')} · ` : '', formatDateTime(entry.saved_at_utc)),
      actions,
      ...this._drawAlarm(entry),
      h(
        'div',
        { class: 'nbmv-facts' },
        labelledEditor('tag', t('Tags'), tagEditor(this._ctx, entry)),
        labelledEditor('note', t('Note'), noteEditor(this._ctx, entry)),
        branchChips(entry.branches)
      ),
      ...metricsAndParams(this._ctx, entry),
      this._drawNames(entry),
      this._drawAbout(entry),
      codeAndEnvironment(this._ctx, entry)
    ];
  }

  private _drawAlarm(entry: IEntry): HTMLElement[] {
    const { t } = this._ctx;
    if (!entry.alarm) {
      return [];
    }
    const show = button({
      label: t('Show the alarms'),
      class: 'nbmv-link',
      onClick: () => {
        openAlarms(this._ctx, entry);
      }
    });
    const level = h('span', { class: 'nbmv-finding-level' }, icon('warning'), t('alarm'));
    const sentence = h('p', {}, level, ' ', userText(entry.alarm));
    return [h('div', { class: 'nbmv-finding nbmv-finding-alarm' }, sentence, entry.parents.length ? show : null)];
  }

  private _drawNames(entry: IEntry): HTMLElement {
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
            onClick: () => {
              this._ctx.openView('inspect', [entry.id], one.name);
            }
          })
        ),
        h('td', DIM, userText(one.type)),
        h('td', NUMBER, formatSize(one.size_bytes))
      )
    );
    const heading = h(
      'tr',
      SPOKEN,
      [t('Name'), t('Type'), t('Size')].map(text => h('th', { scope: 'col' }, text))
    );
    const table = h('table', { class: 'nbmv-table' }, h('thead', {}, heading), h('tbody', {}, rows));
    return foldable(
      plural(t, entry.names.length, '{n} variable', '{n} variables'),
      h('div', { class: 'nbmv-scroll' }, table),
      true
    );
  }

  private _drawAbout(entry: IEntry): HTMLElement {
    const { t } = this._ctx;
    const facts: [string, string][] = [
      [t('Branch'), entry.branch],
      [t('Author'), entry.author],
      [
        t('Size'),
        t('{size}, {new} new on disk', { size: formatSize(entry.raw_bytes), new: formatSize(entry.new_bytes) })
      ],
      [t('Duration'), formatDuration(entry.duration_s)],
      [t('Reason'), entry.auto],
      [t('ID'), entry.id.slice(0, 12)]
    ];
    const list = h(
      'dl',
      FACTS,
      facts.filter(([, value]) => value).map(([name, value]) => [h('dt', {}, name), h('dd', {}, userText(value))])
    );
    return foldable(t('About this version'), list, false);
  }

  private _drawSelection(entries: readonly IEntry[]): HTMLElement[] {
    const { t } = this._ctx;
    const ordered = [...entries].sort((a, b) => a.number - b.number);
    const ids = ordered.map(one => one.id);
    const metric = this._ctx.metric.value;
    const [first, last] = [ordered[0]?.metrics[metric], ordered[ordered.length - 1]?.metrics[metric]];
    return [
      this._drawHead(t('{n} versions selected', { n: entries.length })),
      h('p', SMALL, ordered.map(one => one.name).join(', ')),
      first !== undefined && last !== undefined
        ? h(
            'p',
            {},
            `${metric} ${formatNumber(metricNumber(first))} → ${formatNumber(metricNumber(last))} `,
            metricChange(
              this._ctx,
              metricNumber(first),
              metricNumber(last),
              this._ctx.state.value?.directions?.[metric]
            )
          )
        : h('p', { hidden: true }),
      h(
        'div',
        ACTIONS,
        button({
          label: t('Compare'),
          icon: 'compare',
          class: 'nbmv-primary',
          onClick: () => {
            this._ctx.openView('compare', ids);
          }
        }),
        button({ label: t('Clear'), onClick: this._onClose })
      )
    ];
  }

  private _drawUncommitted(): HTMLElement[] {
    const { t } = this._ctx;
    const state = this._ctx.state.value;
    const changes = state?.uncommitted ?? [];
    const head = state?.head;
    return [
      this._drawHead(t('Uncommitted changes')),
      h('p', SMALL, head ? t('Compared with {name}: + new, − removed, ~ changed', { name: head.name }) : ''),
      h('div', { class: 'nbmv-names' }, changedNames(changes)),
      h(
        'div',
        ACTIONS,
        button({
          label: t('Commit…'),
          icon: 'commit',
          class: 'nbmv-primary',
          onClick: () => {
            this._ctx.openView('commit');
          }
        }),
        head
          ? button({
              label: t('Roll back to {name}…', { name: head.name }),
              icon: 'rollback',
              onClick: () => {
                this._ctx.openView('rollback', [head.id]);
              }
            })
          : null
      )
    ];
  }
}

/** Identifies a fold across versions: its heading without numbers. */
function foldKey(fold: HTMLDetailsElement): string {
  return fold.querySelector('summary')?.textContent.replace(/\d+/g, '') ?? '';
}

function labelledEditor(sign: 'tag' | 'note', name: string, editor: HTMLElement): HTMLElement {
  return h('div', { class: 'nbmv-fact' }, h('span', { class: 'nbmv-fact-name', title: name }, icon(sign)), editor);
}
