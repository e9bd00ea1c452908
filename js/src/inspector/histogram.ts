// The histogram of inter-spike intervals.

import { drawAxes, type Plot } from "./panel.ts";
import type { Intervals } from "./spikes.ts";

export function drawHistogram(plot: Plot, { bins, width: bin }: Intervals): void {
  const { context, colours, left, top, width, height } = plot;
  const most = Math.max(1, ...bins) * 1.06;
  const step = width / bins.length;
  context.fillStyle = colours.series[0] as string;
  bins.forEach((number, index) => {
    const tall = (number / most) * height;
    // The last bin holds all that is longer: it is set apart, and hollow.
    if (index < bins.length - 1) {
      context.fillRect(
        left + index * step,
        top + height - tall,
        Math.max(1, step - 1),
        tall,
      );
    } else if (number > 0) {
      context.strokeStyle = colours.series[0] as string;
      const x = left + index * step + 1.5;
      context.strokeRect(x, top + height - tall, Math.max(1, step - 3), tall);
    }
  });
  drawAxes(plot, [0, bins.length * bin], [0, most], "ms");
}

/** What the histogram says, in words. */
export function intervalsText({ number, cv, neurons }: Intervals): string {
  if (number === 0) return "No neuron fired twice.";
  const counted = number === 1 ? "1 interval" : `${number} intervals`;
  if (neurons === 0)
    return `${counted}; no neuron fired three times, so there is no CV.`;
  const of = neurons === 1 ? "1 neuron" : `${neurons} neurons`;
  return `${counted}, CV ${cv.toPrecision(3)} (mean of ${of} with three spikes or more)`;
}
