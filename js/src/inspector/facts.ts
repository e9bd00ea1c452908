// The simulation's numbers: a list for every group.

import { element } from "../dom.ts";
import { part } from "./parts.ts";
import type { Shown } from "./recording.ts";

/** Show `facts` in `node`. */
export function paintFacts(node: HTMLElement, facts: Shown["facts"]): void {
  node.replaceChildren();
  let last = "";
  let list: HTMLElement | undefined;
  for (const { group, name, value } of facts) {
    if (!list || group !== last) {
      list = element("dl");
      list.ariaLabel = group;
      node.append(part("heading", element("b", "", group)), list);
      last = group;
    }
    const row = element("div");
    row.append(element("dt", "", name), element("dd", "", value));
    list.append(row);
  }
}
