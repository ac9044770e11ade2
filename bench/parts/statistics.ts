/** Figures of samples. */

export interface Summary {
  samples: number;
  median: number;
  p99: number;
  min: number;
  max: number;
}

/** @param values at least one */
export function summarise(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  return { samples: sorted.length, median: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), min: quantile(sorted, 0), max: quantile(sorted, 1) };
}

/** Between neighbours by their distance, so that two runs of different lengths can be compared. */
function quantile(sorted: readonly number[], q: number): number {
  const position = (sorted.length - 1) * q;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) throw new RangeError("There are no samples.");
  return below + (above - below) * (position - Math.floor(position));
}
