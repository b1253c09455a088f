import { describe, expect, test } from 'vitest';
import type { ILineage } from '../../../src/core';
import { layOut, nearestPart, NODE_HEIGHT, type ILineageLayout } from '../../../src/core/models/lineage-layout';
import { lineage, longLineage } from '../../sample-models';

function labels(layout: ILineageLayout): string[][] {
  return layout.lines.map(line => line.map(one => one.node.label));
}

/** A graph of edges such as "a>b"; the first node is the root. */
function graph(...edges: string[]): ILineage {
  const ends = edges.map(one => one.split('>') as [string, string]);
  const ids = [...new Set(ends.flat())];
  return {
    root: ids[0] ?? '',
    nodes: ids.map(id => ({ id, kind: 'value', label: id, detail: '', version: '', version_id: '' })),
    edges: ends.map(([source, target]) => ({ source, target, how: 'observed' })),
    unknown: []
  };
}

describe('the layout of a lineage', () => {
  test('what a node was made from is above it, and what was made from nothing as near as possible', () => {
    expect(labels(layOut(lineage(), lineage(), 600))).toEqual([
      ['rows'],
      ['cell [2]'],
      ['labels'],
      ['cell [4]', 'hf:org/base@3f9c2a1'],
      ['model'],
      ['churn/1.2.0'],
      ['scoring-eu']
    ]);
  });

  test.each([280, 600, 1200])('in %i px no node lies over another or out of the picture', width => {
    const whole = longLineage(60);
    const { lines, height } = layOut(nearestPart(whole, 80), whole, width);
    for (const line of lines) {
      line.forEach((one, i) => {
        const before = line[i - 1];
        expect(one.x).toBeGreaterThanOrEqual(before ? before.x + before.width : 0);
        expect(one.x + one.width).toBeLessThanOrEqual(width);
        expect(one.y + NODE_HEIGHT).toBeLessThanOrEqual(height);
        expect(one.width).toBeGreaterThanOrEqual(80);
      });
    }
    expect(lines.flat()).toHaveLength(80);
  });

  test('an edge that passes a line runs along the right side, past every node', () => {
    const { lines, edges } = layOut(lineage(), lineage(), 600);
    const long = edges.find(({ edge }) => edge.source === 'rows' && edge.target === 'fit');
    const side = Number(/V/.exec(long?.path ?? '') && /(\d+(?:\.\d+)?) \d+(?:\.\d+)?V/.exec(long?.path ?? '')?.[1]);
    expect(side).toBeGreaterThan(Math.max(...lines.flat().map(one => one.x + one.width)));
    expect(side).toBeLessThan(600);
    const short = edges.find(({ edge }) => edge.source === 'label');
    expect(short?.path).not.toContain('V');
  });

  test('a layer that is too wide becomes several lines', () => {
    const wide = graph(...Array.from({ length: 9 }, (_, i) => `s${i}>t`));
    expect(labels(layOut(wide, wide, 300)).map(line => line.length)).toEqual([3, 3, 3, 1]);
  });

  test('a circle is drawn, and no node is lost', () => {
    const round = graph('a>b', 'b>c', 'c>a', 'c>d');
    const { lines, edges } = layOut(round, round, 300);
    expect(
      lines
        .flat()
        .map(one => one.node.label)
        .sort()
    ).toEqual(['a', 'b', 'c', 'd']);
    expect(edges).toHaveLength(4);
  });

  test('the nodes nearest to the root are shown, and each says how many connections are not', () => {
    const whole = graph('r>a', 'a>b', 'b>c', 'c>d', 'c>e');
    const part = nearestPart(whole, 4);
    expect(part.nodes.map(one => one.id)).toEqual(['r', 'a', 'b', 'c']);
    expect(part.edges).toHaveLength(3);
    const placed = layOut(part, whole, 300).lines.flat();
    expect(placed.map(one => [one.node.id, one.hidden])).toEqual([
      ['r', 0],
      ['a', 0],
      ['b', 0],
      ['c', 2]
    ]);
  });

  test('one node alone is a picture too', () => {
    const alone: ILineage = { ...graph('a>b'), edges: [] };
    expect(layOut(nearestPart(alone, 40), alone, 300).lines).toHaveLength(1);
  });
});
