import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import inspector from "../src/inspector.ts";
import { InspectorViewDefaults, type InspectorViewTraits } from "../src/traits.ts";
import { FakeModel } from "./fake_model.ts";

const floatView = (...values: number[]) =>
  new DataView(Float32Array.from(values).buffer);

const READY: Partial<InspectorViewTraits> = {
  state: "ready",
  title: "Excitatory weight 2 mV, trial 1",
  facts: [
    { group: "Results", name: "Number of spikes", value: "3" },
    { group: "Parameters", name: "Size", value: "2" },
    { group: "Parameters", name: "Weight", value: "2 mV" },
  ],
  duration: 100,
  size: 2,
  populations: [
    { label: "Excitatory", size: 1 },
    { label: "Inhibitory", size: 1 },
  ],
  spike_neurons: new DataView(Uint32Array.of(0, 1, 0).buffer),
  spike_times: floatView(10, 20, 30),
  traces: [
    { label: "v, neuron 0", unit: "mV" },
    { label: "w, neuron 0", unit: "pA" },
  ],
  trace_times: floatView(0, 50),
  trace_values: floatView(-60, -50, 1, 2),
  before: true,
  after: true,
  comparable: true,
};

function show(traits: Partial<InspectorViewTraits> = READY) {
  const model = new FakeModel(InspectorViewDefaults, traits);
  const el = document.createElement("div");
  document.body.append(el);
  const close = inspector.render({ model: model.asModel(), el });
  const root = el.firstElementChild as HTMLElement;
  const button = (name: string): HTMLButtonElement => {
    const found = [...root.querySelectorAll("button")].find(
      (one) => (one.getAttribute("aria-label") ?? one.textContent) === name,
    );
    if (!found) throw new Error(`no button ${name}`);
    return found;
  };
  const key = (target: Element, key: string) => {
    const event = new KeyboardEvent("keydown", {
      key,
      bubbles: true,
      cancelable: true,
    });
    target.dispatchEvent(event);
    return event.defaultPrevented;
  };
  return { model, root, close, button, key };
}

const observers: { stopped: boolean }[] = [];

beforeEach(() => {
  vi.stubGlobal("requestAnimationFrame", (draw: () => void) => {
    draw();
    return 0;
  });
  vi.stubGlobal("cancelAnimationFrame", () => undefined);
  vi.stubGlobal(
    "ResizeObserver",
    class {
      stopped = false;
      constructor() {
        observers.push(this);
      }
      observe(): void {}
      disconnect(): void {
        this.stopped = true;
      }
    },
  );
  vi.stubGlobal("matchMedia", () => new EventTarget());
});

afterEach(() => {
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

describe("what is shown", () => {
  test("is nothing before a point is opened", () => {
    const { root } = show({});
    expect(root.hidden).toBe(true);
  });

  test("is a simulation with its plots and its numbers", () => {
    const { root } = show();
    expect(root.hidden).toBe(false);
    const labels = [...root.querySelectorAll("canvas")].map((one) =>
      one.getAttribute("aria-label"),
    );
    expect(labels).toEqual([
      "Raster of 3 spikes of 2 neurons, 0.000 to 100.0 ms",
      "Firing rate over time, 0.000 to 100.0 ms",
      "v, neuron 0 in mV, 0.000 to 100.0 ms",
      "w, neuron 0 in pA, 0.000 to 100.0 ms",
      "Histogram of inter-spike intervals: 1 interval; no neuron fired three times, " +
        "so there is no CV.",
    ]);
    const headings = [...root.querySelectorAll("h4")].map((one) => one.textContent);
    expect(headings).toContain("Results");
    expect(headings).toContain("Parameters");
    expect(root.querySelectorAll("dt")).toHaveLength(3);
    expect(root.textContent).toContain("Inhibitory (1)");
  });

  test("has no raster where no spikes were recorded", () => {
    const { root } = show({ ...READY, size: 0, populations: [] });
    expect(root.querySelectorAll("canvas")).toHaveLength(2);
  });

  test("stays, faintly, while another one is computed", async () => {
    const { model, root } = show();
    await model.receive({ state: "loading", title: "The next" });
    expect(root.dataset.state).toBe("loading");
    expect(root.getAttribute("aria-busy")).toBe("true");
    expect(root.querySelectorAll("canvas")).toHaveLength(5);
    expect(root.querySelector("[role=status]")?.textContent).toBe("Computing");
  });

  test("is not built anew when something else changes", async () => {
    const { model, root } = show();
    const before = root.querySelector("canvas");
    await model.receive({ after: false, notice: "Not all is the same." });
    expect(root.querySelector("canvas")).toBe(before);
    await model.receive({ spike_times: floatView(10, 20, 31) });
    expect(root.querySelector("canvas")).not.toBe(before);
  });

  test("of a failed one is the traceback", () => {
    const { root, button } = show({
      state: "failed",
      title: "Drive 2",
      message: "ValueError: no such drive",
      traceback: "Traceback ...\nValueError: no such drive",
    });
    expect(root.querySelector("[aria-label=Traceback]")?.textContent).toContain(
      "Traceback",
    );
    expect(root.textContent).toContain("ValueError: no such drive");
    expect(button("As script").hidden).toBe(true);
    expect(button("Copy the traceback").hidden).toBe(false);
  });

  test("is text, whatever it looks like", () => {
    const { root } = show({ ...READY, title: "<img src=x>", notice: "<b>bold</b>" });
    expect(root.querySelector("img, b")).toBeNull();
  });
});

describe("what a person asks for", () => {
  test("goes to Python", () => {
    const { model, button } = show();
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

  test("by keys: steps from anywhere but a text, and not beyond the ends", async () => {
    const { model, root, button, key } = show();
    expect(key(button("Compare"), "ArrowRight")).toBe(true);
    expect(key(button("Compare"), "PageUp")).toBe(true);
    expect(key(button("Compare"), "x")).toBe(false);
    const text = root.querySelector("pre");
    expect(text && key(text, "ArrowRight")).toBe(false);
    await model.receive({ after: false });
    key(button("Compare"), "ArrowRight");
    expect(model.sent).toEqual([
      { kind: "step", by: 1 },
      { kind: "step", by: -1 },
    ]);
    expect(root.dataset.lmSuppressShortcuts).toBe("true");
  });

  test("on a plot: arrows move the time axis and open no other point", () => {
    const { model, root, key } = show();
    const raster = root.querySelector("canvas") as HTMLCanvasElement;
    key(raster, "+");
    expect(raster.getAttribute("aria-label")).toContain("10.00 to 90.00 ms");
    key(raster, "ArrowRight");
    expect(raster.getAttribute("aria-label")).toContain("18.00 to 98.00 ms");
    expect(model.sent).toEqual([]);
    key(raster, "PageDown");
    expect(model.sent).toEqual([{ kind: "step", by: 1 }]);
  });
});

describe("the script", () => {
  test("opens when it is there, closes, and opens again", async () => {
    const { model, root, button } = show();
    const pane = root.querySelector("[aria-label=Script]") as HTMLElement;
    expect(pane.hidden).toBe(true);
    await model.receive({ script: "import brian2", script_name: "cuba.py" });
    expect(pane.hidden).toBe(false);
    expect(pane.textContent).toContain("import brian2");
    button("Close script").click();
    expect(pane.hidden).toBe(true);
    button("As script").click();
    expect(pane.hidden).toBe(false);
  });

  test("that cannot be says why", async () => {
    const { model, root, button } = show();
    await model.receive({ script_problem: "The model has no source." });
    expect(root.textContent).toContain("The model has no source.");
    expect(button("Download").hidden).toBe(true);
  });

  test("is copied, or the person is told how", async () => {
    const written: string[] = [];
    const clipboard = {
      writeText: (text: string) => {
        written.push(text);
        return Promise.resolve();
      },
    };
    vi.stubGlobal("navigator", { clipboard });
    const { model, button } = show();
    await model.receive({ script: "import brian2", script_name: "cuba.py" });
    button("Copy the script").click();
    expect(written).toEqual(["import brian2"]);
    await vi.waitFor(() =>
      expect(button("Copy the script").textContent).toBe("Copied"),
    );
    vi.stubGlobal("navigator", {});
    button("Copy the script").click();
    await vi.waitFor(() =>
      expect(button("Copy the script").textContent).toContain("Ctrl+C"),
    );
  });
});

test("a closed view listens to nothing", () => {
  const { model, root, close } = show();
  close();
  expect(model.listenerCount()).toBe(0);
  expect(observers.at(-1)?.stopped).toBe(true);
  expect(root.isConnected).toBe(false);
});
