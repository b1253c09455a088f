import type { IContext } from '../context';
import { userText } from '../dom/controls';
import { h } from '../dom/elements';
import { icon, type Icon } from '../dom/icons';
import { formatJson } from '../text/figures';
import { plural, type Translate } from '../text/translate';
import type { ISection } from '../protocol/messages';
import { renderNote } from './sections';
import { SMALL } from '../dom/styles';

type Level = 'alarm' | 'note' | 'accepted';

/** What a check of the later version found. reason: the user's reason for accepting it, or "". */
interface IFinding {
  level: Level;
  reason: string;
  text: string;
  since: string;
}

const ICONS: { [L in Level]: Icon } = { alarm: 'warning', note: 'info', accepted: 'check' };

/** The findings as sentences, each with its level, and below them what was checked without a finding. */
export function renderAlarms(ctx: IContext, section: ISection): (HTMLElement | null)[] {
  const found = findingsOf(section);
  return [
    found.length
      ? h(
          'ul',
          { class: 'nbmv-alarms', role: 'list', 'aria-label': section.title },
          found.map(one => drawFinding(ctx.t, one))
        )
      : null,
    renderNote(section)
  ];
}

/** The number of alarms that are not accepted, for screen readers; "" if there are none. */
export function alarmSummary(t: Translate, sections: readonly ISection[]): string {
  const alarms = sections
    .filter(section => section.id === 'alarms')
    .flatMap(findingsOf)
    .filter(one => one.level === 'alarm');
  return alarms.length ? plural(t, alarms.length, '{n} alarm', '{n} alarms') : '';
}

/** The cells of a row are level, finding and since. The level of an accepted finding is "accepted: REASON". */
function findingsOf(section: ISection): IFinding[] {
  return section.rows.map(({ cells }) => {
    const [said = '', text = '', since = ''] = cells.map(formatJson);
    const [, reason] = /^accepted: ([^]*)$/.exec(said) ?? [];
    const level = reason !== undefined ? 'accepted' : said === 'alarm' ? 'alarm' : 'note';
    return { level, reason: reason ?? '', text, since };
  });
}

function drawFinding(t: Translate, { level, reason, text, since }: IFinding): HTMLElement {
  const words: { [L in Level]: string } = { alarm: t('alarm'), note: t('note'), accepted: t('accepted') };
  return h(
    'li',
    { class: `nbmv-finding nbmv-finding-${level}` },
    h('span', { class: 'nbmv-finding-level' }, icon(ICONS[level]), words[level]),
    ' ',
    h('span', { class: 'nbmv-finding-text' }, userText(text)),
    ' ',
    h(
      'span',
      SMALL,
      since ? t('since {version}', { version: since }) : null,
      since && reason ? ' · ' : null,
      reason ? [t('accepted because:'), ' ', userText(reason)] : null
    )
  );
}
