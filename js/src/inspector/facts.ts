// The numbers of a simulation: a list for every group, of which the first is the main one.

import { element } from "../dom.ts";
import type { InspectorViewTraits } from "../traits.ts";

type Facts = InspectorViewTraits["facts"];

export function createFacts(main: HTMLElement, others: HTMLElement) {
  let shown = "";
  return (facts: Facts): void => {
    const wanted = JSON.stringify(facts);
    if (wanted === shown) return;
    shown = wanted;
    const groups = [...new Set(facts.map(({ group }) => group))];
    const lists = groups.map((group) => {
      const section = element("section", "bsw-inspector-facts");
      const list = element("dl");
      for (const fact of facts) {
        if (fact.group !== group) continue;
        list.append(element("dt", "", fact.name), element("dd", "", fact.value));
      }
      section.append(element("h4", "", group), list);
      return section;
    });
    main.replaceChildren(...lists.slice(0, 1));
    others.replaceChildren(...lists.slice(1));
  };
}
