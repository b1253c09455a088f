/**
 * An SVG path through points, with a gap for each missing point. A point between two gaps becomes a path of its own
 * that a round cap shows as a dot. Coordinates have three decimals.
 */
export function linePath(points: readonly (readonly [x: number, y: number] | null)[]): string {
  let path = '';
  points.forEach((point, i) => {
    if (point) {
      const isStart = !points[i - 1];
      const [x, y] = point.map(value => Math.round(value * 1000) / 1000) as [number, number];
      path += `${isStart ? 'M' : 'L'}${x},${y}${isStart && !points[i + 1] ? 'Z' : ''}`;
    }
  });
  return path;
}
