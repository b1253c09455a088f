import { svg } from '../dom/elements';

/** Dashes and shapes distinguish the series without colour. */
const DASHES = ['', '6 3', '2 3', '9 3 2 3', '4 2 1 2', '12 4'];
/** Circle, square, triangle, diamond, cross and star, each with an area of 1. A circle has no corners. */
const SHAPES = [
  '',
  '-.5,-.5 .5,-.5 .5,.5 -.5,.5',
  '0,-.877 .76,.439 -.76,.439',
  '0,-.931 .537,0 0,.931 -.537,0',
  '-.671,-.224 -.224,-.224 -.224,-.671 .224,-.671 .224,-.224 .671,-.224 ' +
    '.671,.224 .224,.224 .224,.671 -.224,.671 -.224,.224 -.671,.224',
  '0,-.944 .212,-.292 .898,-.292 .343,.111 .555,.764 0,.361 -.555,.764 -.343,.111 -.898,-.292 -.212,-.292'
];

export function dashOf(series: number): string {
  return DASHES[series % DASHES.length] ?? '';
}

/** The class that gives a series its colour. */
export function colourClass(series: number): string {
  return `nbmv-lane-${series % 6}`;
}

/** A point of a series. size: its area in square px. */
export function drawPoint(series: number, x: number, y: number, said: string, size = 34): SVGPathElement {
  return svg(
    'path',
    {
      class: `nbmv-point ${colourClass(series)}`,
      transform: `translate(${x},${y})`,
      d: shapePath(SHAPES[series % SHAPES.length] ?? '', Math.sqrt(size))
    },
    svg('title', {}, said)
  );
}

function shapePath(corners: string, scale: number): string {
  if (!corners) {
    const r = (scale / Math.sqrt(Math.PI)).toFixed(2);
    return `M${r},0A${r},${r},0,1,1,-${r},0A${r},${r},0,1,1,${r},0`;
  }
  return `M${corners.replace(/[-.\d]+/g, value => (Number(value) * scale).toFixed(2)).replace(/ /g, 'L')}Z`;
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
