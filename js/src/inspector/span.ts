// A stretch of time, and how a person moves it about in the whole run. All in ms.

import { clamp, max, min } from "./numbers.ts";

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** `span` moved and cut until it lies within `whole`. */
export function within({ from, to }: Span, whole: Span): Span {
  const room = whole.to - whole.from;
  // Nothing is to be seen in less than 1 ms, and float32 tells little more apart.
  const least = max(1, room / 10_000);
  const length = clamp(to - from, min(least, room), room);
  if (length === room) return whole;
  const start = clamp(from, whole.from, whole.to - length);
  return { from: start, to: start + length };
}

/** Shorter (`factor` below 1) or longer; the time at `share` of it stays in its place. */
export function zoomed(span: Span, factor: number, share: number, whole: Span): Span {
  const old = span.to - span.from;
  const length = within({ from: 0, to: old * factor }, whole);
  const from = span.from + share * (old - (length.to - length.from));
  return within({ from, to: from + length.to - length.from }, whole);
}

/** Earlier (`by` below 0) or later. */
export function shifted({ from, to }: Span, by: number, whole: Span): Span {
  return within({ from: from + by, to: to + by }, whole);
}

export function same(one: Span, other: Span): boolean {
  return one.from === other.from && one.to === other.to;
}
