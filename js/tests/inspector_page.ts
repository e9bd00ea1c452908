// What browsers have and jsdom has not, as far as the inspector needs it.

import { vi } from "vitest";
import inspector from "../src/inspector.ts";
import { InspectorViewDefaults, type InspectorViewTraits } from "../src/traits.ts";
import { FakeModel } from "./fake_model.ts";

export const view = (array: Float32Array | Uint32Array) =>
  new DataView(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);

/** Six spikes of four neurons in 100 ms, and two traces. */
export const RUN: Partial<InspectorViewTraits> = {
  state: "ready",
  title: "Excitatory weight 2.1 mV, trial 1",
  duration: 100,
  size: 4,
  populations: [
    { label: "Excitatory", size: 3 },
    { label: "Inhibitory", size: 1 },
  ],
  spike_times: view(Float32Array.of(5, 10, 20, 40, 60, 90)),
  spike_neurons: view(Uint32Array.of(0, 3, 0, 0, 3, 1)),
  traces: [
    { label: "v of neuron 0", unit: "mV" },
    { label: "w of neuron 0", unit: "nA" },
  ],
  trace_times: view(Float32Array.of(0, 50, 100)),
  trace_values: view(Float32Array.of(-60, -50, -55, 1, 2, 3)),
  facts: [
    { group: "Measured", name: "Number of spikes", value: "6" },
    { group: "Run", name: "Seed", value: "1 842" },
    { group: "Run", name: "Took", value: "17 ms" },
  ],
  before: true,
  after: true,
};

/** What listens for changes of the page, by name. */
export const listening = new Map<string, Set<() => void>>();
let frames: (() => void)[] = [];
let resized: (() => void)[] = [];

/** Let what waits for a frame happen. */
export function frame(): void {
  const now = frames;
  frames = [];
  for (const callback of now) callback();
}

/** Tell the inspector of another size. */
export function resize(): void {
  for (const callback of resized) callback();
}

class Observer {
  #callback: () => void;
  constructor(callback: () => void) {
    this.#callback = callback;
  }
  observe(): void {
    resized.push(this.#callback);
  }
  disconnect(): void {
    resized = resized.filter((one) => one !== this.#callback);
  }
}

/** Texts that were written into canvases since `installPage`. */
export const written: string[] = [];

/** A drawing context that takes all calls. */
function fakeContext() {
  return new Proxy({} as Record<string | symbol, unknown>, {
    get(target, key) {
      if (key in target) return target[key];
      if (key === "fillText") return (text: string) => written.push(text);
      if (key === "createImageData") {
        return (width: number, height: number) => ({
          width,
          height,
          data: new Uint8ClampedArray(4 * width * height),
        });
      }
      return () => undefined;
    },
  });
}

export function installPage(): void {
  listening.clear();
  frames = [];
  resized = [];
  written.length = 0;
  vi.stubGlobal("ResizeObserver", Observer);
  vi.stubGlobal(
    "Path2D",
    class {
      moveTo() {}
      lineTo() {}
    },
  );
  vi.stubGlobal("requestAnimationFrame", (callback: () => void) =>
    frames.push(callback),
  );
  vi.stubGlobal("cancelAnimationFrame", () => {
    frames = [];
  });
  vi.stubGlobal("matchMedia", (query: string) => ({
    addEventListener(_: string, told: () => void, { signal }: { signal: AbortSignal }) {
      const all = listening.get(query) ?? new Set();
      listening.set(query, all.add(told));
      signal.addEventListener("abort", () => all.delete(told));
    },
  }));
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(600);
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(
    fakeContext as unknown as HTMLCanvasElement["getContext"],
  );
  HTMLElement.prototype.setPointerCapture = () => undefined;
}

let opened: (() => void)[] = [];

export function removePage(): void {
  for (const close of opened) close();
  opened = [];
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  document.body.replaceChildren();
}

export function show(traits: Partial<InspectorViewTraits> = {}) {
  const model = new FakeModel(InspectorViewDefaults, { ...RUN, ...traits });
  return { model, ...open(model) };
}

/** Another view of `model`. */
export function open(model: FakeModel<InspectorViewTraits>) {
  const el = document.createElement("div");
  document.body.append(el);
  const close = inspector.render({ model: model.asModel(), el });
  opened.push(close);
  frame();
  function find<E extends HTMLElement>(selector: string): E {
    const node = el.querySelector<E>(selector);
    if (!node) throw new Error(`nothing matches ${selector}`);
    return node;
  }
  function button(name: string): HTMLButtonElement {
    const found = [...el.querySelectorAll("button")].find(
      (one) => (one.ariaLabel || one.textContent) === name,
    );
    if (!found) throw new Error(`no button ${name}`);
    return found;
  }
  const part = (name: string) => find(`.bsw-inspector-${name}`);
  const pictures = () =>
    [...el.querySelectorAll("canvas")]
      .filter((one) => !one.closest("[hidden]"))
      .map((one) => one.ariaLabel);
  return { el, close, find, part, button, pictures };
}

/** Press a key where the focus would be; false if the page is to ignore it. */
export function press(
  node: Element,
  key: string,
  held: KeyboardEventInit = {},
): boolean {
  const options = { key, bubbles: true, cancelable: true, ...held };
  const ignored = node.dispatchEvent(new KeyboardEvent("keydown", options));
  frame();
  return ignored;
}
