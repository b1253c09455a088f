import {
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
  type SymbolType
} from 'd3-shape';
import { svg } from '../dom/elements';

/** Dashes and shapes distinguish the series without colour. */
const DASHES = ['', '6 3', '2 3', '9 3 2 3', '4 2 1 2', '12 4'];
const SHAPES: SymbolType[] = [symbolCircle, symbolSquare, symbolTriangle, symbolDiamond, symbolCross, symbolStar];

export function dashOf(series: number): string {
  return DASHES[series % DASHES.length] ?? '';
}

/** The class that gives a series its colour. */
export function colourClass(series: number): string {
  return `nbmv-lane-${series % 6}`;
}

/** A point of a series. size: its area in square px. */
export function drawPoint(series: number, x: number, y: number, said: string, size = 34): SVGPathElement {
  const shape = SHAPES[series % SHAPES.length] ?? symbolCircle;
  return svg(
    'path',
    { class: `nbmv-point ${colourClass(series)}`, transform: `translate(${x},${y})`, d: symbol(shape, size)() ?? '' },
    svg('title', {}, said)
  );
}

/** A part of a series' line with a point, for the legend. */
export function legendSample(series: number, kind: string): SVGSVGElement {
  const area = kind === 'bars' || kind === 'histogram';
  return svg(
    'svg',
    { class: `nbmv-sample ${colourClass(series)}`, width: 24, height: 12, 'aria-hidden': true },
    area
      ? svg('rect', {
          class: series === 0 ? 'nbmv-area' : 'nbmv-area nbmv-area-hollow',
          x: 3,
          y: 1.5,
          width: 18,
          height: 9,
          'stroke-dasharray': dashOf(series)
        })
      : [
          kind === 'line'
            ? svg('path', { class: 'nbmv-line', d: 'M0 6H24', 'stroke-dasharray': dashOf(series) })
            : null,
          drawPoint(series, 12, 6, '')
        ]
  );
}
