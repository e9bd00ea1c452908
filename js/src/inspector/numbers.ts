// Numbers out of the buffers that Python sends, and the way to write them.

import { formatCount } from "../format.ts";

/** Without "Math." before each. */
export const { ceil, floor, max, min, round } = Math;

/** Where the numbers lie, or a copy of them if they do not begin where a number may. */
function place(view: DataView): [ArrayBuffer, number, number] {
  const length = floor(view.byteLength / 4);
  const buffer = view.buffer as ArrayBuffer;
  const start = view.byteOffset;
  return start % 4 === 0
    ? [buffer, start, length]
    : [buffer.slice(start, start + 4 * length), 0, length];
}

export const floats = (view: DataView) => new Float32Array(...place(view));
export const counts = (view: DataView) => new Uint32Array(...place(view));

export function clamp(value: number, low: number, high: number): number {
  return max(min(value, high), low);
}

/** Index of the first of the ascending `values` that is not below `value`. */
export function search(values: Float32Array, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The smallest of 1, 2, 5, 10, 20 ... (and 0.5, 0.2 ...) that is not below `least`. */
export function niceStep(least: number): number {
  const power = 10 ** floor(Math.log10(least));
  const digit = [1, 2, 5].find((one) => one * power >= least * (1 - 1e-9)) ?? 10;
  return digit * power;
}

/** Round numbers from `from` to `to`, at most about `most` of them. */
export function ticks(from: number, to: number, most: number): number[] {
  const step = niceStep((to - from) / most);
  const found: number[] = [];
  for (let k = ceil(from / step - 1e-6); k * step <= to + 1e-6 * step; k += 1) {
    found.push(k * step);
  }
  return found;
}

/** With `digits` significant digits, but never less than all before the point. */
export function formatNumber(value: number, digits = 3): string {
  const size = Math.abs(value);
  const rounded = size >= 10 ** digits ? round(size) : Number(size.toPrecision(digits));
  const [whole, fraction] = String(rounded).split(".");
  const sign = value < 0 ? "\u2212" : "";
  return `${sign}${formatCount(Number(whole))}${fraction ? `.${fraction}` : ""}`;
}

/** The number of a tick: it is round already. */
export const formatTick = (value: number) => formatNumber(value, 12);
