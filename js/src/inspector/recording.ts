// What was recorded of one simulation, made ready for drawing once.

import type { InspectorViewTraits } from "../traits.ts";
import { counts, floats } from "./numbers.ts";
import type { Span } from "./span.ts";

export type Shown = Readonly<InspectorViewTraits>;

export interface Population {
  readonly label: string;
  readonly size: number;
  /** Its first neuron. */
  readonly first: number;
}

export interface Spikes {
  /** ms, ascending. */
  readonly times: Float32Array;
  readonly neurons: Uint32Array;
  readonly size: number;
  readonly populations: readonly Population[];
  /** Index of every neuron's population. */
  readonly populationOf: Uint8Array;
}

/** Traces that share a unit, and so an axis. */
export interface TraceGroup {
  readonly unit: string;
  readonly times: Float32Array;
  readonly traces: readonly { readonly label: string; readonly values: Float32Array }[];
  /** Over the whole run, so that zooming leaves the axis alone. */
  readonly low: number;
  readonly high: number;
}

export interface Recording {
  readonly whole: Span;
  /** undefined if no spikes were recorded. */
  readonly spikes: Spikes | undefined;
  readonly groups: readonly TraceGroup[];
}

function readSpikes(shown: Shown): Spikes | undefined {
  if (shown.size === 0) return undefined;
  const parts = shown.populations.length
    ? shown.populations
    : [{ label: "", size: shown.size }];
  const populations: Population[] = [];
  const populationOf = new Uint8Array(shown.size);
  let first = 0;
  for (const { label, size } of parts) {
    populationOf.fill(populations.length, first, first + size);
    populations.push({ label, size, first });
    first += size;
  }
  return {
    times: floats(shown.spike_times),
    neurons: counts(shown.spike_neurons),
    size: shown.size,
    populations,
    populationOf,
  };
}

function limits(traces: TraceGroup["traces"]): [number, number] {
  let low = 1 / 0;
  let high = -low;
  for (const { values } of traces) {
    for (const value of values) {
      // NaN is neither.
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) return [0, 1];
  return low === high ? [low - 1, high + 1] : [low, high];
}

function readTraces(shown: Shown): TraceGroup[] {
  const times = floats(shown.trace_times);
  const values = floats(shown.trace_values);
  const byUnit = new Map<string, { label: string; values: Float32Array }[]>();
  for (const [index, { label, unit }] of shown.traces.entries()) {
    const start = index * times.length;
    const trace = { label, values: values.subarray(start, start + times.length) };
    byUnit.set(unit, [...(byUnit.get(unit) ?? []), trace]);
  }
  return [...byUnit].map(([unit, traces]) => {
    const [low, high] = limits(traces);
    return { unit, times, traces, low, high };
  });
}

export function readRecording(shown: Shown): Recording {
  return {
    // An axis needs a length, even if nothing ran.
    whole: { from: 0, to: shown.duration || 1 },
    spikes: readSpikes(shown),
    groups: readTraces(shown),
  };
}
