// From numbers to places on the page, linear or logarithmic.

import { ticks as roundNumbers } from "../inspector/numbers.ts";

export interface Scale {
  /** The place of a value; NaN if it has none (not above zero on a logarithmic axis). */
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
}

const MARGIN = 0.04; // of the range, so that no point lies on the edge

/** Powers of ten within the range; with 2 and 5 between them if these are few. */
function decades(low: number, high: number): number[] {
  const found: number[] = [];
  const digits = Math.log10(high / low) < 2 ? [1, 2, 5] : [1];
  for (let k = Math.floor(Math.log10(low)); k <= Math.log10(high); k += 1) {
    for (const digit of digits) found.push(Number((digit * 10 ** k).toPrecision(1)));
  }
  return found.filter((tick) => tick >= low && tick <= high);
}

/** A scale on which all `values` that can have a place have one. */
export function scale(
  values: readonly number[],
  log: boolean,
  [start, end]: readonly [number, number],
  most: number,
): Scale {
  const bend = log ? Math.log10 : (value: number) => value;
  const shown = values.filter((value) => Number.isFinite(bend(value)));
  let low = shown.reduce((a, b) => Math.min(a, bend(b)), Number.POSITIVE_INFINITY);
  let high = shown.reduce((a, b) => Math.max(a, bend(b)), Number.NEGATIVE_INFINITY);
  if (low > high) [low, high] = [0, 1];
  // A single value lies in the middle of a range of its own size.
  const half = (high - low) / 2 || Math.abs(high) / 2 || 0.5;
  const pad = high > low ? MARGIN * (high - low) : half;
  [low, high] = [low - pad, high + pad];
  const place = (value: number) => {
    const bent = bend(value);
    return Number.isFinite(bent)
      ? start + ((bent - low) / (high - low)) * (end - start)
      : Number.NaN;
  };
  return {
    place,
    ticks: log ? decades(10 ** low, 10 ** high) : roundNumbers(low, high, most),
  };
}
