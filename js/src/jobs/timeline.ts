// Jobs on rows of workers: where each one is, and which one is at a place. Pure.

import type { JobsTimelineTraits } from "../traits.ts";

/** Of a job, in the order of the kernel's numbers. */
export const STATUSES = [
  "done",
  "from the store",
  "running",
  "failed",
  "lost",
  "cancelled",
  "partial",
] as const;

export const KNOWN = 1;
export const RUNNING = 2;
export const FAILED = 3;
export const LOST = 4;
export const CANCELLED = 5;
/** Done, but for measures that failed. */
export const PARTIAL = 6;

const STORE = 65535;

export interface Jobs {
  readonly count: number;
  /** Rows from top to bottom; the store's, if anything came from there, is the last. */
  readonly rows: readonly string[];
  /** Of every job, its row; where it begins and ends, in seconds. */
  readonly row: Uint16Array;
  readonly status: Uint8Array;
  readonly start: Float32Array;
  readonly end: Float32Array;
  readonly point: Uint32Array;
  /** Jobs row by row, in the order of their beginnings. */
  readonly order: Uint32Array;
}

type Traits = Readonly<JobsTimelineTraits>;

/** Read `count` numbers; a buffer may begin anywhere. */
function read<T>(view: DataView, size: number, of: (bytes: ArrayBuffer) => T): T {
  const { buffer, byteOffset, byteLength } = view;
  const length = byteLength - (byteLength % size);
  return of(new Uint8Array(buffer, byteOffset, length).slice().buffer);
}

export function readJobs(traits: Traits): Jobs {
  const lane = read(traits.lane, 2, (bytes) => new Uint16Array(bytes));
  const status = read(traits.status, 1, (bytes) => new Uint8Array(bytes));
  const start = read(traits.start, 4, (bytes) => new Float32Array(bytes));
  const length = read(traits.length, 4, (bytes) => new Float32Array(bytes));
  const point = read(traits.point, 4, (bytes) => new Uint32Array(bytes));
  const count = Math.min(
    ...[lane, status, start, length, point].map((array) => array.length),
  );
  const rows = [...traits.lanes];
  let known = 0;
  const row = new Uint16Array(count);
  const end = new Float32Array(count);
  for (let job = 0; job < count; job++) {
    const from = start[job] as number;
    if (lane[job] === STORE) {
      // They took no time: side by side they are a bar as long as they are many.
      row[job] = rows.length;
      known++;
      start[job] = end[job] = 0;
      continue;
    }
    row[job] = Math.min(lane[job] as number, Math.max(0, rows.length - 1));
    end[job] = status[job] === RUNNING ? traits.now : from + (length[job] as number);
  }
  if (known > 0) rows.push("store");
  const order = Uint32Array.from({ length: count }, (_, job) => job).sort(
    (a, b) =>
      (row[a] as number) - (row[b] as number) ||
      (start[a] as number) - (start[b] as number) ||
      a - b,
  );
  return { count, rows, row, status, start, end, point, order };
}

/** The job that is at a time on a row, or within `reach` seconds of it; -1 for none. */
export function jobAt(jobs: Jobs, row: number, time: number, reach: number): number {
  const { order } = jobs;
  let low = 0;
  let high = order.length;
  // The last job that begins before the time, or on an earlier row.
  while (low < high) {
    const middle = (low + high) >> 1;
    const job = order[middle] as number;
    const before =
      (jobs.row[job] as number) < row ||
      (jobs.row[job] === row && (jobs.start[job] as number) <= time);
    if (before) low = middle + 1;
    else high = middle;
  }
  let found = -1;
  let nearest = reach;
  for (const place of [low - 1, low]) {
    const job = order[place];
    if (job === undefined || jobs.row[job] !== row) continue;
    const apart = Math.max(
      (jobs.start[job] as number) - time,
      time - (jobs.end[job] as number),
      0,
    );
    if (apart <= nearest) {
      nearest = apart;
      found = job;
    }
  }
  return found;
}

/** How many jobs there are of every status. */
export function countsOf({ status, count }: Jobs): number[] {
  const counts = STATUSES.map(() => 0);
  for (let job = 0; job < count; job++) {
    const which = status[job] as number;
    counts[which] = (counts[which] ?? 0) + 1;
  }
  return counts;
}

/** The job that the keyboard goes to: along the row, or to the row above or below. */
export function moved(jobs: Jobs, from: number, key: string): number {
  const { order, row, start } = jobs;
  if (jobs.count === 0) return -1;
  const place = order.indexOf(from);
  if (place < 0 || key === "Home") return order[0] as number;
  if (key === "End") return order[order.length - 1] as number;
  if (key === "ArrowLeft") return order[Math.max(0, place - 1)] as number;
  if (key === "ArrowRight")
    return order[Math.min(order.length - 1, place + 1)] as number;
  const wanted = (row[from] as number) + (key === "ArrowUp" ? -1 : 1);
  const found = jobAt(jobs, wanted, start[from] as number, Number.POSITIVE_INFINITY);
  return found < 0 ? from : found;
}
