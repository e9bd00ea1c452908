// Whether a kernel stands behind a widget: a saved one looks the same, and does nothing.

import type { AnyModel } from "@anywidget/types";

/**
 * Ask the kernel, and mark the element as soon as anything comes from it. Give what
 * ends that. What it sends unasked counts, as it may be busy for long.
 */
export function markWhenAnswered(
  model: Pick<AnyModel, "on" | "off" | "send">,
  root: HTMLElement,
): () => void {
  const answered = () => {
    root.dataset.answered = "";
    leave();
  };
  const leave = () => {
    model.off("change", answered);
    model.off("msg:custom", answered);
  };
  model.on("change", answered);
  model.on("msg:custom", answered);
  try {
    model.send({ kind: "hello" });
  } catch {
    // The kernel has gone, so there is no answer to wait for.
    leave();
  }
  return leave;
}
