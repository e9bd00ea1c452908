// The pictures of a recording, each for the window of time that is asked for.

import { formatCount } from "../format.ts";
import { intervals } from "./intervals.ts";
import {
  ceil,
  clamp,
  floor,
  formatNumber,
  formatTick,
  max,
  min,
  round,
  search,
} from "./numbers.ts";
import type { Picture } from "./panel.ts";
import { part } from "./parts.ts";
import { layBands, plotSpikes } from "./raster.ts";
import { populationRates } from "./rates.ts";
import type { Spikes, TraceGroup } from "./recording.ts";
import type { Sheet } from "./sheet.ts";
import type { Span } from "./span.ts";
import { counted, intervalsText, rasterText, spikesText, when } from "./wording.ts";

/** A picture of what is in `span`, a part of `whole`. */
export type View = (span: Span, whole: Span) => Picture;

/** Heights, in lines of text. */
const RASTER = 17;
const LEAST_RASTER = 2.4;
const ROW = 0.9;
const RATES = 6;
const LANE = 5.5;
const MAIN_LANE = 10;
const INTERVALS = 9;

/** How lines are dashed, so that colour is not the only sign; as in inspector.css. */
const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3]];

export function rasterView(spikes: Spikes): View {
  const lines = clamp(spikes.size * ROW, LEAST_RASTER, RASTER);
  return (span, whole) => ({
    name: "Raster",
    detail: [spikesText(spikes, span)],
    words: rasterText(spikes, span, whole),
    lines,
    axis: span,
    draw(sheet) {
      const { context, palette, left, top, small } = sheet;
      const ratio = devicePixelRatio;
      const gap = round(5 * ratio);
      const image = context.createImageData(
        ceil(sheet.width * ratio),
        ceil(sheet.height * ratio),
      );
      const bands = layBands(spikes.populations, image.height, gap, 3 * small * ratio);
      plotSpikes(image, spikes, bands, palette.marks, span, ratio);
      // The picture covers the time axis' lines, but for their ends.
      context.clearRect(left, top - 1, sheet.width + 2, sheet.height + 2);
      context.putImageData(image, round(left * ratio), round(top * ratio));
      for (const [index, band] of bands.entries()) {
        const { label, size } = band.population;
        const bottom = top + (band.top + band.height) / ratio;
        const middle = bottom - band.height / ratio / 2;
        const x = left - small / 2;
        const apart = label ? small * 0.6 : 0;
        sheet.text(label, x, middle - apart, "right", palette.text);
        if (size > 1) sheet.text(formatCount(size), x, middle + apart);
        // The boundary, through the labels' column too.
        const edge = bottom + gap / ratio / 2;
        if (index > 0) sheet.rule(0, edge, left + sheet.width, 0, palette.muted);
      }
    },
  });
}

export function ratesView(spikes: Spikes): View {
  const labels = spikes.populations.map(({ label }) => label);
  return (span, whole) => {
    const rates = populationRates(spikes, span, whole.to);
    const highest = rates.lines.map((line) => max(...line));
    const keys = labels.map((label, index) => {
      const key = part("key", label);
      key.dataset.mark = String((index % DASHES.length) + 1);
      return key;
    });
    return {
      name: "Population rate",
      detail: [
        `Hz, bins of ${formatTick(rates.width)} ms`,
        ...(labels.length > 1 ? keys : []),
      ],
      words: `Population rate ${when(span, whole)}: ${labels
        .map((label, index) => {
          const most = formatNumber(highest[index] as number);
          return `${label || "all neurons"} at most ${most} Hz`;
        })
        .join(", ")}`,
      lines: RATES,
      axis: span,
      draw(sheet) {
        const { palette, left, bottom } = sheet;
        const top = max(...highest) * 1.08 || 1;
        sheet.valueAxis(0, top);
        const scale = sheet.width / (span.to - span.from);
        for (const [index, line] of rates.lines.entries()) {
          const path = new Path2D();
          for (const [bin, rate] of line.entries()) {
            const time = rates.start + (bin + 0.5) * rates.width;
            path.lineTo(
              left + (time - span.from) * scale,
              bottom - (rate / top) * sheet.height,
            );
          }
          sheet.line(
            path,
            palette.marks[index % DASHES.length],
            DASHES[index % DASHES.length],
          );
        }
      },
    };
  };
}

/** Traces of one unit, each in a lane of its own, all on the same scale. */
export function tracesView(group: TraceGroup, main: boolean): View {
  const { traces, unit } = group;
  const [only] = traces.length > 1 ? [] : traces;
  // So that the highest and the lowest keep off the neighbours.
  const pad = (group.high - group.low) * 0.06;
  const low = group.low - pad;
  const high = group.high + pad;
  const names = traces.map(({ label }) => label).join(", ");
  return (span, whole) => ({
    name: only ? only.label : "Traces",
    detail: [unit],
    words: `Trace of ${names} ${when(span, whole)}; in the whole run ${formatNumber(group.low)} to ${formatNumber(group.high)} ${unit}`,
    lines: (main ? MAIN_LANE : LANE) * traces.length,
    axis: span,
    draw(sheet) {
      const { left, small, palette } = sheet;
      const lane = sheet.height / traces.length;
      const head = only ? 0 : small * 1.6;
      for (const [index, { label, values }] of traces.entries()) {
        const bottom = sheet.top + (index + 1) * lane;
        const top = bottom - lane + head;
        sheet.valueAxis(low, high, top, bottom);
        if (!only) sheet.text(label, left + 3, top - head / 2, "left", palette.text);
        const y = (value: number) =>
          bottom - ((value - low) / (high - low)) * (bottom - top);
        sheet.line(tracePath(sheet, group.times, values, span, y), palette.marks[0]);
      }
    },
  });
}

/** A path with two points to a pixel, however long the trace is. */
function tracePath(
  { left, width }: Sheet,
  times: Float32Array,
  values: Float32Array,
  span: Span,
  y: (value: number) => number,
): Path2D {
  const path = new Path2D();
  const scale = width / (span.to - span.from);
  const x = (k: number) => left + ((times[k] as number) - span.from) * scale;
  const column = (k: number) => floor(x(k) * devicePixelRatio);
  // One more on both sides, as lines go on beyond the edges.
  const end = min(search(times, span.to) + 1, values.length);
  let broken = true;
  for (let k = max(search(times, span.from) - 1, 0); k < end; ) {
    const here = column(k);
    let least = k;
    let most = k;
    for (; k < end && column(k) === here; k += 1) {
      if ((values[k] as number) < (values[least] as number)) least = k;
      if ((values[k] as number) > (values[most] as number)) most = k;
    }
    for (const place of [min(least, most), max(least, most)]) {
      const value = values[place] as number;
      // What was not recorded is no straight line.
      if (broken) path.moveTo(x(place), y(value));
      else path.lineTo(x(place), y(value));
      broken = Number.isNaN(value);
    }
  }
  return path;
}

export function intervalsView(spikes: Spikes): View {
  return (span, whole) => {
    const found = intervals(spikes, span);
    const { bins, width, count } = found;
    const text = intervalsText(found);
    return {
      name: "Inter-spike intervals",
      detail: count ? [`bins of ${formatTick(width)} ms`] : [],
      words: `Histogram of ${counted(count, "inter-spike interval")} ${when(span, whole)}: ${text}`,
      note: text,
      lines: count ? INTERVALS : 0,
      axis: { from: 0, to: bins.length * width },
      draw({ context, palette, left, bottom, height, width: room, valueAxis }) {
        const highest = max(...bins) * 1.08;
        valueAxis(0, highest);
        const bar = room / bins.length;
        context.fillStyle = palette.marks[0] ?? "";
        for (const [bin, number] of bins.entries()) {
          const up = (number / highest) * height;
          context.fillRect(left + bin * bar, bottom - up, bar > 4 ? bar - 1 : bar, up);
        }
      },
    };
  };
}
