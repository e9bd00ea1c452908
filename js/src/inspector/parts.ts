// The inspector's elements.

import { element, setText } from "../dom.ts";

/** A part of the inspector, with a class of its own. */
export function part(name: string, ...content: (Node | string)[]): HTMLElement {
  const node = element("div", `bsw-inspector-${name}`);
  node.append(...content);
  return node;
}

/** `name` is for a button whose text is a sign. */
export function button(text: string, act: () => void, name = "") {
  const made = element("button", "bsw-inspector-button", text);
  made.type = "button";
  if (name) made.ariaLabel = name;
  made.title = name;
  made.addEventListener("click", act);
  return made;
}

/** Say `text` in `node`, which is there only if there is something to say. */
export function tell(node: HTMLElement, text: string): void {
  setText(node, text);
  node.hidden = !text;
}

/** The text into the clipboard; false if the browser does not let us. */
async function copy(text: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text.textContent);
    return true;
  } catch {
    // There is no clipboard on plain http (many hubs are): the old way, which needs
    // a selection. It stays, for the person to copy by hand if that fails too.
    getSelection()?.selectAllChildren(text);
    return document.execCommand("copy");
  }
}

/** A text that keeps its lines and can be copied. */
export function createTextPane(name: string, say: (text: string) => void) {
  const text = element("pre", "bsw-inspector-text");
  // It scrolls, so the keyboard must reach it and a screen reader must name it.
  text.tabIndex = 0;
  text.role = "group";
  text.ariaLabel = name;
  const copies = button("Copy", async () => {
    copies.textContent = (await copy(text)) ? "Copied" : "Selected: press Ctrl+C";
    say(copies.textContent);
  });
  const reset = () => setText(copies, "Copy");
  copies.addEventListener("blur", reset);
  const buttons = part("buttons", copies);
  const node = part("pane", text, buttons);
  return {
    node,
    buttons,
    show(shown: string): void {
      tell(text, shown);
      copies.hidden = text.hidden;
      reset();
    },
  };
}
