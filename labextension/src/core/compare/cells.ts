import { userText } from '../dom/controls';
import { h, svg, type Child } from '../dom/elements';
import { isMetric, metricNumber, formatNumber, formatSigned, formatJson, judgeChange } from '../text/figures';
import type { Direction, Json } from '../protocol/messages';
import { DIM } from '../dom/styles';

/** The content of a table cell. number: the cell is aligned as a number. */
export interface ICell {
  shown: Child;
  number?: boolean;
  title?: string;
  /** Hidden in a narrow panel. */
  wide?: boolean;
}

/** Longer texts are cut; the tooltip holds the whole text. */
export const MAX_CELL_CHARACTERS = 80;

export function valueCell(found: Json): ICell {
  if (found === null) {
    return { shown: h('span', DIM, '–') };
  }
  if (isMetric(found)) {
    return { shown: formatNumber(metricNumber(found)), number: true, title: String(found) };
  }
  if (typeof found === 'string') {
    return textCell(found);
  }
  const counts = countsOf(found);
  return counts ? { shown: inlineHistogram(counts, found) } : textCell(formatJson(found));
}

/** A difference with its sign, in the colour for better or worse if the direction is known. */
export function changeCell(found: Json, direction?: Direction): ICell {
  if (typeof found !== 'number' || found === 0) {
    return valueCell(found);
  }
  const text = formatSigned(found);
  const kind = judgeChange(found, direction);
  return { shown: kind ? h('span', { class: `nbmv-step-${kind}` }, text) : text, number: true };
}

function textCell(found: string): ICell {
  return found.length > MAX_CELL_CHARACTERS
    ? { shown: userText(`${found.slice(0, MAX_CELL_CHARACTERS)}…`), title: found }
    : { shown: userText(found) };
}

function countsOf(found: Json): number[] | null {
  const counts = typeof found === 'object' && found !== null && !Array.isArray(found) ? found['counts'] : null;
  return Array.isArray(counts) && counts.length > 0 && counts.every(one => typeof one === 'number') ? counts : null;
}

const HISTOGRAM_WIDTH = 72;
const HISTOGRAM_HEIGHT = 18;

/** A histogram of the size of a word. */
function inlineHistogram(counts: readonly number[], found: Json): Node {
  const { low, high } = found as { low?: Json; high?: Json };
  const most = Math.max(1, ...counts);
  const step = HISTOGRAM_WIDTH / counts.length;
  const bars = counts.map((count, i) => {
    const tall = (count / most) * HISTOGRAM_HEIGHT;
    return svg('rect', { x: i * step, y: HISTOGRAM_HEIGHT - tall, width: Math.max(0.5, step - 0.6), height: tall });
  });
  const name = `${formatJson(low)} – ${formatJson(high)}: ${counts.map(formatNumber).join(', ')}`;
  return svg(
    'svg',
    {
      class: 'nbmv-small-histogram',
      width: HISTOGRAM_WIDTH,
      height: HISTOGRAM_HEIGHT,
      role: 'img',
      'aria-label': name
    },
    svg('title', {}, `${formatJson(low)} – ${formatJson(high)}`),
    bars
  );
}
