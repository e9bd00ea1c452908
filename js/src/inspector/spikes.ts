// What a raster's spikes amount to: rates, intervals. Pure arithmetic.

import { firstFrom } from "./arrays.ts";

export interface Population {
  readonly label: string;
  readonly size: number;
}

/** Spikes in the order of time. */
export interface Spikes {
  /** Of every spike, ms and neuron. */
  readonly times: Float32Array;
  readonly neurons: Uint32Array;
  readonly size: number;
  /** At least one; the first one has the first neurons. */
  readonly populations: readonly Population[];
}

/** Of every population, the number of its first neuron; then the number of all. */
export function bounds({ populations }: Spikes): number[] {
  const ends = [0];
  for (const { size } of populations) ends.push((ends.at(-1) as number) + size);
  return ends;
}

/** A round number that is not below another: 1, 2 or 5 times a power of ten. */
export function roundUp(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((one) => one * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

export interface Rates {
  /** Where the first bin begins, and how long each is: ms. */
  readonly start: number;
  readonly width: number;
  /** Of every population, spikes per neuron and second in every bin. */
  readonly rates: readonly Float64Array[];
}

const BINS = 100;

/** The populations' firing rates in a window of time. */
export function ratesIn(spikes: Spikes, from: number, to: number): Rates {
  const width = roundUp((to - from) / BINS);
  const start = Math.floor(from / width + 1e-9) * width;
  const bins = Math.max(1, Math.ceil((to - start) / width - 1e-9));
  const ends = bounds(spikes);
  const found = spikes.populations.map(() => new Float64Array(bins));
  const { times, neurons } = spikes;
  const last = firstFrom(times, start + bins * width);
  for (let index = firstFrom(times, start); index < last; index++) {
    // Times are multiples of a step: one that begins a bin belongs to it.
    const bin = Math.floor(((times[index] as number) - start) / width + 1e-4);
    const neuron = neurons[index] as number;
    let which = 0;
    while (which < found.length - 1 && neuron >= (ends[which + 1] as number)) which++;
    const counted = found[which] as Float64Array;
    if (bin < bins) counted[bin] = (counted[bin] as number) + 1;
  }
  found.forEach((counted, which) => {
    const size = (spikes.populations[which] as Population).size;
    for (let bin = 0; bin < bins; bin++) {
      counted[bin] = size > 0 ? (counted[bin] as number) / size / (width / 1000) : 0;
    }
  });
  return { start, width, rates: found };
}

export interface Intervals {
  readonly number: number;
  /** Mean over neurons with three spikes or more; NaN if there is none. */
  readonly cv: number;
  /** How many these are. */
  readonly neurons: number;
  /** ms of one bin, and the number of intervals in each; the last has all longer ones. */
  readonly width: number;
  readonly bins: Uint32Array;
}

const HISTOGRAM = 40;
const FINE = 4096;
const MOST = 0.99; // of the intervals that the histogram has room for

/** The inter-spike intervals within a window of time. */
export function intervalsIn(spikes: Spikes, from: number, to: number): Intervals {
  const { times, neurons, size } = spikes;
  const first = firstFrom(times, from);
  const last = firstFrom(times, to);
  const before = new Float64Array(size).fill(Number.NaN);
  // Welford's running mean and sum of squares, of every neuron.
  const count = new Uint32Array(size);
  const mean = new Float64Array(size);
  const squares = new Float64Array(size);
  const span = Math.max(to - from, 1e-9);
  const fine = new Uint32Array(FINE);
  let number = 0;
  for (let index = first; index < last; index++) {
    const neuron = neurons[index] as number;
    const time = times[index] as number;
    const interval = time - (before[neuron] as number);
    before[neuron] = time;
    if (Number.isNaN(interval)) continue;
    number++;
    const counted = (count[neuron] as number) + 1;
    const apart = interval - (mean[neuron] as number);
    count[neuron] = counted;
    mean[neuron] = (mean[neuron] as number) + apart / counted;
    squares[neuron] =
      (squares[neuron] as number) + apart * (interval - (mean[neuron] as number));
    const place = Math.min(FINE - 1, Math.floor((interval / span) * FINE));
    fine[place] = (fine[place] as number) + 1;
  }
  let cvs = 0;
  let enough = 0;
  for (let neuron = 0; neuron < size; neuron++) {
    const counted = count[neuron] as number;
    if (counted < 2) continue;
    enough++;
    cvs += Math.sqrt((squares[neuron] as number) / counted) / (mean[neuron] as number);
  }
  return {
    number,
    cv: cvs / enough,
    neurons: enough,
    ...histogram(fine, number, span),
  };
}

/** Gather fine bins into round ones that hold nearly all intervals. */
function histogram(fine: Uint32Array, number: number, span: number) {
  let seen = 0;
  let end = 0;
  while (end < FINE && seen < MOST * number) seen += fine[end++] as number;
  const width = roundUp(Math.max(((end / FINE) * span) / HISTOGRAM, 1e-6));
  const bins = new Uint32Array(
    Math.max(1, Math.ceil(((end / FINE) * span) / width)) + 1,
  );
  for (let place = 0; place < FINE; place++) {
    const bin = Math.min(
      bins.length - 1,
      Math.floor((((place + 0.5) / FINE) * span) / width),
    );
    bins[bin] = (bins[bin] as number) + (fine[place] as number);
  }
  return { width, bins };
}
