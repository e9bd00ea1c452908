// A raster's pixels: a dot for every spike, a million of them within a frame.
//
// Spikes are counted pixel by pixel first; the count then decides how strong the
// colour is, so that crowds stay readable. All lengths are device pixels.

import { clamp, floor, max, min, round, search } from "./numbers.ts";
import type { Population, Spikes } from "./recording.ts";
import type { Span } from "./span.ts";

/** The rows of one population; the first population is at the bottom. */
export interface Band {
  readonly population: Population;
  readonly top: number;
  readonly height: number;
}

/** Share of the picture that dots may cover before they shrink. */
const COVER = 0.2;
/** How opaque a single spike is where there are few, and at least. */
const STRONG = 0.92;
const FAINT = 0.25;

/** Share `height` among the populations by their size, with `gap` between them. */
export function layBands(
  populations: readonly Population[],
  height: number,
  gap: number,
  least: number,
): Band[] {
  const room = height + gap;
  const size = populations.reduce((sum, one) => sum + one.size, 0);
  // Small ones get about the least that their label needs, at the others' cost.
  const shares = populations.map((one) => max(one.size / size, least / room));
  const all = shares.reduce((sum, share) => sum + share, 0);
  let below = 0;
  return populations.map((population, index) => {
    const bottom = room - round((below / all) * room);
    below += shares[index] as number;
    const top = room - round((below / all) * room);
    return { population, top, height: max(bottom - top - gap, 1) };
  });
}

/** Width and height of the dots of so many spikes in such a picture. */
export function dotSize(
  spikes: number,
  { width, height }: ImageData,
  bands: readonly Band[],
  ratio: number,
): [number, number] {
  const room = Math.sqrt((COVER * width * height) / max(spikes, 1));
  const side = round(clamp(room, 1, 2.2 * ratio));
  // Few neurons have high rows: a stroke fills most of it.
  const row = min(...bands.map((band) => band.height / band.population.size));
  return [side, max(side, floor(0.7 * row))];
}

/** Where the dots of each neuron begin in the picture. */
function rows(size: number, bands: readonly Band[], width: number, dot: number) {
  const starts = new Int32Array(size);
  for (const { population, top, height } of bands) {
    for (let k = 0; k < population.size; k += 1) {
      const above = height * (1 - (k + 0.5) / population.size) - dot / 2;
      const row = top + clamp(round(above), 0, height - dot);
      starts[population.first + k] = row * width;
    }
  }
  return starts;
}

/** Put the spikes within `span` into the empty `image`; `colours` are the bands'. */
export function plotSpikes(
  image: ImageData,
  spikes: Spikes,
  bands: readonly Band[],
  colours: readonly string[],
  span: Span,
  ratio: number,
): void {
  const { width } = image;
  const pixels = new Uint32Array(image.data.buffer);
  const { times, neurons } = spikes;
  const low = search(times, span.from);
  const high = search(times, span.to);
  const [dotWidth, dotHeight] = dotSize(high - low, image, bands, ratio);
  const starts = rows(spikes.size, bands, width, dotHeight);
  const scale = (width - dotWidth + 1) / (span.to - span.from);
  // Clamped: counts stop at 255 instead of beginning anew.
  const crowd = new Uint8ClampedArray(pixels.length);
  // Loops in functions of their own: browsers then make them fast at the first picture.
  (() => {
    for (let k = low; k < high; k += 1) {
      const x = ((times[k] as number) - span.from) * scale;
      const start = (starts[neurons[k] as number] as number) + (x | 0);
      for (let dy = 0, place = start; dy < dotHeight; dy += 1, place += width) {
        for (let dx = 0; dx < dotWidth; dx += 1) {
          crowd[place + dx] = (crowd[place + dx] as number) + 1;
        }
      }
    }
  })();

  // The fuller the picture, the fainter a single one: crowds add up.
  const mean = ((high - low) * dotWidth * dotHeight) / crowd.length;
  const single = clamp(1.05 / (1 + 0.8 * mean), FAINT, STRONG);
  for (const [index, { top, height }] of bands.entries()) {
    const [red = 0, green = 0, blue = 0] = bytes(colours[index % colours.length]);
    // Little-endian, as every browser's machine is: red is the lowest byte.
    const colour = (blue << 16) | (green << 8) | red;
    const shades = Uint32Array.from(
      { length: 256 },
      (_, number) => colour | ((255 * (1 - (1 - single) ** number)) << 24),
    );
    const end = (top + height) * width;
    for (let place = top * width; place < end; place += 1) {
      const number = crowd[place] as number;
      if (number > 0) pixels[place] = shades[number] as number;
    }
  }
}

/** Red, green and blue of a colour as browsers give it: "rgb(31, 102, 181)". */
const bytes = (colour = "") => (colour.match(/\d+/g) ?? []).map(Number);
