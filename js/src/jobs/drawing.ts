// The timeline's picture on a canvas.

import type { Colours } from "./colours.ts";
import {
  CANCELLED,
  FAILED,
  type Jobs,
  KNOWN,
  LOST,
  PARTIAL,
  RUNNING,
} from "./timeline.ts";

export const ROW = 20;
export const TOP = 18;
export const BOTTOM = 20;
const GAP = 4;

export interface Place {
  readonly left: number;
  readonly width: number;
  /** Seconds from the left end to the right one. */
  readonly span: number;
}

export function heightOf(jobs: Jobs): number {
  return TOP + Math.max(1, jobs.rows.length) * ROW + BOTTOM;
}

/** Where a moment is, in the page's pixels. */
export function xOf({ left, width, span }: Place, time: number): number {
  return left + (time / span) * width;
}

interface Phase {
  readonly name: string;
  readonly start: number;
  readonly length: number;
}

export function draw(
  context: CanvasRenderingContext2D,
  colours: Colours,
  jobs: Jobs,
  phases: readonly Phase[],
  place: Place,
  marked: number,
): void {
  drawAxis(context, colours, jobs, place);
  for (const { name, start, length } of phases) {
    const x = xOf(place, start);
    const width = Math.max(2, (length / place.span) * place.width);
    context.fillStyle = colours.track;
    context.fillRect(x, 0, width, TOP - 3);
    context.fillStyle = colours.muted;
    context.textAlign = "left";
    if (context.measureText(name).width < width - 6) {
      context.fillText(name, x + 4, (TOP - 3) / 2);
    }
  }
  drawJobs(context, colours, jobs, place);
  if (marked >= 0) {
    const [x, width] = boxOf(jobs, marked, place);
    context.strokeStyle = colours.marked;
    context.lineWidth = 2;
    const y = TOP + (jobs.row[marked] as number) * ROW + GAP / 2;
    context.strokeRect(x - 2, y - 2, Math.max(3, width) + 4, ROW - GAP + 4);
  }
}

function boxOf(jobs: Jobs, job: number, place: Place): [number, number] {
  const x = xOf(place, jobs.start[job] as number);
  return [x, Math.max(1, xOf(place, jobs.end[job] as number) - x)];
}

/** Jobs that would be less than a pixel apart are one box, unless their status differs. */
function drawJobs(
  context: CanvasRenderingContext2D,
  colours: Colours,
  jobs: Jobs,
  place: Place,
): void {
  let known = 0;
  let [row, status, from, to] = [-1, -1, 0, 0];
  const flush = (): void => {
    if (row < 0) return;
    const y = TOP + row * ROW + GAP / 2;
    box(context, colours, status, from, y, Math.max(1, to - from), ROW - GAP);
  };
  for (const job of jobs.order) {
    if (jobs.status[job] === KNOWN) {
      known++;
      continue;
    }
    const [x, width] = boxOf(jobs, job, place);
    const apart = x - to;
    const same = jobs.row[job] === row && jobs.status[job] === status;
    if (same && apart < 0.5 && (width < 3 || to - from < 3)) {
      to = x + width;
      continue;
    }
    flush();
    row = jobs.row[job] as number;
    status = jobs.status[job] as number;
    // A hair between neighbours, so that they can be counted.
    from = same && width > 3 ? Math.max(x, to + 1) : x;
    to = x + width;
  }
  flush();
  if (known > 0) {
    const y = TOP + (jobs.rows.length - 1) * ROW + GAP / 2;
    box(context, colours, KNOWN, place.left, y, 14, ROW - GAP);
    context.fillStyle = colours.text;
    context.textAlign = "left";
    context.fillText(`${known} known before`, place.left + 20, y + (ROW - GAP) / 2);
  }
}

/** A box of a status: told by its pattern, too. */
export function box(
  context: CanvasRenderingContext2D,
  colours: Colours,
  status: number,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  context.lineWidth = 1;
  if (status === RUNNING || status === KNOWN) {
    context.strokeStyle = colours.done;
    context.setLineDash(status === RUNNING ? [3, 2] : []);
    context.strokeRect(x + 0.5, y + 0.5, Math.max(1, width - 1), height - 1);
    context.setLineDash([]);
    return;
  }
  const wrong = status === FAILED || status === LOST;
  context.fillStyle = wrong
    ? colours.failed
    : status === CANCELLED
      ? colours.track
      : colours.done;
  context.fillRect(x, y, width, height);
  if (!wrong && status !== PARTIAL) return;
  context.strokeStyle = colours.surface;
  context.lineWidth = 1.5;
  context.beginPath();
  // A cross for what failed, a stroke for what was lost with its worker, or in part.
  const middle = x + width / 2;
  const reach = Math.min(width / 2, height / 2) - 2;
  if (reach > 1) {
    context.moveTo(middle - reach, y + height / 2 - reach);
    context.lineTo(middle + reach, y + height / 2 + reach);
    if (status === FAILED) {
      context.moveTo(middle + reach, y + height / 2 - reach);
      context.lineTo(middle - reach, y + height / 2 + reach);
    }
  }
  context.stroke();
}

function drawAxis(
  context: CanvasRenderingContext2D,
  colours: Colours,
  jobs: Jobs,
  place: Place,
): void {
  const bottom = TOP + Math.max(1, jobs.rows.length) * ROW;
  context.textBaseline = "middle";
  context.textAlign = "right";
  context.fillStyle = colours.muted;
  jobs.rows.forEach((name, row) => {
    context.fillText(name, place.left - 8, TOP + row * ROW + ROW / 2);
  });
  context.strokeStyle = colours.edge;
  context.lineWidth = 1;
  context.textAlign = "center";
  context.beginPath();
  for (const tick of ticksUpTo(place.span, place.width / 80)) {
    const x = Math.round(xOf(place, tick)) + 0.5;
    context.moveTo(x, TOP);
    context.lineTo(x, bottom);
    context.fillText(`${tick} s`, x, bottom + BOTTOM / 2);
  }
  context.stroke();
}

/** Round numbers of seconds from 0 up to a span. */
export function ticksUpTo(span: number, about: number): number[] {
  const rough = span / Math.max(1, about);
  if (!(rough > 0) || !Number.isFinite(rough)) return [0];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10) * power;
  const ticks: number[] = [];
  for (let at = 0; at * step <= span * (1 + 1e-9); at++) {
    ticks.push(Number((at * step).toPrecision(10)));
  }
  return ticks;
}
