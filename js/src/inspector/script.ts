// The pane with the script that gives the same numbers.

import { keepFile } from "../download.ts";
import { button, createTextPane, part, tell } from "./parts.ts";
import type { Shown } from "./recording.ts";

/** `closed` is called when a person has closed the pane. */
export function createScriptPane(
  shown: Shown,
  say: (text: string) => void,
  closed: () => void,
) {
  const { node, buttons, show } = createTextPane("Script", say);
  const problem = part("notice");
  const save = button("Download", () => keepFile(shown.script_name, shown.script));
  const close = button("Close script", () => {
    node.hidden = true;
    closed();
  });
  buttons.append(save, close);
  node.prepend(problem);
  node.hidden = true;
  let last = "";

  /** A person asks for the script: show what there is, also if it was closed before. */
  function open(): void {
    const { script, script_problem: why } = shown;
    tell(problem, why);
    show(why ? "" : script);
    save.hidden = !!why;
    if (node.hidden && last) say(why || "The script is shown.");
    node.hidden = !last;
  }

  return {
    node,
    open,
    paint(): void {
      const text = shown.script_problem || shown.script;
      if (text === last) return;
      last = text;
      open();
    },
  };
}
