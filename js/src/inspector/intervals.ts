// Inter-spike intervals: how long neurons wait before they fire again.

import { ceil, clamp, floor, max, niceStep, round, search } from "./numbers.ts";
import { STEP_MS, slack } from "./rates.ts";
import type { Spikes } from "./recording.ts";
import type { Span } from "./span.ts";

/** Intervals that a neuron needs, from three spikes, for something that can vary. */
const LEAST = 2;
const MOST_BINS = 60;
const LEAST_BINS = 10;
/** Share of the intervals that the picture shows; the rest is a long tail. */
const SHOWN = 0.985;
/** Of the bins that are counted first, of which those of the picture are made. */
const MOST_FINE = 1e6;

export interface Intervals {
  readonly count: number;
  /** ms; NaN if there are none. */
  readonly mean: number;
  /** Mean of the neurons' coefficients of variation; NaN if none fired often enough. */
  readonly cv: number;
  /** Neurons that fired often enough. */
  readonly neurons: number;
  /** Width of a bin, in ms. */
  readonly width: number;
  readonly bins: Uint32Array;
  /** Intervals longer than those in the bins. */
  readonly longer: number;
}

/** The intervals between spikes that both lie in `span`. */
export function intervals({ times, neurons, size }: Spikes, span: Span): Intervals {
  const high = search(times, span.to);
  // A power of ten, as all widths that the picture may have are its multiples.
  const power = ceil(Math.log10((span.to - span.from) / MOST_FINE));
  const fineWidth = max(10 ** power, STEP_MS);
  const fine = new Uint32Array(ceil((span.to - span.from) / fineWidth) + 2);
  const scale = 1 / fineWidth;
  const short = slack(span.to, fineWidth);
  // Of every neuron: its first and last spike, its intervals and their squares. The sum
  // of squares in float64 loses less than the times in float32 have lost.
  const firsts = new Float32Array(size).fill(Number.NaN);
  const lasts = firsts.slice();
  const numbers = new Uint32Array(size);
  const squares = new Float64Array(size);
  const low = search(times, span.from);
  // In a function of its own, as in raster.ts.
  (() => {
    for (let k = low; k < high; k += 1) {
      const neuron = neurons[k] as number;
      const time = times[k] as number;
      const length = time - (lasts[neuron] as number);
      lasts[neuron] = time;
      // NaN for a first spike.
      if (length >= 0) {
        const bin = (length * scale + short) | 0;
        fine[bin] = (fine[bin] as number) + 1;
        numbers[neuron] = (numbers[neuron] as number) + 1;
        squares[neuron] = (squares[neuron] as number) + length * length;
      } else firsts[neuron] = time;
    }
  })();

  let count = 0;
  let sum = 0;
  let cv = 0;
  let enough = 0;
  for (const [neuron, number] of numbers.entries()) {
    if (!number) continue;
    const total = (lasts[neuron] as number) - (firsts[neuron] as number);
    count += number;
    sum += total;
    if (number < LEAST) continue;
    const mean = total / number;
    enough += 1;
    const variance = (squares[neuron] as number) / number - mean * mean;
    cv += Math.sqrt(max(variance, 0)) / mean;
  }
  return {
    count,
    mean: sum / count,
    cv: cv / enough,
    neurons: enough,
    ...histogram(fine, fineWidth, count),
  };
}

/** Fewer and wider bins, without the long tail. */
function histogram(fine: Uint32Array, fineWidth: number, count: number) {
  let reach = 0;
  for (let seen = 0; seen < SHOWN * count; reach += 1) seen += fine[reach] as number;
  const most = clamp(2 * Math.cbrt(count), LEAST_BINS, MOST_BINS);
  const together = max(round(niceStep((reach * fineWidth) / most) / fineWidth), 1);
  const bins = new Uint32Array(ceil(reach / together));
  let longer = count;
  for (let bin = 0; bin < bins.length * together && bin < fine.length; bin += 1) {
    const number = fine[bin] as number;
    const place = floor(bin / together);
    bins[place] = (bins[place] as number) + number;
    longer -= number;
  }
  return { width: together * fineWidth, bins, longer };
}
