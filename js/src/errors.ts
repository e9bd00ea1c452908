// The list of failed points: a line each, with the traceback to unfold.

import { appendSpaced, element } from "./dom.ts";
import { detailOf, type Status } from "./format.ts";

type Failure = Status["errors"][number];

/** Show the failures in `list`, leaving every unchanged row (and its fold) alone. */
export function createErrorList(list: HTMLElement) {
  let shown: string[] = [];

  return (failures: readonly Failure[]): void => {
    const wanted = failures.map((failure) => JSON.stringify(failure));
    failures.forEach((failure, index) => {
      if (wanted[index] === shown[index]) return;
      const row = errorRow(failure);
      const old = list.children[index];
      if (old) old.replaceWith(row);
      else list.append(row);
    });
    while (list.children.length > wanted.length) list.lastElementChild?.remove();
    list.hidden = wanted.length === 0;
    shown = wanted;
  };
}

function errorRow({ point, message, traceback }: Failure): HTMLElement {
  const row = element("li", "bsw-status-error");
  // Brian's messages can run over many lines: the first is the heading.
  const [headline = ""] = message.trim().split("\n", 1);
  const title = [
    element("span", "bsw-status-point", point),
    ` - ${headline || "no message"}`,
  ];
  const detail = detailOf(message, traceback);
  if (!detail) {
    row.append(...title);
    return row;
  }
  const fold = element("details");
  const summary = element("summary");
  summary.append(...title);
  const text = element("pre", "", detail);
  // It scrolls, so the keyboard must reach it and a screen reader must name it.
  text.tabIndex = 0;
  text.setAttribute("role", "group");
  text.setAttribute("aria-label", `Traceback of ${point}`);
  appendSpaced(fold, [summary, text]);
  row.append(fold);
  return row;
}
