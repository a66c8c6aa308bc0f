/** What several rounds of one measurement came to. */
export interface Summary {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** How many there were, from 1. */
  readonly rounds: number;
}

/** Throws RangeError where there is no value. */
export function summaryOf(values: readonly number[]): Summary {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values), rounds: values.length };
}

/** The middle value, or the mean of the two in the middle. Throws RangeError where there is no value. */
export function median(values: readonly number[]): number {
  const ordered = values.toSorted((a, b) => a - b);
  const middle = Math.floor(ordered.length / 2);
  const upper = ordered[middle];
  if (upper === undefined) throw new RangeError('there is no value');
  return ordered.length % 2 === 1 ? upper : ((ordered[middle - 1] ?? upper) + upper) / 2;
}

/** The smallest value that `share` of all do not exceed; `share` is from 0 to 1. Throws RangeError where there is no value. */
export function quantile(values: readonly number[], share: number): number {
  const ordered = values.toSorted((a, b) => a - b);
  const value = ordered[Math.max(Math.ceil(share * ordered.length) - 1, 0)];
  if (value === undefined) throw new RangeError('there is no value');
  return value;
}

export interface Point {
  /** Above 0. */
  readonly size: number;
  /** Above 0. */
  readonly seconds: number;
}

/**
 * The exponent of the power of the size that fits the seconds best, in the sense of least squares between logarithms: 1 is
 * linear, 2 quadratic. NaN for less than two sizes.
 */
export function exponentOf(points: readonly Point[]): number {
  const logs = points.map(({ size, seconds }) => [Math.log(size), Math.log(seconds)] as const);
  const mean = (of: 0 | 1): number => logs.reduce((sum, log) => sum + log[of], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const products = logs.reduce((sum, log) => sum + (log[0] - x) * (log[1] - y), 0);
  const squares = logs.reduce((sum, log) => sum + (log[0] - x) ** 2, 0);
  return products / squares;
}
