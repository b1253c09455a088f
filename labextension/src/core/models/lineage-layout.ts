import type { ILineage, ILineageEdge, ILineageNode } from '../protocol/messages';

/** Sizes in px. In a node of MIN_WIDTH fit ten characters beside its icon. */
const MIN_WIDTH = 88;
const MAX_WIDTH = 190;
export const NODE_HEIGHT = 38;
const GAP = 8;
/** Between two lines of nodes: room for the edges. */
const LINE_GAP = 30;
const LANE = 9;
/** More long edges share lanes. */
const MOST_LANES = 8;
const TIP = 5;

/** hidden: the number of its neighbours that are not shown. */
export interface IPlacedNode {
  node: ILineageNode;
  x: number;
  y: number;
  width: number;
  hidden: number;
}

/** path, tip: of SVG paths. */
export interface IPlacedEdge {
  edge: ILineageEdge;
  path: string;
  tip: string;
}

export interface ILineageLayout {
  width: number;
  height: number;
  lines: IPlacedNode[][];
  edges: IPlacedEdge[];
}

/** The part of a lineage that is shown: the `most` nodes that are nearest to the root, and the edges between them. */
export function nearestPart({ root, nodes, edges, unknown }: ILineage, most: number): ILineage {
  const beside = neighbours(edges);
  const found = new Set([root]);
  for (const id of found) {
    beside.get(id)?.forEach(one => found.add(one)); // a set is walked in the order of insertion
  }
  const chosen = new Set([...found].slice(0, most));
  return {
    root,
    nodes: nodes.filter(one => chosen.has(one.id)),
    edges: edges.filter(one => chosen.has(one.source) && chosen.has(one.target)),
    unknown
  };
}

function neighbours(edges: readonly ILineageEdge[]): Map<string, Set<string>> {
  const beside = new Map<string, Set<string>>();
  const add = (from: string, to: string): void => {
    beside.set(from, (beside.get(from) ?? new Set()).add(to));
  };
  edges.forEach(({ source, target }) => {
    add(target, source);
    add(source, target);
  });
  return beside;
}

/**
 * Places the nodes of a part in lines from the top: what a node was made from is above it, as near as possible. Edges
 * between adjacent lines are curves; longer ones run along the right side, so that none passes behind a node.
 */
export function layOut(part: ILineage, whole: ILineage, width: number): ILineageLayout {
  const layers = orderedLayers(part);
  let lanes = 0;
  let lines = lineUp(layers, width);
  for (let round = 0; round < 3; round += 1) {
    const needed = lanesOf(part.edges, lines).count;
    if (needed <= lanes) {
      break;
    }
    lanes = needed;
    lines = lineUp(layers, width - lanes * LANE);
  }
  const all = neighbours(whole.edges);
  const shown = neighbours(part.edges);
  const hidden = (id: string): number => (all.get(id)?.size ?? 0) - (shown.get(id)?.size ?? 0);
  const placed = placeNodes(lines, width - lanes * LANE, hidden);
  return {
    width,
    height: lines.length * (NODE_HEIGHT + LINE_GAP) - LINE_GAP + 4,
    lines: placed,
    edges: placeEdges(part.edges, placed, lanesOf(part.edges, lines).laneOf, lanes)
  };
}

/** Nodes by layer. The order in a layer is that of what they were made from, so that few edges cross. */
function orderedLayers({ nodes, edges }: ILineage): ILineageNode[][] {
  const depth = depths(nodes, edges);
  const layers: ILineageNode[][] = [];
  nodes.forEach(one => {
    const at = depth.get(one.id) ?? 0;
    layers[at] = [...(layers[at] ?? []), one];
  });
  const place = new Map<string, number>();
  const full = layers.filter(one => one.length);
  for (const layer of full) {
    const middle = (id: string): number => {
      const above = edges.flatMap(one => (one.target === id ? (place.get(one.source) ?? []) : []));
      return above.length ? above.reduce((sum, at) => sum + at, 0) / above.length : 0.5;
    };
    const middles = new Map(layer.map(one => [one.id, middle(one.id)]));
    layer.sort((a, b) => (middles.get(a.id) ?? 0) - (middles.get(b.id) ?? 0));
    layer.forEach((one, i) => place.set(one.id, (i + 0.5) / layer.length));
  }
  return full;
}

/** The longest way to each node. A node without inputs has the layer above its first output. */
function depths(nodes: readonly ILineageNode[], edges: readonly ILineageEdge[]): Map<string, number> {
  const sources = new Map<string, string[]>();
  const targets = new Map<string, string[]>();
  edges.forEach(({ source, target }) => {
    sources.set(target, [...(sources.get(target) ?? []), source]);
    targets.set(source, [...(targets.get(source) ?? []), target]);
  });
  const depth = new Map<string, number>();
  const open = new Set<string>();
  const measure = (id: string): number => {
    const known = depth.get(id);
    if (known !== undefined || open.has(id)) {
      return known ?? -1; // a circle is cut where it closes
    }
    open.add(id);
    const found = Math.max(-1, ...(sources.get(id) ?? []).map(measure)) + 1;
    depth.set(id, found);
    return found;
  };
  nodes.forEach(one => measure(one.id));
  nodes.forEach(({ id }) => {
    const below = targets.get(id)?.map(one => depth.get(one) ?? 0) ?? [];
    if (!sources.get(id)?.length && below.length) {
      depth.set(id, Math.max(0, Math.min(...below) - 1));
    }
  });
  return depth;
}

/** A layer that is wider than the place becomes several lines of about equal length. */
function lineUp(layers: readonly ILineageNode[][], width: number): ILineageNode[][] {
  const most = Math.max(1, Math.floor((width + GAP) / (MIN_WIDTH + GAP)));
  return layers.flatMap(layer => {
    const each = Math.ceil(layer.length / Math.ceil(layer.length / most));
    return Array.from({ length: Math.ceil(layer.length / each) }, (_, i) => layer.slice(i * each, (i + 1) * each));
  });
}

function placeNodes(lines: readonly ILineageNode[][], width: number, hidden: (id: string) => number): IPlacedNode[][] {
  return lines.map((line, row) => {
    const each = Math.min(MAX_WIDTH, (width - GAP * (line.length - 1)) / line.length);
    const start = (width - line.length * each - GAP * (line.length - 1)) / 2;
    return line.map((node, i) => ({
      node,
      x: start + i * (each + GAP),
      y: 2 + row * (NODE_HEIGHT + LINE_GAP),
      width: each,
      hidden: hidden(node.id)
    }));
  });
}

interface ILanes {
  count: number;
  /** undefined: the edge connects adjacent lines and needs no lane. */
  laneOf(edge: ILineageEdge): number | undefined;
}

/** Lanes for the edges that pass a line. Those of one kind that begin or end together share a lane. */
function lanesOf(edges: readonly ILineageEdge[], lines: readonly ILineageNode[][]): ILanes {
  const row = new Map(lines.flatMap((line, at) => line.map(one => [one.id, at] as const)));
  const spans = new Map<string, [number, number]>();
  const isLong = ({ source, target }: ILineageEdge): boolean => row.get(target) !== (row.get(source) ?? 0) + 1;
  const long = edges.filter(isLong);
  const key = ({ source, target, how }: ILineageEdge): string => {
    const [out, into] = [long.filter(one => one.source === source), long.filter(one => one.target === target)];
    return out.length >= into.length ? `${how} from ${source}` : `${how} into ${target}`;
  };
  long.forEach(edge => {
    const ends = [row.get(edge.source) ?? 0, row.get(edge.target) ?? 0, ...(spans.get(key(edge)) ?? [])];
    spans.set(key(edge), [Math.min(...ends), Math.max(...ends)]);
  });
  const lanes = new Map<string, number>();
  const until: number[] = [];
  [...spans]
    .sort(([, [a]], [, [b]]) => a - b)
    .forEach(([name, [from, to]]) => {
      const free = until.findIndex(end => end <= from);
      const lane = free < 0 ? until.length : free;
      until[lane] = to;
      lanes.set(name, lane % MOST_LANES);
    });
  return {
    count: Math.min(MOST_LANES, until.length),
    laneOf: edge => (isLong(edge) ? lanes.get(key(edge)) : undefined)
  };
}

function placeEdges(
  edges: readonly ILineageEdge[],
  lines: readonly IPlacedNode[][],
  laneOf: ILanes['laneOf'],
  lanes: number
): IPlacedEdge[] {
  const all = lines.flat();
  const at = new Map(all.map(one => [one.node.id, one]));
  const side = Math.max(...all.map(one => one.x + one.width));
  return edges.flatMap(edge => {
    const [from, to] = [at.get(edge.source), at.get(edge.target)];
    if (!from || !to) {
      return [];
    }
    const [x1, y1] = [from.x + from.width / 2, from.y + NODE_HEIGHT];
    const [x2, y2] = [to.x + to.width / 2, to.y - TIP];
    const lane = laneOf(edge);
    const half = LINE_GAP / 2;
    let path = `M${x1} ${y1}C${x1} ${y1 + half} ${x2} ${y2 - half} ${x2} ${y2}`;
    if (lane !== undefined) {
      const x = side + (Math.min(lane, lanes - 1) + 0.6) * LANE;
      const [top, bottom] = [y1 + half, y2 - half + TIP];
      path = `M${x1} ${y1}C${x1} ${top} ${x} ${y1} ${x} ${top}V${bottom}C${x} ${y2} ${x2} ${bottom} ${x2} ${y2}`;
    }
    return [{ edge, path, tip: `M${x2 - 4} ${y2 - 1}L${x2} ${y2 + TIP}L${x2 + 4} ${y2 - 1}z` }];
  });
}
