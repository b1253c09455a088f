import { svg } from '../dom/elements';
import type { IHistoryEntry } from '../protocol/messages';

/** Distance of the graph's columns in px. It shrinks when there are many columns. */
const COLUMN_PX = 12;
const MAX_WIDTH_PX = 84;
/** The colours repeat after this many columns. The position identifies a lane; the colour only supports it. */
const COLOURS = 6;

export interface ILaneRow {
  entry: IHistoryEntry;
  /** The entry of the row above; undefined at the top and while that row is not loaded. */
  above: IHistoryEntry | undefined;
  /** The row of uncommitted changes is right above this one. */
  pending: boolean;
  current: boolean;
  /** Height of the row, height of the day's heading above it (0 without one), and number of columns. */
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

/** The part of the graph beside one row. Lanes from above end at the row's dot; the row's own edges lead down. */
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

/** The columns in which a lane comes down from the row above. */
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

/** The part of the graph beside the uncommitted changes: a hollow dot and a dashed lane down. */
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
