import type { IContext } from '../context';
import { screenReaderText, userText } from '../dom/controls';
import { h } from '../dom/elements';
import { formatJson, formatSize } from '../text/figures';
import { icon } from '../dom/icons';
import { KINDS } from '../text/kinds';
import type { ISection, Kind } from '../protocol/messages';
import { PredictionsView } from '../experiments/predictions';
import {
  renderCharts,
  renderSection,
  renderNote,
  renderTable,
  type IComparedPair,
  type IDisplayOptions
} from './sections';
import { changeCell, valueCell } from './cells';
import { DIM, WARNING_BOX } from '../dom/styles';

/** A profile of both sides. Rows "column · statistic" are grouped: only the first row of a group names the column. */
export function renderProfile(ctx: IContext, section: ISection, look: IDisplayOptions): (HTMLElement | null)[] {
  let group = '';
  const [drawn] = [
    renderTable(ctx, section, look, (at, found) => {
      if (at !== 0 || typeof found !== 'string' || !found.includes(' · ')) {
        if (at === 0) {
          group = '';
        }
        return valueCell(found);
      }
      const cut = found.indexOf(' · ');
      const [column, what] = [found.slice(0, cut), found.slice(cut + 3)];
      const again = column === group;
      group = column;
      return {
        shown: [h('span', { class: again ? 'nbmv-again' : undefined }, userText(column)), h('span', DIM, ` · ${what}`)]
      };
    })
  ];
  return [
    ...renderCharts(ctx, section),
    ...renderSection(ctx, { ...section, rows: [], charts: [], note: '' }, look),
    drawn,
    renderNote(section)
  ];
}

/**
 * Names with their kinds and sizes. A narrow panel shows the type in the tooltip of the name only. Of two versions,
 * the predictions of each model that changed can be compared.
 */
export function renderNames(
  ctx: IContext,
  section: ISection,
  look: IDisplayOptions,
  pair?: IComparedPair
): (HTMLElement | null)[] {
  const { t } = ctx;
  const rows = section.rows.map(row => ({ ...row, cells: [row.cells[0] ?? '', ...row.cells.slice(2)] }));
  const kindOf = new Map(
    section.rows.map(row => [row.cells[0], KINDS.find((one): one is Kind => one === row.cells[1]) ?? 'other'])
  );
  const drawn = renderTable(
    ctx,
    { ...section, rows, columns: [t('variable'), t('type'), t('before'), t('after')] },
    look,
    (at, found, cells) => {
      if (at === 0) {
        const kind = kindOf.get(found) ?? 'other';
        return {
          shown: h(
            'span',
            { class: 'nbmv-named' },
            icon(kind),
            screenReaderText(`${kind} `),
            userText(formatJson(found), 'nbmv-name-text')
          ),
          title: `${kind}, ${formatJson(cells[1])}`
        };
      }
      return at === 1
        ? { ...valueCell(found), wide: true }
        : typeof found === 'number'
          ? { shown: formatSize(found), number: true }
          : valueCell(found);
    }
  );
  const models = section.rows.filter(row => row.cells[1] === 'model' && row.status === 'changed');
  const predictions = pair ? models.map(row => predictionsOf(ctx, formatJson(row.cells[0]), look, pair)) : [];
  return [drawn, ...predictions, renderNote(section)];
}

function predictionsOf(ctx: IContext, name: string, look: IDisplayOptions, pair: IComparedPair): HTMLElement {
  const key = `predictions.${name}`;
  const { before, after } = pair;
  const draw = (found: ISection): (HTMLElement | null)[] =>
    renderPredictions(ctx, found, { ...look, onlyDifferences: false });
  const element = pair.kept.get(key) ?? new PredictionsView(ctx, { name, before, after }, draw).element;
  pair.kept.set(key, element);
  return element;
}

/** Metrics with the colour of their direction, then counts and examples of rows. */
function renderPredictions(ctx: IContext, section: ISection, look: IDisplayOptions): (HTMLElement | null)[] {
  const drawn = renderTable(ctx, section, look, (at, found, row) =>
    at === 3 ? changeCell(found, section.directions?.[formatJson(row[0])]) : valueCell(found)
  );
  const note = section.note ? h('p', {}, userText(section.note)) : null;
  return [note, drawn];
}

/** What could not be compared, and why. */
export function renderFailure(_: IContext, section: ISection): (HTMLElement | null)[] {
  return [h('div', WARNING_BOX, userText(section.note))];
}
