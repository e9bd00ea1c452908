// How often the neurons of each population fire, over time.

import { ceil, clamp, floor, max, min, niceStep, search } from "./numbers.ts";
import type { Spikes } from "./recording.ts";
import type { Span } from "./span.ts";

/** Bins across the picture: more would be narrower than what the eye tells apart. */
const MOST_BINS = 200;
const LEAST_BINS = 25;
/** Spikes that a bin should hold: a fifth of its height is then chance. */
const WANTED = 24;
/** The usual time step: narrower bins would show the steps. */
export const STEP_MS = 0.1;

export interface Rates {
  /** Width of a bin, in ms. */
  readonly width: number;
  /** Where the first bin begins, in ms. */
  readonly start: number;
  /** Hz, of every population in every bin. */
  readonly lines: readonly Float64Array[];
}

/**
 * Share of a bin by which a time in float32 may fall short of where it belongs.
 *
 * Times are multiples of a time step, and so are most edges of bins.
 */
export function slack(duration: number, width: number): number {
  return 1e-6 + (duration * 2 ** -22) / width;
}

/** The rates in bins that cover `span`; bins begin at multiples of their width. */
export function populationRates(spikes: Spikes, span: Span, duration: number): Rates {
  const { times, neurons, populations, populationOf } = spikes;
  const inside = search(times, span.to) - search(times, span.from);
  const wanted = inside / populations.length / WANTED;
  const bins = clamp(wanted, LEAST_BINS, MOST_BINS);
  const width = max(niceStep((span.to - span.from) / bins), STEP_MS);
  const short = slack(duration, width);
  const first = floor(span.from / width + short);
  const length = max(ceil(span.to / width - short) - first, 1);

  const counts = new Float64Array(length * populations.length);
  const low = search(times, (first - short) * width);
  const high = search(times, (first + length - short) * width);
  const scale = 1 / width;
  // In a function of its own, as in raster.ts.
  (() => {
    for (let k = low; k < high; k += 1) {
      const bin = (((times[k] as number) * scale + short) | 0) - first;
      const place = (populationOf[neurons[k] as number] as number) * length + bin;
      counts[place] = (counts[place] as number) + 1;
    }
  })();
  const lines = populations.map((_, index) =>
    counts.subarray(index * length, (index + 1) * length),
  );

  for (const [index, line] of lines.entries()) {
    const size = (populations[index]?.size ?? 0) / 1000;
    for (let bin = 0; bin < length; bin += 1) {
      // The last bin may reach beyond the end of the run.
      const end = min((first + bin + 1) * width, duration);
      line[bin] = (line[bin] as number) / (size * (end - (first + bin) * width));
    }
  }
  return { width, start: first * width, lines };
}
