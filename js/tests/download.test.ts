import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { takeFiles } from "../src/download.ts";

type Listener = (message: unknown, contents: DataView[]) => void;

/** The part of a model that brings messages. */
function messages() {
  let listener: Listener = () => undefined;
  const model = {
    on(event: string, called: Listener) {
      expect(event).toBe("msg:custom");
      listener = called;
    },
  };
  takeFiles(model as unknown as Parameters<typeof takeFiles>[0]);
  return (message: unknown, ...contents: DataView[]) => listener(message, contents);
}

const CONTENT = new DataView(Uint8Array.of(80, 78, 71).buffer);
let kept: { name: string; blob: Blob }[] = [];
let released: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  kept = [];
  released = [];
  let blob = new Blob();
  URL.createObjectURL = (given: Blob | MediaSource) => {
    blob = given as Blob;
    return "blob:of-the-test";
  };
  URL.revokeObjectURL = (url: string) => released.push(url);
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    kept.push({ name: this.download, blob });
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("a file that comes is kept under its name, and let go of", async () => {
  const receive = messages();
  receive({ kind: "file", name: "cuba.png" }, CONTENT);
  expect(kept.map(({ name }) => name)).toEqual(["cuba.png"]);
  expect(await kept[0]?.blob.text()).toBe("PNG");
  expect(released).toEqual([]);
  vi.advanceTimersByTime(60_000);
  expect(released).toEqual(["blob:of-the-test"]);
});

test("nothing else is", () => {
  const receive = messages();
  receive({ kind: "other", name: "cuba.png" }, CONTENT);
  receive({ kind: "file" }, CONTENT);
  receive({ kind: "file", name: "cuba.png" });
  expect(kept).toEqual([]);
});
