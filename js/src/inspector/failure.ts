// Of a simulation that failed, or of which a measure did: what went wrong, and where.

import { detailOf } from "../format.ts";
import { createTextPane, part, tell } from "./parts.ts";
import type { Shown } from "./recording.ts";

export function createFailure(say: (text: string) => void) {
  const headline = part("message");
  const pane = createTextPane("Traceback", say);
  pane.node.prepend(headline);
  return {
    node: pane.node,
    paint(shown: Shown): void {
      const message = shown.message.trim();
      // Brian's messages can run over many lines: the first is the headline.
      const [first = ""] = message.split("\n", 1);
      pane.node.hidden = shown.state !== "failed" && !message;
      tell(headline, first || "It failed without a message.");
      pane.show(detailOf(message, shown.traceback));
    },
  };
}
