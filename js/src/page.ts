// The page that a sweep is saved as: it works from a file, without a kernel and
// without the network. What it shows stands in the page itself, as JSON.

import { element, setText } from "./dom.ts";
import { Chart, type View } from "./page/chart.ts";
import type { Sweep } from "./page/data.ts";
import { HeatMap } from "./page/map.ts";
import { table } from "./page/table.ts";

function settings(sweep: Sweep): HTMLElement {
  const list = element("dl");
  for (const [name, value] of sweep.settings) {
    list.append(element("dt", "", name), element("dd", "", value));
  }
  return list;
}

function labelled(text: string, control: HTMLElement): HTMLElement {
  const label = element("label", "", text);
  label.append(control);
  return label;
}

/** Build the page for a sweep. */
export function show(sweep: Sweep, root: HTMLElement): void {
  const view: View = { measure: 0, logX: false, logY: false, trials: false };
  const said = element("p", "said");
  said.setAttribute("role", "status");
  const say = (text: string) => setText(said, text);
  const chart = new Chart(sweep, say);
  const map =
    sweep.rows && new HeatMap(sweep, sweep.rows, say, (line) => chart.only(line));
  const draw = () => {
    map?.draw(view);
    chart.draw(view);
  };
  const rows = element("div", "rows");
  const measured = () => {
    draw();
    rows.replaceChildren(table(sweep, view.measure));
  };

  const tools = element("div", "tools");
  if (sweep.measures.length > 1) {
    const choice = element("select");
    for (const { title } of sweep.measures) choice.append(element("option", "", title));
    choice.addEventListener("change", () => {
      view.measure = choice.selectedIndex;
      measured();
    });
    tools.append(labelled("Measure", choice));
  }
  const toggle = (text: string, key: "logX" | "logY" | "trials") => {
    const box = element("input");
    box.type = "checkbox";
    box.addEventListener("change", () => {
      view[key] = box.checked;
      draw();
    });
    tools.append(labelled(text, box));
  };
  toggle("Log x", "logX");
  toggle("Log y", "logY");
  toggle("Trials", "trials");

  const folded = element("details");
  folded.append(element("summary", "", "Numbers"), rows);
  root.replaceChildren(
    element("h1", "", sweep.title),
    tools,
    ...(map ? [map.node] : []),
    chart.node,
    said,
    element("h2", "", "Settings"),
    settings(sweep),
    folded,
  );
  measured();
}

const source = document.getElementById("sweep");
const place = document.querySelector("main");
if (source && place) show(JSON.parse(source.textContent as string) as Sweep, place);
