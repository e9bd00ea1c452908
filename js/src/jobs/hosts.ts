// What every host did, as a table, and how much faster it went than with one worker.

import { element } from "../dom.ts";
import type { JobsTimelineTraits } from "../traits.ts";

type Traits = Readonly<JobsTimelineTraits>;

const HEADS = ["Host", "Workers", "Jobs", "Share", "Time per job", "Total"];

export function seconds(value: number): string {
  if (!Number.isFinite(value)) return "";
  return value < 1
    ? `${Number((1000 * value).toPrecision(3))} ms`
    : `${Number(value.toPrecision(3))} s`;
}

export function sumText({ speed_up: speedUp, efficiency, hosts }: Traits): string {
  if (speedUp === null || efficiency === null) return "";
  const workers = hosts.reduce((sum, { workers }) => sum + workers, 0);
  const of = workers === 1 ? "1 worker" : `${workers} workers`;
  return (
    `Speed-up ${speedUp.toFixed(2)} with ${of}, ` +
    `efficiency ${Math.round(100 * efficiency)} %`
  );
}

export function hostsTable({ hosts }: Traits): HTMLTableElement {
  const table = element("table");
  const head = element("tr");
  for (const text of HEADS) {
    const cell = element("th", "", text);
    cell.scope = "col";
    head.append(cell);
  }
  const top = element("thead");
  top.append(head);
  const body = element("tbody");
  for (const { host, workers, jobs, share, time_per_job, total } of hosts) {
    const row = element("tr");
    const name = element("th", "", host);
    name.scope = "row";
    row.append(
      name,
      ...[
        String(workers),
        String(jobs),
        `${(100 * share).toFixed(0)} %`,
        seconds(time_per_job),
        seconds(total),
      ].map((text) => element("td", "", text)),
    );
    body.append(row);
  }
  table.append(top, body);
  return table;
}
