// The simulations that take long: a line each, with a button that gives one up.

import { element, setText } from "./dom.ts";
import { formatWhole, type Status } from "./format.ts";

type UnderWay = Status["under_way"][number];

interface Row {
  readonly node: HTMLElement;
  readonly time: HTMLElement;
  readonly button: HTMLButtonElement;
}

/** Show what is under way in `list`; rows stay while their point does, and so does focus. */
export function createUnderWayList(
  list: HTMLElement,
  skip: (position: readonly number[]) => void,
) {
  const rows = new Map<string, Row>();

  function makeRow({ point, position }: UnderWay): Row {
    const node = element("li", "bsw-status-under-way-row");
    const time = element("span", "bsw-status-time");
    const button = element("button", "bsw-status-button", "Skip");
    button.type = "button";
    button.setAttribute("aria-label", `Skip ${point}`);
    button.addEventListener("click", () => {
      button.disabled = true;
      skip(position);
    });
    const name = element("span", "bsw-status-point", point);
    node.append(name, " - ", time, " ", button);
    return { node, time, button };
  }

  return (underWay: readonly UnderWay[]): void => {
    const wanted = new Set(underWay.map(({ position }) => position.join()));
    for (const [key, { node }] of rows) {
      if (wanted.has(key)) continue;
      node.remove();
      rows.delete(key);
    }
    for (const one of underWay) {
      const key = one.position.join();
      const row = rows.get(key) ?? makeRow(one);
      if (!rows.has(key)) list.append(row.node);
      rows.set(key, row);
      setText(row.time, `runs for ${formatWhole(one.seconds)}`);
    }
    list.hidden = underWay.length === 0;
  };
}
