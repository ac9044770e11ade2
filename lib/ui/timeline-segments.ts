export interface Segment {
  /** Percent of the whole. */
  start: number;
  width: number;
}

const LEAST = 3;

/**
 * Splits 100 % among the steps that were reached, in proportion to the time each took after the one before; every
 * step keeps at least a visible sliver. Fewer than two reached steps, or an unreached last one: no segments.
 */
export function segmentsOf(offsets: readonly (number | null)[]): Segment[] {
  const reached: number[] = [];
  for (const offset of offsets) {
    if (offset === null) return [];
    reached.push(offset);
  }
  if (reached.length < 2) return [];
  const lengths = reached.slice(1).map((offset, index) => Math.max(0, offset - (reached[index] ?? 0)));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const spare = 100 - LEAST * lengths.length;
  let start = 0;
  return lengths.map((length) => {
    const width = LEAST + (total === 0 ? spare / lengths.length : (spare * length) / total);
    const segment = { start, width };
    start += width;
    return segment;
  });
}
