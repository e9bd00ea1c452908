// The inspector: an anywidget that shows one simulation. It writes no trait; what a
// person does here goes to Python as a message.

import type { AnyModel, RenderProps } from "@anywidget/types";
import { element, setText } from "./dom.ts";
import { button, copyButton, scrolledText } from "./inspector/copying.ts";
import { createFacts } from "./inspector/facts.ts";
import { createPlots } from "./inspector/plots.ts";
import { createScriptPane } from "./inspector/script.ts";
import { InspectorViewDefaults, type InspectorViewTraits } from "./traits.ts";

/** What a person may ask for; view.py reads it. */
export type Request =
  | { readonly kind: "step"; readonly by: -1 | 1 }
  | { readonly kind: "script" | "compare" | "close" };

type Traits = Readonly<InspectorViewTraits>;

const KEYS = Object.keys(InspectorViewDefaults) as (keyof InspectorViewTraits)[];

/** The traits that the plots are made of: they are drawn anew only for these. */
const PICTURE = [
  "duration",
  "size",
  "populations",
  "spike_neurons",
  "spike_times",
  "traces",
  "trace_times",
  "trace_values",
] as const;

const STEPS: Readonly<Record<string, -1 | 1>> = {
  ArrowLeft: -1,
  PageUp: -1,
  ArrowRight: 1,
  PageDown: 1,
};

function read(model: AnyModel<InspectorViewTraits>): Traits {
  return Object.fromEntries(
    KEYS.map((key) => [key, model.get(key)]),
  ) as unknown as Traits;
}

/** Build the inspector inside `root` and return what paints it. */
function build(root: HTMLElement, ask: (request: Request) => void) {
  const head = element("div", "bsw-inspector-head");
  const title = element("h3", "bsw-inspector-title");
  const before = button(
    "\u2039",
    () => ask({ kind: "step", by: -1 }),
    "Previous point",
  );
  const after = button("\u203a", () => ask({ kind: "step", by: 1 }), "Next point");
  const compare = button("Compare", () => ask({ kind: "compare" }));
  compare.title = "Keep this one, and show the next that is opened beside it";
  const script = button("As script", () => {
    ask({ kind: "script" });
    scripts.open();
  });
  script.title = "A script in plain Brian 2 that gives the same numbers";
  const close = button("\u00d7", () => ask({ kind: "close" }), "Close");
  head.append(before, after, title, compare, script, close);

  const notice = element("p", "bsw-inspector-notice");
  const failure = element("section", "bsw-inspector-failure");
  const message = element("p", "bsw-inspector-message");
  const traceback = scrolledText("bsw-inspector-code", "Traceback");
  const copy = copyButton(() => traceback.textContent ?? "", "Copy the traceback");
  failure.append(message, traceback, copy);

  const body = element("div", "bsw-inspector-body");
  const overTime = element("div", "bsw-inspector-time");
  const side = element("div", "bsw-inspector-side");
  const intervals = element("div");
  const results = element("div");
  const others = element("div", "bsw-inspector-others");
  side.append(intervals, results);
  body.append(overTime, side, others);
  root.append(head, notice);
  const scripts = createScriptPane(root);
  const live = element("div", "bsw-inspector-live");
  live.setAttribute("role", "status");
  root.append(failure, body, live);
  const plots = createPlots(root, overTime, intervals);
  const paintFacts = createFacts(results, others);
  let drawn: readonly unknown[] = [];

  root.addEventListener("keydown", (event) => {
    const by = STEPS[event.key];
    const inText = event.target instanceof HTMLPreElement;
    if (by === undefined || inText || event.ctrlKey || event.metaKey || event.altKey)
      return;
    event.preventDefault();
    if (!(by < 0 ? before : after).disabled) ask({ kind: "step", by });
  });

  return {
    paint(traits: Traits): void {
      const { state } = traits;
      const opened = root.hidden && state !== "empty";
      root.hidden = state === "empty";
      // Who opens a point wants to see it; the page moves no further than it must.
      if (opened) root.scrollIntoView?.({ block: "nearest" });
      root.dataset.state = state;
      root.setAttribute("aria-busy", String(state === "loading"));
      setText(title, traits.title);
      before.disabled = !traits.before;
      after.disabled = !traits.after;
      compare.hidden = !traits.comparable;
      script.hidden = state === "failed";
      setText(notice, traits.notice);
      notice.hidden = traits.notice === "" || state === "failed";
      failure.hidden = state !== "failed";
      setText(message, traits.message);
      setText(traceback, traits.traceback);
      traceback.hidden = copy.hidden = traits.traceback === "";
      // While another one is computed, the picture of before stays, faintly.
      overTime.hidden = intervals.hidden = state === "failed";
      scripts.paint(traits);
      if (state !== "loading") paintFacts(traits.facts);
      const picture = PICTURE.map((key) => traits[key]);
      if (state === "ready" && picture.some((value, index) => value !== drawn[index])) {
        drawn = picture;
        plots.paint(traits);
      }
      setText(
        live,
        state === "loading" ? "Computing" : state === "empty" ? "" : traits.title,
      );
    },
    stop: plots.stop,
  };
}

type Props = Pick<RenderProps<InspectorViewTraits>, "model" | "el">;

function render({ model, el }: Props): () => void {
  const root = element("section", "bsw-inspector");
  root.setAttribute("aria-label", "Inspector of one simulation");
  // JupyterLab would otherwise act on the keys that step and zoom.
  root.dataset.lmSuppressShortcuts = "true";
  const { paint, stop } = build(root, (request) => model.send(request));
  let scheduled = false;
  let closed = false;

  // One message sets several traits, each with its own event: paint once, after all.
  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      if (!closed) paint(read(model));
    });
  }

  for (const key of KEYS) model.on(`change:${key}`, schedule);
  el.append(root);
  paint(read(model));

  return () => {
    closed = true;
    for (const key of KEYS) model.off(`change:${key}`, schedule);
    stop();
    root.remove();
  };
}

export default { render };
