import { svg } from '../dom/elements';
import { metricNumber } from '../text/figures';
import type { Metric } from '../protocol/messages';
import { colourClass, dashOf } from './marks';

/** The end of a bar: the value, or 0 if it is not finite. */
export function barEnd(value: Metric | null | undefined): number {
  const found = metricNumber(value);
  return Number.isFinite(found) ? found : 0;
}

export function drawArea(s: number, d: string, hatch: string, said: string): SVGElement {
  const fill = s === 0 ? undefined : `url(#${hatch})`;
  return svg(
    'path',
    {
      class: `nbmv-area ${s === 0 ? '' : 'nbmv-area-hollow'} ${colourClass(s)}`,
      d,
      fill,
      'stroke-dasharray': dashOf(s)
    },
    svg('title', {}, said)
  );
}

export function hatchPattern(id: string): SVGElement {
  const lines = svg('path', { class: `nbmv-hatch ${colourClass(1)}`, d: 'M-1 1L1 -1M0 6L6 0M5 7L7 5' });
  return svg('defs', {}, svg('pattern', { id, width: 6, height: 6, patternUnits: 'userSpaceOnUse' }, lines));
}
