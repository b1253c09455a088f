import { written } from '../dom/controls';
import { h, svg, type Child } from '../dom/elements';
import { isMetric, measured, number, said, verdict } from '../text/figures';
import type { Direction, Json } from '../protocol/messages';

/** A table's cell: what is in it, and whether it lines up as a number. */
export interface ICell {
  shown: Child;
  number?: boolean;
  title?: string;
  /** Left out where it is narrow. */
  wide?: boolean;
}

/** Texts longer than this are cut; the whole is in the title. */
const LONG = 80;

export function value(found: Json): ICell {
  if (found === null) {
    return { shown: h('span', { class: 'nbmv-dim' }, '–') };
  }
  if (isMetric(found)) {
    return { shown: number(measured(found)), number: true, title: String(found) };
  }
  if (typeof found === 'string') {
    return text(found);
  }
  const counts = countsOf(found);
  return counts ? { shown: small(counts, found) } : text(said(found));
}

/** A number with its sign: how much more or less, in the colour of better or worse where the direction is known. */
export function change(found: Json, direction?: Direction): ICell {
  if (typeof found !== 'number' || found === 0) {
    return value(found);
  }
  const shown = `${found > 0 ? '+' : '\u2212'}${number(Math.abs(found))}`;
  const kind = verdict(found, direction);
  return { shown: kind ? h('span', { class: `nbmv-step-${kind}` }, shown) : shown, number: true };
}

function text(found: string): ICell {
  return found.length > LONG ? { shown: written(`${found.slice(0, LONG)}…`), title: found } : { shown: written(found) };
}

function countsOf(found: Json): number[] | null {
  const counts = typeof found === 'object' && found !== null && !Array.isArray(found) ? found['counts'] : null;
  return Array.isArray(counts) && counts.length > 0 && counts.every(one => typeof one === 'number') ? counts : null;
}

const WIDTH = 72;
const HEIGHT = 18;

/** A histogram of a word's size. */
function small(counts: readonly number[], found: Json): Node {
  const { low, high } = found as { low?: Json; high?: Json };
  const most = Math.max(1, ...counts);
  const step = WIDTH / counts.length;
  const bars = counts.map((count, i) => {
    const tall = (count / most) * HEIGHT;
    return svg('rect', { x: i * step, y: HEIGHT - tall, width: Math.max(0.5, step - 0.6), height: tall });
  });
  const name = `${said(low)} – ${said(high)}: ${counts.map(number).join(', ')}`;
  return svg(
    'svg',
    { class: 'nbmv-small-histogram', width: WIDTH, height: HEIGHT, role: 'img', 'aria-label': name },
    svg('title', {}, `${said(low)} – ${said(high)}`),
    bars
  );
}
