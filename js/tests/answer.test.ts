import { describe, expect, test } from "vitest";
import { markWhenAnswered } from "../src/answer.ts";
import { FakeModel } from "./fake_model.ts";

function asked(send?: () => void) {
  const model = new FakeModel({ state: "idle" });
  const root = document.createElement("div");
  if (send) model.send = send;
  return { model, root, stop: markWhenAnswered(model.asModel(), root) };
}

describe("whether there is a kernel", () => {
  test("is asked once, and open until something comes", async () => {
    const { model, root } = asked();
    expect(model.sent).toEqual([{ kind: "hello" }]);
    expect(root.dataset.answered).toBeUndefined();
    await model.receive({ state: "running" });
    expect(root.dataset.answered).toBe("");
    expect(model.listenerCount()).toBe(0);
  });

  test("is not asked any more when the view is gone", () => {
    const { model, stop } = asked();
    stop();
    expect(model.listenerCount()).toBe(0);
  });

  test("is known if nothing can be sent", () => {
    const { model, root } = asked(() => {
      throw new Error("Cannot send");
    });
    expect(root.dataset.answered).toBeUndefined();
    expect(model.listenerCount()).toBe(0);
  });
});
