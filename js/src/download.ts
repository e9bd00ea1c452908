// Files that a person takes home through the browser, and not from the kernel's machine.

import type { AnyModel } from "@anywidget/types";

/** Have the browser keep a file that comes as a message with its contents. */
export function takeFiles(model: Pick<AnyModel, "on">): void {
  model.on("msg:custom", (message: unknown, contents: readonly DataView[]) => {
    const { kind, name } = message as { kind?: string; name?: string };
    if (kind !== "file" || !name || !contents[0]) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([contents[0] as DataView<ArrayBuffer>]));
    link.download = name;
    link.click();
    // The browser has its own hold on it by then.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  });
}
