// The chart's text equivalent: one row a point, one column a line.

import { element } from "../dom.ts";
import { isFailed, type Sweep, summary, told, written } from "./data.ts";

export function table(sweep: Sweep, measure: number): HTMLTableElement {
  const node = element("table");
  const { title, values } = sweep.measures[measure] as Sweep["measures"][number];
  node.createCaption().textContent = title;
  const head = node.createTHead().insertRow();
  const names = sweep.lines.map((label) => label || title);
  for (const name of [sweep.x.title, ...names]) {
    const cell = element("th", "", name);
    cell.scope = "col";
    head.append(cell);
  }
  const body = node.createTBody();
  sweep.x.values.forEach((x, point) => {
    const row = body.insertRow();
    const first = element("th", "", written(x));
    first.scope = "row";
    row.append(first);
    sweep.lines.forEach((_, line) => {
      const found = summary(values[line]?.[point] ?? []);
      const failed = isFailed(sweep, measure, line, point) ? "failed" : "";
      row.insertCell().textContent = [found ? told(found) : "", failed]
        .filter(Boolean)
        .join(", ");
    });
  });
  return node;
}
