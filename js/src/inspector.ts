// The inspector: an anywidget that shows one simulation. It writes no trait; what a
// person does here goes to Python as a message.

import type { RenderProps } from "@anywidget/types";
import { createAnnouncer } from "./announcer.ts";
import { element } from "./dom.ts";
import { paintFacts } from "./inspector/facts.ts";
import { createFailure } from "./inspector/failure.ts";
import { createHead, type Request } from "./inspector/head.ts";
import { part, tell } from "./inspector/parts.ts";
import { createPlots } from "./inspector/plots.ts";
import { type Recording, readRecording, type Shown } from "./inspector/recording.ts";
import { createScriptPane } from "./inspector/script.ts";
import { announcement } from "./inspector/wording.ts";
import type { InspectorViewTraits } from "./traits.ts";

/** Build the inspector inside `root`; `shown` has the traits as they are at any time. */
function build(root: HTMLElement, shown: Shown, ask: (request: Request) => void) {
  const live = part("live");
  live.role = "status";
  live.ariaLive = "polite";
  const announcer = createAnnouncer(live);
  const say = (text: string) => announcer.say(text, true);

  const head = createHead((request) => {
    ask(request);
    if (request.kind === "script") script.open();
  });
  const script = createScriptPane(shown, say, () => head.script.focus());
  const notice = part("notice");
  const failure = createFailure(say);
  const plots = createPlots(root, (text) => announcer.say(`Window ${text}`, false));
  const facts = part("facts");
  const side = part("side", plots.side, facts);
  const body = part("body", failure.node, plots.node, side);
  root.append(head.node, notice, script.node, body, live);
  root.addEventListener("keydown", head.key);
  let recording: Recording | undefined;
  let told = "";

  function paint(): void {
    const { state } = shown;
    const busy = state === "loading";
    const opened = root.hidden && state !== "empty";
    root.hidden = state === "empty";
    root.dataset.state = state;
    // Who opens a point wants to see it; the page moves no further than it must.
    if (opened) root.scrollIntoView?.({ block: "nearest" });
    root.ariaBusy = String(busy);
    root.ariaLabel = shown.title || "Simulation";
    head.paint(shown);
    script.paint();
    // What was there stays until there is something else.
    if (!busy) {
      tell(notice, shown.notice);
      failure.paint(shown);
      paintFacts(facts, shown.facts);
      recording = state === "ready" ? readRecording(shown) : undefined;
      plots.show(recording);
    }
    const text = announcement(shown, recording);
    if (text !== told) say(text);
    told = text;
  }

  function stop(): void {
    announcer.stop();
    plots.stop();
  }

  return { paint, stop };
}

type Props = Pick<RenderProps<InspectorViewTraits>, "model" | "el">;

function render({ model, el }: Props): () => void {
  const root = element("div", "bsw-inspector");
  root.role = "group";
  // Focus stays here when a person clicks between the controls, and so do the keys.
  root.tabIndex = -1;
  root.hidden = true;
  // JupyterLab would otherwise act on the keys too.
  root.dataset.lmSuppressShortcuts = "true";
  const shown = new Proxy({} as Shown, {
    get: (_, key) => model.get(key as keyof Shown),
  });
  const { paint, stop } = build(root, shown, (request) => model.send(request));

  // One message sets several traits: "change" comes once, after all of them.
  model.on("change", paint);
  el.append(root);
  paint();

  return () => {
    model.off("change", paint);
    stop();
    root.remove();
  };
}

export default { render };
