// Files that a person takes home through the browser.

import type { AnyModel } from "@anywidget/types";
import { element } from "./dom.ts";

/** Have the browser keep a file. */
export function keepFile(name: string, content: BlobPart): void {
  const link = element("a");
  link.href = URL.createObjectURL(new Blob([content]));
  link.download = name;
  link.click();
  // The browser has its own hold on it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Have it keep the files that come as messages with their contents. */
export function takeFiles(model: Pick<AnyModel, "on">): void {
  model.on("msg:custom", (message: unknown, contents: readonly DataView[]) => {
    const { kind, name } = message as { kind?: string; name?: string };
    if (kind !== "file" || !name || !contents[0]) return;
    keepFile(name, contents[0] as DataView<ArrayBuffer>);
  });
}
