// All plots of one simulation, on one time axis.

import { element, setText } from "../dom.ts";
import type { InspectorViewTraits } from "../traits.ts";
import { counts, floats } from "./arrays.ts";
import { coloursOf, onThemeChange } from "./colours.ts";
import { listenTo, pressed } from "./gestures.ts";
import { drawHistogram, intervalsText } from "./histogram.ts";
import { drawRates, drawTraces } from "./lines.ts";
import { createPanel, type Panel } from "./panel.ts";
import { drawRaster } from "./raster.ts";
import { intervalsIn, ratesIn, type Spikes } from "./spikes.ts";
import { createTimeWindow } from "./window.ts";

type Picture = Pick<
  InspectorViewTraits,
  | "duration"
  | "size"
  | "populations"
  | "spike_neurons"
  | "spike_times"
  | "traces"
  | "trace_times"
  | "trace_values"
>;

interface TracePanel {
  readonly panel: Panel;
  readonly unit: string;
  readonly labels: readonly string[];
  readonly values: readonly Float32Array[];
}

const RASTER = 220;
const FEW = 70; // as high is the raster of a neuron or two
const RATE = 96;
const TRACES = 120;
const HISTOGRAM = 150;

const KEY_HELP =
  "Drag to zoom, Shift and drag to move, double-click for all; " +
  "with keys: arrows, plus, minus, 0.";

function spikesOf(picture: Picture): Spikes {
  const { size } = picture;
  const known =
    picture.populations.length > 0 ? picture.populations : [{ label: "", size }];
  return {
    times: floats(picture.spike_times),
    neurons: counts(picture.spike_neurons),
    size,
    populations: known,
  };
}

/** A title with a sign for everything that is drawn in it. */
function heading(text: string, labels: readonly string[], kind = ""): HTMLElement {
  const line = element("div", `bsw-inspector-heading ${kind}`);
  line.append(element("h4", "", text));
  labels.forEach((label, index) => {
    line.append(
      element("span", `bsw-inspector-key bsw-inspector-key${index % 4}`, label),
    );
  });
  return line;
}

export function createPlots(
  root: HTMLElement,
  overTime: HTMLElement,
  beside: HTMLElement,
) {
  const brush = element("div", "bsw-inspector-brush");
  // What is drawn at once, and what may come a frame later.
  let draw: readonly (() => void)[] = [];
  let frame = 0;
  const schedule = (): void => {
    cancelAnimationFrame(frame);
    let next = 0;
    const step = (): void => {
      draw[next++]?.();
      if (next < draw.length) frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
  };
  const window = createTimeWindow(schedule);
  const observer = new ResizeObserver(schedule);
  observer.observe(overTime);
  const stopTheme = onThemeChange(schedule);

  function timePanel(title: HTMLElement, name: string, height: number): Panel {
    overTime.append(title);
    const panel = createPanel(overTime, name, height);
    panel.canvas.tabIndex = 0;
    panel.canvas.title = KEY_HELP;
    panel.canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (!pressed(window, event.key)) return;
      event.preventDefault();
      event.stopPropagation();
    });
    listenTo(panel.canvas, window, brush);
    return panel;
  }

  function tracePanels(picture: Picture): TracePanel[] {
    const times = floats(picture.trace_times);
    const all = floats(picture.trace_values);
    const units = [...new Set(picture.traces.map(({ unit }) => unit))];
    return units.map((unit) => {
      const own = picture.traces.flatMap((trace, index) =>
        trace.unit === unit ? [{ label: trace.label, index }] : [],
      );
      const labels = own.map(({ label }) => label);
      const text = unit ? `Traces (${unit})` : "Traces";
      return {
        panel: timePanel(heading(text, labels), "trace", TRACES),
        unit,
        labels,
        values: own.map(({ index }) =>
          all.subarray(index * times.length, (index + 1) * times.length),
        ),
      };
    });
  }

  function build(picture: Picture): (() => void)[] {
    overTime.replaceChildren(brush);
    beside.replaceChildren();
    brush.hidden = true;
    const { size, duration } = picture;
    if (!(duration > 0) || (size === 0 && picture.traces.length === 0)) {
      return [];
    }
    const spikes = spikesOf(picture);
    const labels = picture.populations.map(({ label, size }) => `${label} (${size})`);
    const raster =
      size > 0
        ? timePanel(
            heading("Spikes of every neuron", labels, "bsw-inspector-dots"),
            "raster",
            size > 2 ? RASTER : FEW,
          )
        : undefined;
    const rate =
      size > 0
        ? timePanel(heading("Firing rate (spikes/s per neuron)", labels), "rate", RATE)
        : undefined;
    const traces = tracePanels(picture);
    const times = floats(picture.trace_times);
    let histogram: Panel | undefined;
    const text = element("p", "bsw-inspector-text");
    if (size > 0) {
      beside.append(heading("Inter-spike intervals", []));
      histogram = createPanel(beside, "intervals", HISTOGRAM);
      beside.append(text);
    }
    window.reset(duration);

    const where = () =>
      `${window.from.toPrecision(4)} to ${window.to.toPrecision(4)} ms`;

    function drawRun(): void {
      const { from, to } = window;
      const colours = coloursOf(root);
      raster?.draw(colours, (plot) => drawRaster(plot, spikes, from, to));
      raster?.canvas.setAttribute(
        "aria-label",
        `Raster of ${spikes.times.length} spikes of ${size} neurons, ${where()}`,
      );
      for (const { panel, unit, labels: names, values } of traces) {
        panel.draw(colours, (plot) => drawTraces(plot, { times, values }, from, to));
        panel.canvas.setAttribute(
          "aria-label",
          `${names.join(", ")} in ${unit}, ${where()}`,
        );
      }
    }

    // What has to be counted: of a million spikes it takes longer than drawing them.
    function drawCounts(): void {
      const { from, to } = window;
      const colours = coloursOf(root);
      if (rate) {
        const found = ratesIn(spikes, from, to);
        rate.draw(colours, (plot) => drawRates(plot, found, from, to));
        rate.canvas.setAttribute("aria-label", `Firing rate over time, ${where()}`);
      }
      if (histogram) {
        const found = intervalsIn(spikes, from, to);
        histogram.draw(colours, (plot) => drawHistogram(plot, found));
        setText(text, intervalsText(found));
        histogram.canvas.setAttribute(
          "aria-label",
          `Histogram of inter-spike intervals: ${intervalsText(found)}`,
        );
      }
    }

    return [drawRun, drawCounts];
  }

  return {
    paint(picture: Picture): void {
      draw = build(picture);
      schedule();
    },
    stop(): void {
      cancelAnimationFrame(frame);
      observer.disconnect();
      stopTheme();
    },
  };
}
