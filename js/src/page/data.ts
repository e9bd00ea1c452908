// What Python writes into the page (results/page.py), and means over it.

/** Values of one measure: by line, point and trial; null where there is none. */
export type Grid = readonly (readonly (readonly (number | null)[])[])[];

export interface Sweep {
  readonly title: string;
  readonly x: { readonly title: string; readonly values: readonly number[] };
  /** What tells the lines apart: the values of the other axes. */
  readonly lines: readonly string[];
  /** Where lines are the rows of a map: the axis that lies upwards. */
  readonly rows: { readonly title: string; readonly values: readonly number[] } | null;
  readonly measures: readonly {
    readonly title: string;
    readonly values: Grid;
    /** By line and point: whether a trial gave no result although it was to. */
    readonly failed: readonly (readonly boolean[])[];
  }[];
  readonly settings: readonly (readonly [string, string])[];
}

export interface Summary {
  readonly mean: number;
  /** Standard error of the mean; NaN with fewer than two trials. */
  readonly error: number;
  readonly trials: readonly number[];
}

/** Mean and standard error over the trials that there are; null if there is none. */
export function summary(trials: readonly (number | null)[]): Summary | null {
  const found = trials.filter((value) => value !== null);
  const count = found.length;
  if (!count) return null;
  const mean = found.reduce((sum, value) => sum + value, 0) / count;
  const squares = found.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const error = count > 1 ? Math.sqrt(squares / (count - 1) / count) : Number.NaN;
  return { mean, error, trials: found };
}

/** Whether a trial gave no result of a measure although it was to. */
export function isFailed(
  sweep: Sweep,
  measure: number,
  line: number,
  point: number,
): boolean {
  return sweep.measures[measure]?.failed[line]?.[point] ?? false;
}

/** A number with at most six significant digits, as people write it. */
export function written(value: number): string {
  return String(Number(value.toPrecision(6))).replaceAll("-", "\u2212");
}

/** "12.5 ± 0.3 (4 trials)". */
export function told({ mean, error, trials }: Summary): string {
  if (trials.length < 2) return written(mean);
  const spread = Number(error.toPrecision(2));
  return `${written(mean)} ± ${written(spread)} (${trials.length} trials)`;
}

export const at = (values: readonly number[], index: number) => values[index] as number;

/** Which value comes first, second, ... when they rise. */
export function rising(values: readonly number[]): number[] {
  return [...values.keys()].sort((a, b) => at(values, a) - at(values, b));
}
