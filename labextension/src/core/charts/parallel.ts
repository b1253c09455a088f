import { h, replaceChildren, svg } from '../dom/elements';
import { isMetric, formatJson, formatNumber, metricNumber } from '../text/figures';
import type { Translate } from '../text/translate';
import type { Direction, Json } from '../protocol/messages';
import { CHARACTER_PX, truncatedText } from './axes';
import { linePath } from './path';
import { redrawOnResize } from './resize';
import { linearScale } from './scale';
import { SMALL, STRONG } from '../dom/styles';

/** A parameter or metric of several versions. */
export interface IParallelAxis {
  name: string;
  values: readonly Json[];
  /** Of a metric. */
  direction?: Direction;
}

const HEIGHT = 220;
const MOST_AXES = 8;
/** A parameter with more different texts has no axis. */
const MOST_CATEGORIES = 8;

/** Where the values of an axis are drawn, from 0 (below) to 1. null: the version has no value. */
interface IPlaced {
  name: string;
  low: string;
  high: string;
  at: (number | null)[];
  texts: string[];
  direction?: Direction | undefined;
}

/**
 * One line per version across vertical axes, the last of which colours the lines: the best third is strong. Returns
 * null if fewer than two axes vary, or for fewer than three versions. The table of values is its alternative for screen
 * readers.
 */
export function drawParallel(
  t: Translate,
  versions: readonly string[],
  axes: readonly IParallelAxis[]
): HTMLElement | null {
  const placed = axes.map(place).filter((one): one is IPlaced => one !== null);
  const shown = placed.length > MOST_AXES ? [...placed.slice(0, MOST_AXES - 1), ...placed.slice(-1)] : placed;
  if (versions.length < 3 || shown.length < 2) {
    return null;
  }
  const plot = h('div', { class: 'nbmv-plot', dir: 'ltr' });
  redrawOnResize(plot, width => {
    replaceChildren(plot, draw(t, versions, shown, width));
  });
  const last = shown[shown.length - 1];
  const known = last?.direction === 'higher' || last?.direction === 'lower';
  const name = last?.name ?? '';
  return h(
    'figure',
    { class: 'nbmv-chart nbmv-parallel' },
    h(
      'figcaption',
      { class: 'nbmv-chart-head' },
      h(
        'span',
        {},
        h('span', STRONG, t('Parameters and metrics')),
        h(
          'span',
          SMALL,
          ' ',
          known ? t('strong lines: best third of {name}', { name }) : t('strong lines: upper third of {name}', { name })
        )
      )
    ),
    plot
  );
}

/** Numbers by their size, other values as categories; null if the values do not vary. */
export function place({ name, values, direction }: IParallelAxis): IPlaced | null {
  const texts = values.map(value =>
    value === null ? '–' : isMetric(value) ? formatNumber(metricNumber(value)) : formatJson(value)
  );
  const known = values.filter(value => value !== null);
  if (known.length && known.every(value => isMetric(value))) {
    const numbers = values.map(value => (isMetric(value) ? metricNumber(value) : NaN));
    const finite = numbers.filter(Number.isFinite);
    const [low, high] = [Math.min(...finite), Math.max(...finite)];
    if (!finite.length || low === high) {
      return null;
    }
    const scale = linearScale([low, high], [0, 1]);
    const at = numbers.map(value => (Number.isFinite(value) ? scale(value) : null));
    return { name, low: formatNumber(low), high: formatNumber(high), at, texts, direction };
  }
  const kinds = [...new Set(values.flatMap((value, i) => (value === null ? [] : [texts[i] ?? ''])))].sort();
  if (kinds.length < 2 || kinds.length > MOST_CATEGORIES) {
    return null;
  }
  const at = values.map((value, i) => (value === null ? null : kinds.indexOf(texts[i] ?? '') / (kinds.length - 1)));
  return { name, low: kinds[0] ?? '', high: kinds[kinds.length - 1] ?? '', at, texts };
}

function draw(t: Translate, versions: readonly string[], axes: readonly IPlaced[], width: number): SVGSVGElement {
  const room = width / axes.length;
  const x = (axis: number): number => (axis + 0.5) * room;
  const y = linearScale([0, 1], [HEIGHT - 34, 34]);
  const label = t('{n} versions over {names}', { n: versions.length, names: axes.map(one => one.name).join(', ') });
  const last = axes[axes.length - 1];
  const isStrong = (v: number): boolean => {
    const at = last?.at[v] ?? null;
    return at !== null && (last?.direction === 'lower' ? at <= 1 / 3 : at >= 2 / 3);
  };
  const lines = versions.map((version, v) => {
    const path = linePath(
      axes.map((one, i) => {
        const at = one.at[v] ?? null;
        return at === null ? null : [x(i), y(at)];
      })
    );
    const values = axes.map(one => `${one.name} ${one.texts[v] ?? ''}`).join(', ');
    return svg(
      'path',
      { class: isStrong(v) ? 'nbmv-parallel-line nbmv-parallel-strong' : 'nbmv-parallel-line', d: path },
      svg('title', {}, `${version}: ${values}`)
    );
  });
  return svg(
    'svg',
    { class: 'nbmv-svg', width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img', 'aria-label': label },
    axes.map((one, i) => drawAxis(one, x(i), y(0), y(1), room)),
    lines.filter((_, v) => !isStrong(v)),
    lines.filter((_, v) => isStrong(v))
  );
}

function drawAxis(one: IPlaced, x: number, bottom: number, top: number, room: number): SVGElement {
  const width = room - CHARACTER_PX;
  const text = (value: string, y: number, name = ''): SVGElement =>
    svg('text', { class: name || undefined, x, y, 'text-anchor': 'middle' }, truncatedText(value, width));
  return svg(
    'g',
    {},
    svg('path', { class: 'nbmv-axis', d: `M${x} ${bottom}V${top}` }),
    text(one.name, 12, 'nbmv-axis-label'),
    text(one.high, top - 6),
    text(one.low, bottom + 14)
  );
}
