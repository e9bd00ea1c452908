// Buttons that take a text away: into the clipboard, or into a file.

import { element, setText } from "../dom.ts";

export function button(
  text: string,
  pressed: () => void,
  label = text,
): HTMLButtonElement {
  const made = element("button", "bsw-inspector-button", text);
  made.type = "button";
  if (label !== text) {
    made.setAttribute("aria-label", label);
    made.title = label;
  }
  made.addEventListener("click", pressed);
  return made;
}

/** A button that copies what `read` gives, and says so. */
export function copyButton(read: () => string, label: string): HTMLButtonElement {
  const made = button("Copy", copy, label);

  function copy(): void {
    // Pages that are not served securely have no clipboard.
    const copied = navigator.clipboard?.writeText(read()) ?? Promise.reject();
    copied.then(
      () => setText(made, "Copied"),
      () => setText(made, "Select the text, then Ctrl+C"),
    );
  }

  made.addEventListener("blur", () => setText(made, "Copy"));
  return made;
}

/** Have the browser save a text as a file. */
export function download(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/x-python" }));
  const link = element("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A text that scrolls: the keyboard must reach it, and a screen reader name it. */
export function scrolledText(className: string, label: string): HTMLElement {
  const text = element("pre", className);
  text.tabIndex = 0;
  text.setAttribute("role", "group");
  text.setAttribute("aria-label", label);
  return text;
}
