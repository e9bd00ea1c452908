import { afterEach, describe, expect, test } from "vitest";
import status from "../src/status.ts";
import { StatusStripDefaults, type StatusStripTraits } from "../src/traits.ts";
import { FakeModel } from "./fake_model.ts";

function strip(traits: Partial<StatusStripTraits> = {}) {
  return new FakeModel(StatusStripDefaults, traits);
}

const LONG = { point: "Excitatory weight 3.2 mV", position: [4, 0], seconds: 12 };
const OTHER = { point: "Excitatory weight 4 mV", position: [5, 0], seconds: 4 };

function show(model: FakeModel<StatusStripTraits>) {
  const el = document.createElement("div");
  document.body.append(el);
  status.render({ model: model.asModel(), el });
  const all = <E extends HTMLElement>(selector: string) => [
    ...el.querySelectorAll<E>(selector),
  ];
  return { el, all };
}

afterEach(() => {
  document.body.replaceChildren();
});

describe("simulations that take long", () => {
  test("are listed with their time, and can be skipped one by one", async () => {
    const model = strip({ state: "running", total: 6 });
    const { el, all } = show(model);
    const list = el.querySelector<HTMLElement>(".bsw-status-under-way");
    expect(list?.hidden).toBe(true);

    await model.receive({ under_way: [LONG, OTHER] });
    expect(list?.hidden).toBe(false);
    expect(all(".bsw-status-under-way-row").map((row) => row.textContent)).toEqual([
      "Excitatory weight 3.2 mV - runs for 12 s Skip",
      "Excitatory weight 4 mV - runs for 4 s Skip",
    ]);
    const [first, second] = all<HTMLButtonElement>(".bsw-status-under-way button");
    expect(first?.getAttribute("aria-label")).toBe("Skip Excitatory weight 3.2 mV");
    first?.click();
    expect(model.sent.at(-1)).toEqual({ kind: "skip", position: [4, 0] });
    expect(first?.disabled).toBe(true);
    expect(second?.disabled).toBe(false);
  });

  test("keep their row, and so the focus, while time passes", async () => {
    const model = strip({ state: "running", under_way: [LONG, OTHER] });
    const { all } = show(model);
    const [, button] = all<HTMLButtonElement>(".bsw-status-under-way button");
    button?.focus();
    await model.receive({ under_way: [{ ...OTHER, seconds: 5 }] });
    expect(all(".bsw-status-under-way-row")).toHaveLength(1);
    expect(document.activeElement).toBe(button);
    expect(all(".bsw-status-time")[0]?.textContent).toBe("runs for 5 s");
    await model.receive({ under_way: [] });
    expect(all(".bsw-status-under-way-row")).toHaveLength(0);
  });
});

describe("the button for another attempt", () => {
  test.each([
    ["finished", { failed: 2 }, "Retry failed"],
    ["running", { lost: 1 }, "Retry failed"],
    ["finished", { done: 9, partial: 1 }, "Retry failed"],
    ["cancelled", { failed: 1, cancelled: 4 }, "Retry failed"],
    ["cancelled", { cancelled: 4 }, "Compute the rest"],
    ["running", { cancelled: 1 }, ""],
    ["finished", {}, ""],
    ["stopping", { failed: 2 }, ""],
    ["idle", { failed: 2 }, ""],
  ] as const)("in state %s with %o says %j", (state, counts, text) => {
    const { el } = show(strip({ state, total: 9, ...counts }));
    const button = el.querySelector<HTMLButtonElement>(".bsw-status-retry");
    expect(button?.textContent).toBe(text);
    expect(button?.hidden).toBe(text === "");
  });

  test("asks for it", () => {
    const model = strip({ state: "finished", total: 9, failed: 2 });
    const { el } = show(model);
    el.querySelector<HTMLButtonElement>(".bsw-status-retry")?.click();
    expect(model.sent.at(-1)).toEqual({ kind: "retry" });
  });

  test("is not there while sweeps follow the settings", () => {
    const model = strip({ state: "finished", live: true, failed: 2 });
    const { el } = show(model);
    expect(el.querySelector<HTMLElement>(".bsw-status-retry")?.hidden).toBe(true);
  });
});

describe("a sweep that waits", () => {
  test("says why, before what else is to be known", async () => {
    const model = strip({ state: "running", notice: "Not compiled." });
    const { el } = show(model);
    const notice = el.querySelector(".bsw-status-notice");
    await model.receive({ waits: "Waiting for memory." });
    expect(notice?.textContent).toBe("Waiting for memory.\nNot compiled.");
    await model.receive({ waits: "" });
    expect(notice?.textContent).toBe("Not compiled.");
  });

  test("that is paused says so, and what was known before is counted", () => {
    const model = strip({ state: "paused", total: 9, done: 5, recalled: 3 });
    const { el } = show(model);
    const counts = el.querySelector(".bsw-status-counts")?.textContent;
    expect(counts).toBe("Paused · 5 of 9 done · 3 known before");
  });
});
