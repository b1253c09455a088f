import { svg } from '../dom/elements';
import type { IHistoryEntry } from '../protocol/messages';

/** The graph's columns are this far apart, in px; closer when there are many. */
const COLUMN_PX = 12;
const MAX_WIDTH_PX = 84;
/** Colours repeat after this many columns; the place tells lanes apart, the colour only helps. */
const COLOURS = 6;

export interface ILaneRow {
  entry: IHistoryEntry;
  /** The entry of the row above, or undefined at the top or where it is not known. */
  above: IHistoryEntry | undefined;
  /** The uncommitted row is right above this one. */
  pending: boolean;
  current: boolean;
  /** Height of the row, how much of it lies above the row's own text (a day's heading), and the number of columns. */
  height: number;
  head: number;
  columns: number;
}

export function lanesWidth(columns: number): number {
  return Math.min(MAX_WIDTH_PX, columns * COLUMN_PX) + 6;
}

function columnX(column: number, columns: number): number {
  return 9 + column * Math.min(COLUMN_PX, (MAX_WIDTH_PX - COLUMN_PX) / Math.max(1, columns - 1));
}

/** One row's piece of the graph: lanes that come from above end at its dot's height, its own edges lead to the row below. */
export function drawLanes(row: ILaneRow): SVGSVGElement {
  const { entry, height, head, columns } = row;
  const all = head + height;
  const middle = head + Math.min(16, height / 2);
  const from = columnsFromAbove(row);
  const at = (column: number): number => columnX(column, columns);
  return svg(
    'svg',
    { class: 'nbmv-lanes', width: lanesWidth(columns), height: all, 'aria-hidden': true, style: `top: ${-head}px` },
    from.map(column => lanePath(column, `M${at(column)} 0V${middle}`)),
    row.pending
      ? svg('path', { class: 'nbmv-lane nbmv-lane-pending', d: `M${at(entry.graph.column)} 0V${middle}` })
      : null,
    entry.graph.edges.map(([a, b]) => lanePath(b === entry.graph.column ? a : b, edgePath(at(a), at(b), middle, all))),
    drawDot(entry, at(entry.graph.column), middle, row.current)
  );
}

/** The columns in which a lane comes down to this row. */
function columnsFromAbove({ entry, above, pending }: ILaneRow): number[] {
  if (above) {
    return [...new Set(above.graph.edges.map(([, to]) => to))];
  }
  const through = entry.graph.edges.map(([column]) => column).filter(column => column !== entry.graph.column);
  return pending ? [...new Set(through)] : [];
}

function lanePath(column: number, d: string): SVGPathElement {
  return svg('path', { class: `nbmv-lane nbmv-lane-${column % COLOURS}`, d });
}

function edgePath(from: number, to: number, top: number, bottom: number): string {
  if (from === to) {
    return `M${from} ${top}V${bottom}`;
  }
  const half = (top + bottom) / 2;
  return `M${from} ${top}C${from} ${half} ${to} ${half} ${to} ${bottom}`;
}

function drawDot(entry: IHistoryEntry, cx: number, cy: number, current: boolean): SVGElement {
  const colour = `nbmv-dot nbmv-lane-${entry.graph.column % COLOURS}`;
  if (current) {
    return svg(
      'g',
      { class: `${colour} nbmv-dot-current` },
      svg('circle', { cx, cy, r: 6 }),
      svg('circle', { cx, cy, r: 2.6 })
    );
  }
  return svg('circle', { class: entry.auto ? `${colour} nbmv-dot-auto` : colour, cx, cy, r: entry.auto ? 3 : 4 });
}

/** The uncommitted row's piece: a hollow dot and a dashed lane down. */
export function drawPendingLane(column: number, columns: number, height: number): SVGSVGElement {
  const cx = columnX(column, columns);
  const cy = Math.min(16, height / 2);
  return svg(
    'svg',
    { class: 'nbmv-lanes', width: lanesWidth(columns), height, 'aria-hidden': true },
    svg('path', { class: 'nbmv-lane nbmv-lane-pending', d: `M${cx} ${cy}V${height}` }),
    svg('circle', { class: 'nbmv-dot nbmv-dot-pending', cx, cy, r: 4.5 })
  );
}
