// The script that gives the same numbers: shown, copied, saved.

import { element, setText } from "../dom.ts";
import type { InspectorViewTraits } from "../traits.ts";
import { button, copyButton, download, scrolledText } from "./copying.ts";

type Script = Pick<InspectorViewTraits, "script" | "script_name" | "script_problem">;

export function createScriptPane(parent: HTMLElement) {
  const pane = element("section", "bsw-inspector-script");
  pane.setAttribute("aria-label", "Script");
  pane.hidden = true;
  const text = scrolledText("bsw-inspector-code", "Script that gives the same numbers");
  const problem = element("p", "bsw-inspector-problem");
  let shown: Script = { script: "", script_name: "", script_problem: "" };
  const copy = copyButton(() => shown.script, "Copy the script");
  const save = button("Download", () => download(shown.script, shown.script_name));
  const close = button("Close script", () => {
    pane.hidden = true;
  });
  const row = element("div", "bsw-inspector-buttons");
  row.append(copy, save, close);
  pane.append(row, problem, text);
  parent.append(pane);

  return {
    /** Open again what is known, when a person asks once more. */
    open(): void {
      pane.hidden = shown.script === "" && shown.script_problem === "";
    },
    paint(script: Script): void {
      const { script: code, script_problem: why } = script;
      if (code === shown.script && why === shown.script_problem) return;
      shown = script;
      pane.hidden = code === "" && why === "";
      setText(text, code);
      setText(problem, why);
      text.hidden = copy.hidden = save.hidden = code === "";
      problem.hidden = why === "";
    },
  };
}
