// The head: which simulation it is, and what can be done with it.

import { setText } from "../dom.ts";
import { button, part } from "./parts.ts";
import type { Shown } from "./recording.ts";

/** What a person may ask for; view.py reads it. */
export type Request =
  | { readonly kind: "step"; readonly by: -1 | 1 }
  | { readonly kind: "script" | "compare" | "close" };

/** Keys that go to another point. */
const STEPS: Readonly<Record<string, -1 | 1>> = {
  ArrowLeft: -1,
  PageUp: -1,
  ArrowRight: 1,
  PageDown: 1,
};

export function createHead(ask: (request: Request) => void) {
  const title = part("title");
  title.role = "heading";
  title.ariaLevel = "3";
  const busy = part("busy", "computing\u2026");
  // The live region says so too, once.
  busy.ariaHidden = "true";

  function step(by: -1 | 1): void {
    // Not `disabled`: at the last point the button would lose the focus, and with it
    // the keys that go back.
    if ((by < 0 ? before : after).ariaDisabled === "false") ask({ kind: "step", by });
  }

  const before = button("\u2190", () => step(-1), "Previous point");
  const after = button("\u2192", () => step(1), "Next point");
  const compare = button("Compare", () => ask({ kind: "compare" }));
  const script = button("As script", () => ask({ kind: "script" }));
  const close = button("\u00d7", () => ask({ kind: "close" }), "Close");
  const buttons = part("buttons", before, after, compare, script, close);

  return {
    node: part("head", title, busy, buttons),
    script,
    paint(shown: Shown): void {
      setText(title, shown.title);
      before.ariaDisabled = String(!shown.before);
      after.ariaDisabled = String(!shown.after);
      compare.hidden = !shown.comparable;
    },
    /** Go to another point, if `event` means that. */
    key(event: KeyboardEvent): void {
      const by = STEPS[event.key];
      const held = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
      // A text scrolls with these keys.
      if (!by || held || (event.target as Element).closest("pre")) return;
      event.preventDefault();
      step(by);
    },
  };
}
