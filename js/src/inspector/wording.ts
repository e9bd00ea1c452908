// What the inspector says in words, as pure functions of what it shows.

import { formatCount } from "../format.ts";
import type { Intervals } from "./intervals.ts";
import { formatNumber, formatTick, niceStep, round, search } from "./numbers.ts";
import type { Recording, Shown, Spikes } from "./recording.ts";
import { type Span, same } from "./span.ts";

export function counted(count: number, one: string): string {
  return `${formatCount(count)} ${one}${count === 1 ? "" : "s"}`;
}

/** "20 to 45 ms", as exact as can be seen. */
export function rangeText({ from, to }: Span): string {
  const step = niceStep((to - from) / 500);
  const exact = (time: number) => formatTick(round(time / step) * step);
  return `${exact(from)} to ${exact(to)} ms`;
}

/** "in 100 ms" of a whole run, "from 20 to 45 ms" of a part. */
export function when(span: Span, whole: Span): string {
  const all = same(span, whole);
  return all ? `in ${formatTick(whole.to)} ms` : `from ${rangeText(span)}`;
}

export function spikesText({ times }: Spikes, span: Span): string {
  return counted(search(times, span.to) - search(times, span.from), "spike");
}

export function rasterText(spikes: Spikes, span: Span, whole: Span): string {
  const parts = spikes.populations.map(
    ({ label, size }) => `${formatCount(size)} ${label}`,
  );
  const named = parts.length > 1 ? ` (${parts.join(", ")})` : "";
  const neurons = counted(spikes.size, "neuron") + named;
  return `Raster of ${spikesText(spikes, span)} of ${neurons} ${when(span, whole)}`;
}

export function intervalsText(found: Intervals): string {
  const { count, cv, neurons, longer } = found;
  if (!count) return "No neuron fired twice in this time.";
  const irregular = neurons
    ? `CV ${cv.toFixed(2)} (mean of ${counted(neurons, "neuron")} with 3 spikes or more)`
    : "no CV, as no neuron has 3 spikes";
  const parts = [
    counted(count, "interval"),
    `mean ${formatNumber(found.mean)} ms`,
    irregular,
  ];
  const reach = formatNumber(found.bins.length * found.width);
  if (longer) parts.push(`${formatCount(longer)} longer than ${reach} ms`);
  return parts.join(" \u00b7 ");
}

/** What is not shown, and why; "" if all is. */
export function absentText({ spikes, groups }: Recording): string {
  const parts: string[] = [];
  if (!spikes) parts.push("No spikes were recorded.");
  else if (!spikes.times.length) {
    parts.push(`None of ${counted(spikes.size, "neuron")} fired.`);
  }
  if (!groups.length) parts.push("No traces were recorded.");
  return parts.join(" ");
}

/** What a screen reader hears when something else is shown. */
export function announcement(shown: Shown, recording: Recording | undefined): string {
  const { state, title } = shown;
  if (state === "loading") return "Computing\u2026";
  if (state === "failed") return `${title}: failed. ${shown.message.trim()}`;
  if (!recording) return "";
  const { spikes, whole } = recording;
  const seen = spikes?.times.length
    ? `${spikesText(spikes, whole)} ${when(whole, whole)}.`
    : "";
  return `${title}. ${seen} ${absentText(recording)}`;
}
