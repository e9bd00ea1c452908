// Lines over time: firing rates and membrane potentials.

import { firstFrom } from "./arrays.ts";
import { drawAxes, type Plot } from "./panel.ts";
import { type Rates, roundUp } from "./spikes.ts";

/** So that lines differ by more than their colour. */
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3]];
const MARGIN = 0.06;

function begin({ context, colours }: Plot, which: number): void {
  context.strokeStyle = colours.series[which % colours.series.length] as string;
  context.setLineDash([...(DASHES[which % DASHES.length] as readonly number[])]);
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.beginPath();
}

/** Draw only within the plot, whatever is beyond its ends. */
function within({ context, left, top, width, height }: Plot, draw: () => void): void {
  context.save();
  context.beginPath();
  context.rect(left, top - 2, width, height + 4);
  context.clip();
  draw();
  context.restore();
}

export function drawRates(plot: Plot, found: Rates, from: number, to: number): void {
  const { context, left, top, width, height } = plot;
  const highest = Math.max(...found.rates.map((rates) => Math.max(0, ...rates)));
  const most = highest > 0 ? highest * (1 + MARGIN) : 1;
  within(plot, () => {
    found.rates.forEach((rates, which) => {
      begin(plot, which);
      rates.forEach((rate, bin) => {
        const y = top + height - (rate / most) * height;
        for (const edge of [bin, bin + 1]) {
          const time = found.start + edge * found.width;
          context.lineTo(left + ((time - from) / (to - from)) * width, y);
        }
      });
      context.stroke();
    });
  });
  drawAxes(plot, [from, to], [0, most], "ms");
}

export interface Lines {
  readonly times: Float32Array;
  readonly values: readonly Float32Array[];
}

export function drawTraces(
  plot: Plot,
  { times, values }: Lines,
  from: number,
  to: number,
) {
  const { context, left, top, width, height } = plot;
  // One sample beyond each end, so that lines reach the edges.
  const first = Math.max(0, firstFrom(times, from) - 1);
  const last = Math.min(times.length, firstFrom(times, to) + 1);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const trace of values) {
    for (let index = first; index < last; index++) {
      const value = trace[index] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (!(low < high)) {
    const apart = low === high ? roundUp(Math.abs(low) || 1) / 2 : 1;
    [low, high] = low === high ? [low - apart, high + apart] : [0, 1];
  }
  const margin = (high - low) * MARGIN;
  const bottom = low - margin;
  const most = high + margin;
  // Of more samples than pixels, the lowest and the highest at every pixel are the line.
  const step = Math.max(1, Math.floor((last - first) / (2 * width)));
  within(plot, () => {
    values.forEach((trace, which) => {
      begin(plot, which);
      const to_page = (index: number): void => {
        context.lineTo(
          left + (((times[index] as number) - from) / (to - from)) * width,
          top +
            height -
            (((trace[index] as number) - bottom) / (most - bottom)) * height,
        );
      };
      for (let start = first; start < last; start += step) {
        const end = Math.min(start + step, last);
        let lowest = start;
        let highest = start;
        for (let index = start + 1; index < end; index++) {
          if ((trace[index] as number) < (trace[lowest] as number)) lowest = index;
          if ((trace[index] as number) > (trace[highest] as number)) highest = index;
        }
        to_page(Math.min(lowest, highest));
        if (lowest !== highest) to_page(Math.max(lowest, highest));
      }
      context.stroke();
    });
  });
  drawAxes(plot, [from, to], [bottom, most], "ms");
}
