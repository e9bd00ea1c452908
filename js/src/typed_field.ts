// A field for numbers: what is typed goes to Python as it is, which reads it.

import type { RenderProps } from "@anywidget/types";
import { element, setText } from "./dom.ts";
import { follow } from "./follow.ts";
import { TypedFieldDefaults, type TypedFieldTraits } from "./traits.ts";

/** What a person may do; typed_field.py reads it. A step takes along what was typed. */
export type Request =
  | { readonly kind: "typed"; readonly text: string }
  | { readonly kind: "step"; readonly by: 1 | -1; readonly text: string | null };

const STEPS: Readonly<Record<string, 1 | -1>> = { ArrowUp: 1, ArrowDown: -1 };

function build(root: HTMLElement, ask: (request: Request) => void) {
  const row = element("span", "bsw-typed-row");
  const label = element("label", "widget-label");
  const input = element("input", "bsw-typed-input");
  const problem = element("span", "bsw-typed-problem");
  // Every field is a module of its own: nothing is counted over all of them.
  input.id = `bsw-typed-${Math.random().toString(36).slice(2)}`;
  problem.id = `${input.id}-problem`;
  label.htmlFor = input.id;
  input.type = "text";
  input.autocomplete = "off";
  input.spellcheck = false;
  // There before the text is: only then is the text announced.
  problem.setAttribute("role", "alert");
  const arrows = element("span", "bsw-typed-arrows");
  arrows.setAttribute("aria-hidden", "true"); // for the mouse; keyboards have arrow keys
  row.append(label, input, arrows);
  root.append(row, problem);

  let typed = false; // and not sent yet
  let steps = false;
  let answered = 0;

  function send(): void {
    if (!typed) return;
    typed = false;
    ask({ kind: "typed", text: input.value });
  }

  function step(by: 1 | -1): void {
    ask({ kind: "step", by, text: typed ? input.value : null });
    typed = false;
  }

  input.addEventListener("input", () => {
    typed = true;
  });
  input.addEventListener("change", send);
  input.addEventListener("blur", send);
  input.addEventListener("keydown", (event) => {
    const by = STEPS[event.key];
    if (event.key === "Enter") send();
    else if (by && steps && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault(); // the caret would go to an end
      step(by);
    }
  });
  for (const by of [1, -1] as const) {
    const arrow = element("span", "bsw-typed-arrow", by > 0 ? "▴" : "▾");
    arrow.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault(); // the focus goes to the field
      input.focus();
      step(by);
    });
    arrows.append(arrow);
  }

  return (traits: TypedFieldTraits): void => {
    setText(label, traits.description);
    // What is being typed is nobody's to overwrite.
    if (!typed && input.value !== traits.text) input.value = traits.text;
    // The same words once more are to be announced once more.
    if (traits.answered !== answered) problem.textContent = traits.problem;
    else setText(problem, traits.problem);
    answered = traits.answered;
    steps = traits.steps;
    arrows.hidden = !steps;
    if (traits.problem) input.setAttribute("aria-describedby", problem.id);
    else input.removeAttribute("aria-describedby");
    root.classList.toggle("bsw-typed-refused", traits.problem !== "");
  };
}

type Props = Pick<RenderProps<TypedFieldTraits>, "model" | "el">;

function render({ model, el }: Props): () => void {
  el.classList.add("bsw-typed");
  const leave = follow(
    model,
    TypedFieldDefaults,
    build(el, (request) => model.send(request)),
  );
  return () => {
    leave();
    el.replaceChildren();
  };
}

export default { render };
