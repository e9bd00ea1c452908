import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  frame,
  installPage,
  listening,
  open,
  press,
  RUN,
  removePage,
  resize,
  show,
  view,
  written,
} from "./inspector_page.ts";

beforeEach(installPage);
afterEach(removePage);

describe("the states", () => {
  test("empty: nothing is shown", async () => {
    const { model, find } = show({ state: "empty" });
    expect(find(".bsw-inspector").hidden).toBe(true);
    await model.receive({ state: "ready" });
    expect(find(".bsw-inspector").hidden).toBe(false);
  });

  test("ready: title, pictures in words, and numbers in groups", () => {
    const { el, part, pictures } = show();
    expect(part("title").textContent).toBe("Excitatory weight 2.1 mV, trial 1");
    expect(pictures()).toEqual([
      "Raster of 6 spikes of 4 neurons (3 Excitatory, 1 Inhibitory) in 100 ms",
      "Population rate in 100 ms: Excitatory at most 66.7 Hz, Inhibitory at most 200 Hz",
      "Trace of v of neuron 0 in 100 ms; in the whole run \u221260 to \u221250 mV",
      "Trace of w of neuron 0 in 100 ms; in the whole run 1 to 3 nA",
      expect.stringContaining("Histogram of 3 inter-spike intervals in 100 ms"),
    ]);
    expect([...el.querySelectorAll("canvas")].every((one) => one.role === "img")).toBe(
      true,
    );
    const lists = [...el.querySelectorAll("dl")];
    expect(lists.map((one) => one.ariaLabel)).toEqual(["Measured", "Run"]);
    expect(lists[1]?.textContent).toBe("Seed1 842Took17 ms");
    expect(written).toContain("Inhibitory");
  });

  test("loading: the former picture stays, dimmed, and it is said", async () => {
    const { model, find, part, pictures } = show();
    const before = pictures();
    await model.receive({
      state: "loading",
      title: "Another",
      facts: [],
      size: 0,
      traces: [],
    });
    frame();
    expect(find(".bsw-inspector").ariaBusy).toBe("true");
    expect(part("live").textContent).toBe("Computing\u2026");
    expect(part("title").textContent).toBe("Another");
    expect(pictures()).toEqual(before);
    expect(part("facts").textContent).toContain("Seed");
    await model.receive({ state: "ready" });
    expect(find(".bsw-inspector").ariaBusy).toBe("false");
    frame();
    expect(pictures()).toEqual([]);
  });

  test("failed: message and traceback as text, and no picture", () => {
    const message = "ValueError: <b>no</b> such unit\nin synapses";
    const { part, pictures, find } = show({
      state: "failed",
      message,
      traceback: "Traceback ...",
    });
    expect(part("message").textContent).toBe("ValueError: <b>no</b> such unit");
    const text = find<HTMLPreElement>(".bsw-inspector-body pre");
    expect(text.textContent).toBe("in synapses\n\nTraceback ...");
    expect([text.tabIndex, text.ariaLabel]).toEqual([0, "Traceback"]);
    expect(pictures()).toEqual([]);
    expect(part("live").textContent).toContain("failed. ValueError");
  });

  test("ready, though a measure failed: the picture, and what went wrong", () => {
    const { part, find } = show({
      message: "cv: ZeroDivisionError: division by zero",
      traceback: "in cv",
    });
    expect(part("message").textContent).toBe("cv: ZeroDivisionError: division by zero");
    expect(find(".bsw-inspector-body pre").textContent).toBe("in cv");
    expect(part("message").closest<HTMLElement>("[hidden]")).toBeNull();
    expect(part("time").closest<HTMLElement>("[hidden]")).toBeNull();
  });

  test("failed without a traceback: the whole message, if it has more lines", async () => {
    const { model, find } = show({ state: "failed", message: "one\ntwo" });
    expect(find(".bsw-inspector-body pre").textContent).toBe("one\ntwo");
    await model.receive({ message: "one" });
    expect(find(".bsw-inspector-body pre").hidden).toBe(true);
  });

  test("without spikes or traces, a sentence", async () => {
    const nothing = view(new Float32Array(0));
    const { model, el, pictures } = show({ size: 0, traces: [] });
    const text = () =>
      el.querySelector(".bsw-inspector-plots > .bsw-inspector-note")?.textContent;
    expect(pictures()).toEqual([]);
    expect(text()).toBe("No spikes were recorded. No traces were recorded.");
    await model.receive({
      ...RUN,
      spike_times: nothing,
      spike_neurons: nothing,
    });
    frame();
    expect(pictures()).toHaveLength(2);
    expect(text()).toBe("None of 4 neurons fired.");
  });

  test("a single neuron has no population rate", () => {
    const { pictures } = show({
      size: 1,
      populations: [],
      spike_neurons: view(new Uint32Array(6)),
    });
    expect(pictures().map((words) => words?.split(" ", 1)[0])).toEqual([
      "Raster",
      "Trace",
      "Trace",
      "Histogram",
    ]);
  });
});

describe("what a person asks for", () => {
  test("goes to Python, and no trait is written", () => {
    const { model, button } = show({ comparable: true });
    for (const name of [
      "Previous point",
      "Next point",
      "Compare",
      "As script",
      "Close",
    ]) {
      button(name).click();
    }
    expect(model.sent).toEqual([
      { kind: "step", by: -1 },
      { kind: "step", by: 1 },
      { kind: "compare" },
      { kind: "script" },
      { kind: "close" },
    ]);
  });

  test("is not offered where it cannot be", () => {
    const { model, button } = show({ after: false });
    expect(button("Compare").hidden).toBe(true);
    button("Next point").click();
    expect(button("Next point").ariaDisabled).toBe("true");
    expect(model.sent).toEqual([]);
  });

  test("keys step from anywhere but where they scroll or move the window", () => {
    const { model, button, part, find } = show({ script: "import brian2" });
    expect(press(button("As script"), "ArrowLeft")).toBe(false);
    press(button("Close"), "PageDown");
    expect(model.sent).toEqual([
      { kind: "step", by: -1 },
      { kind: "step", by: 1 },
    ]);
    expect(press(find("pre"), "PageDown")).toBe(true);
    expect(press(button("Close"), "ArrowLeft", { ctrlKey: true })).toBe(true);
    press(part("time"), "ArrowLeft");
    expect(model.sent).toHaveLength(2);
    press(part("time"), "PageUp");
    expect(model.sent).toHaveLength(3);
  });

  test("JupyterLab's shortcuts do not act too", () => {
    const { button } = show();
    expect(button("Close").closest("[data-lm-suppress-shortcuts]")).not.toBeNull();
  });
});

describe("the script", () => {
  test("opens when it comes, closes by hand, and opens again when asked for", async () => {
    const { model, part, button, find } = show();
    const pane = part("pane");
    expect(pane.hidden).toBe(true);
    button("As script").click();
    expect(pane.hidden).toBe(true);
    await model.receive({ script: "import brian2", script_name: "cuba.py" });
    expect(pane.hidden).toBe(false);
    expect(find("pre").textContent).toBe("import brian2");
    button("Close script").click();
    expect(pane.hidden).toBe(true);
    expect(document.activeElement).toBe(button("As script"));
    await model.receive({ before: false });
    expect(pane.hidden).toBe(true);
    button("As script").click();
    expect(pane.hidden).toBe(false);
  });

  test("says why there is none instead", () => {
    const { part, find, button } = show({
      script_problem: "A plain function has none.",
    });
    expect(part("pane").textContent).toContain("A plain function has none.");
    expect(find("pre").hidden).toBe(true);
    expect(button("Download").hidden).toBe(true);
  });

  test("is saved under its name", () => {
    const saved: string[] = [];
    const made = vi.fn(() => "blob:1");
    vi.stubGlobal("URL", { createObjectURL: made, revokeObjectURL: () => undefined });
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (
      this: HTMLAnchorElement,
    ) {
      saved.push(this.download);
    });
    const { button } = show({ script: "import brian2", script_name: "cuba.py" });
    button("Download").click();
    expect(saved).toEqual(["cuba.py"]);
    expect(made).toHaveBeenCalledOnce();
  });

  test("is copied, also where there is no clipboard", async () => {
    const copied: string[] = [];
    const writeText = vi.fn(async (text: string) => void copied.push(text));
    vi.stubGlobal("navigator", { clipboard: { writeText } });
    const { button, part } = show({ script: "import brian2" });
    const copy = button("Copy");
    copy.click();
    await vi.waitFor(() => expect(copy.textContent).toBe("Copied"));
    expect(copied).toEqual(["import brian2"]);
    copy.dispatchEvent(new Event("blur"));
    expect(copy.textContent).toBe("Copy");

    vi.stubGlobal("navigator", {});
    document.execCommand = vi.fn(() => false);
    copy.click();
    await vi.waitFor(() => expect(copy.textContent).toBe("Selected: press Ctrl+C"));
    expect(getSelection()?.toString()).toBe("import brian2");
    expect(part("live").textContent).toBe("Selected: press Ctrl+C");
  });
});

describe("the window", () => {
  test("is one for all pictures, and the intervals are those within", () => {
    const { part, button, pictures } = show();
    press(part("time"), "+");
    press(part("time"), "+");
    expect(part("where").textContent).toBe("27.8 to 72.2 ms");
    expect(pictures().map((words) => words?.match(/from [^:;]+ ms/)?.[0])).toEqual(
      Array(4).fill("from 27.8 to 72.2 ms"),
    );
    expect(pictures()[0]).toContain("Raster of 2 spikes");
    expect(part("side").textContent).toContain("No neuron fired twice in this time.");
    button("Later").click();
    frame();
    expect(part("where").textContent).toBe("32.2 to 76.7 ms");
    press(part("time"), "Escape");
    expect(part("where").textContent).toBe("0 to 100 ms");
    expect(button("Later").ariaDisabled).toBe("true");
  });

  /** The axes begin behind room for labels, and end before the canvas does. */
  function drag(area: HTMLElement, from: number, to: number, held = {}) {
    for (const [type, clientX] of [
      ["pointerdown", from],
      ["pointermove", to],
      ["pointerup", to],
    ] as const) {
      const options = { clientX, isPrimary: true, button: 0, ...held };
      area.dispatchEvent(new PointerEvent(type, options));
    }
    frame();
  }

  test("is chosen by dragging, moved with shift, and reset by a double click", () => {
    const { part } = show();
    drag(part("time"), 200, 400);
    const chosen = part("where").textContent;
    expect(chosen).not.toBe("0 to 100 ms");
    expect(part("band").hidden).toBe(true);
    drag(part("time"), 300, 301);
    expect(part("where").textContent).toBe(chosen);
    drag(part("time"), 300, 250, { shiftKey: true });
    const [, from = 0, to = 0] =
      part("where")
        .textContent?.match(/(.+) to (.+) ms/)
        ?.map(Number) ?? [];
    const [, oldFrom = 0, oldTo = 0] =
      chosen?.match(/(.+) to (.+) ms/)?.map(Number) ?? [];
    expect(from).toBeGreaterThan(oldFrom);
    expect(to - from).toBeCloseTo(oldTo - oldFrom, 0);
    part("time").dispatchEvent(new MouseEvent("dblclick"));
    frame();
    expect(part("where").textContent).toBe("0 to 100 ms");
  });

  test("Esc gives up a drag, and leaves the window", () => {
    const { part } = show();
    press(part("time"), "+");
    const chosen = part("where").textContent;
    const down = { clientX: 200, isPrimary: true };
    part("time").dispatchEvent(new PointerEvent("pointerdown", down));
    part("time").dispatchEvent(
      new PointerEvent("pointermove", { ...down, clientX: 400 }),
    );
    expect(part("band").hidden).toBe(false);
    press(part("time"), "Escape");
    expect(part("band").hidden).toBe(true);
    expect(part("where").textContent).toBe(chosen);
  });

  test("the wheel zooms only with the focus or a key held, else the page scrolls", () => {
    const { part } = show();
    const area = part("time");
    const turn = (held: WheelEventInit) => {
      const event = new WheelEvent("wheel", {
        deltaY: -100,
        cancelable: true,
        ...held,
      });
      area.dispatchEvent(event);
      frame();
      return event.defaultPrevented;
    };
    expect(turn({})).toBe(false);
    expect(part("where").textContent).toBe("0 to 100 ms");
    expect(turn({ ctrlKey: true })).toBe(true);
    const zoomed = part("where").textContent;
    expect(zoomed).not.toBe("0 to 100 ms");
    area.focus();
    expect(turn({})).toBe(true);
    expect(part("where").textContent).not.toBe(zoomed);
    press(area, "0");
    // There is nothing beyond the whole run: the page scrolls on.
    expect(turn({ deltaY: 100 })).toBe(false);
  });

  test("stays from point to point, unless runs are of another length", async () => {
    const { model, part } = show();
    press(part("time"), "+");
    const chosen = part("where").textContent;
    await model.receive({ title: "Another", spike_times: view(new Float32Array(6)) });
    frame();
    expect(part("where").textContent).toBe(chosen);
    await model.receive({ duration: 200 });
    frame();
    expect(part("where").textContent).toBe("0 to 200 ms");
  });
});

describe("views", () => {
  test("of one model have windows of their own", () => {
    const { model, part } = show();
    const other = open(model);
    press(part("time"), "+");
    expect(part("where").textContent).not.toBe("0 to 100 ms");
    expect(other.part("where").textContent).toBe("0 to 100 ms");
  });

  test("leave nothing behind", async () => {
    const { model, el, close } = show();
    const other = open(model);
    expect(model.listenerCount()).toBe(2);
    close();
    other.close();
    expect(el.childElementCount).toBe(0);
    expect(model.listenerCount()).toBe(0);
    expect([...listening.values()].every((told) => told.size === 0)).toBe(true);
    written.length = 0;
    document.body.classList.add("theme-dark");
    resize();
    await model.receive({ duration: 300 });
    await new Promise((resolve) => setTimeout(resolve));
    frame();
    expect(written).toEqual([]);
  });

  test("are drawn anew when the theme or the screen changes", async () => {
    show();
    written.length = 0;
    document.body.dataset.jpThemeLight = "false";
    await new Promise((resolve) => setTimeout(resolve));
    frame();
    expect(written).toContain("Inhibitory");
    for (const query of [...listening.keys()]) {
      written.length = 0;
      for (const told of [...(listening.get(query) ?? [])]) told();
      frame();
      expect(written, query).toContain("Inhibitory");
    }
    expect([...listening.keys()].some((query) => query.includes("resolution"))).toBe(
      true,
    );
  });

  test("are drawn anew at once when their size changes, and only then", () => {
    show();
    written.length = 0;
    resize();
    expect(written).toEqual([]);
    vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(400);
    resize();
    expect(written).toContain("Inhibitory");
  });
});
