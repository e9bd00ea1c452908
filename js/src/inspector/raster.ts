// The raster: a dot for every spike, up to millions, written straight into pixels.

import { firstFrom } from "./arrays.ts";
import { drawAxes, type Plot } from "./panel.ts";
import { bounds, type Spikes } from "./spikes.ts";

/** How large a dot is, in the page's pixels, up to how many spikes; beyond, one of the screen's. */
const SIDES: readonly (readonly [number, number])[] = [
  [4_000, 2],
  [60_000, 1.4],
  [200_000, 1],
];

/** A colour as one number of an image's memory. */
function pixelOf(colour: string): number {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d");
  if (!context) return 0;
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return new Uint32Array(context.getImageData(0, 0, 1, 1).data.buffer)[0] ?? 0;
}

export function drawRaster(plot: Plot, spikes: Spikes, from: number, to: number): void {
  const { context, colours, ratio, left, top, width, height } = plot;
  const columns = Math.max(1, Math.round(width * ratio));
  const rows = Math.max(1, Math.round(height * ratio));
  const image = context.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  const ends = bounds(spikes);
  const { times, neurons, size } = spikes;
  const first = firstFrom(times, from);
  const last = firstFrom(times, to);
  const number = last - first;
  const side = Math.max(
    1,
    Math.round(ratio * (SIDES.find(([most]) => number < most)?.[1] ?? 0)),
  );
  // Of few neurons every spike is a stroke as high as its row.
  const tall = Math.max(side, Math.floor((rows / size) * 0.7));
  const across = columns / (to - from);
  const down = rows / size;
  const colour = spikes.populations.map((_, which) =>
    pixelOf(colours.series[which % colours.series.length] as string),
  );
  for (let index = first; index < last; index++) {
    const neuron = neurons[index] as number;
    let which = 0;
    while (neuron >= (ends[which + 1] as number)) which++;
    const pixel = colour[which] as number;
    const x = (((times[index] as number) - from) * across) | 0;
    const y = (rows - (neuron + 0.5) * down - tall / 2) | 0;
    if (side === 1 && tall === 1) {
      pixels[y * columns + x] = pixel;
      continue;
    }
    const right = Math.min(columns, x + side);
    const bottom = Math.min(rows, y + tall);
    for (let row = Math.max(0, y); row < bottom; row++) {
      for (let column = x; column < right; column++)
        pixels[row * columns + column] = pixel;
    }
  }
  context.putImageData(image, Math.round(left * ratio), Math.round(top * ratio));
  context.strokeStyle = colours.text;
  context.setLineDash([4, 3]);
  context.lineWidth = 1;
  context.beginPath();
  for (const end of ends.slice(1, -1)) {
    const at = Math.round(top + height - (end / size) * height) + 0.5;
    context.moveTo(left, at);
    context.lineTo(left + width, at);
  }
  context.stroke();
  context.setLineDash([]);
  drawAxes(plot, [from, to], [0, size], "ms");
}
