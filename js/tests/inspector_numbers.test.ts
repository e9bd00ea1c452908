import { describe, expect, test } from "vitest";
import { intervals } from "../src/inspector/intervals.ts";
import {
  counts,
  floats,
  formatNumber,
  formatTick,
  niceStep,
  search,
  ticks,
} from "../src/inspector/numbers.ts";
import { dotSize, layBands, plotSpikes } from "../src/inspector/raster.ts";
import { populationRates } from "../src/inspector/rates.ts";
import { readRecording, type Spikes } from "../src/inspector/recording.ts";
import { shifted, within, zoomed } from "../src/inspector/span.ts";
import { intervalsText, when } from "../src/inspector/wording.ts";
import { InspectorViewDefaults } from "../src/traits.ts";
import { RUN, view } from "./inspector_page.ts";

const WHOLE = { from: 0, to: 100 };

function spikesOf(times: number[], neurons: number[], sizes: number[]): Spikes {
  const { spikes } = readRecording({
    ...InspectorViewDefaults,
    size: sizes.reduce((sum, size) => sum + size),
    populations: sizes.map((size, index) => ({ label: `p${index}`, size })),
    spike_times: view(Float32Array.from(times)),
    spike_neurons: view(Uint32Array.from(neurons)),
  });
  if (!spikes) throw new Error("no spikes");
  return spikes;
}

describe("buffers", () => {
  test("are read in place, or copied if they do not begin where a number may", () => {
    const bytes = new ArrayBuffer(13);
    new DataView(bytes).setFloat32(4, 1.5, true);
    new DataView(bytes).setFloat32(9, 2.5, true);
    const aligned = floats(new DataView(bytes, 4, 4));
    expect([aligned.buffer === bytes, ...aligned]).toEqual([true, 1.5]);
    expect([...floats(new DataView(bytes, 9, 4))]).toEqual([2.5]);
    new DataView(bytes).setUint32(5, 70000, true);
    expect([...counts(new DataView(bytes, 5, 4))]).toEqual([70000]);
  });

  test("become populations, and traces by their unit", () => {
    const { spikes, groups, whole } = readRecording({
      ...InspectorViewDefaults,
      ...RUN,
    });
    expect(whole).toEqual(WHOLE);
    expect([...(spikes?.populationOf ?? [])]).toEqual([0, 0, 0, 1]);
    expect(groups.map(({ unit, low, high }) => [unit, low, high])).toEqual([
      ["mV", -60, -50],
      ["nA", 1, 3],
    ]);
    expect([...(groups[1]?.traces[0]?.values ?? [])]).toEqual([1, 2, 3]);
  });
});

describe("numbers", () => {
  test.each([
    [0.31, "0.31"],
    [22.345, "22.3"],
    [-60, "\u221260"],
    [12345.6, "12\u202f346"],
    [0, "0"],
  ])("%d reads %s", (value, text) => expect(formatNumber(value)).toBe(text));

  test.each([
    [0.9, 1],
    [1, 1],
    [1.1, 2],
    [30, 50],
    [0.03, 0.05],
    [700, 1000],
  ])("the step for %d is %d", (least, step) =>
    expect(niceStep(least)).toBeCloseTo(step, 12),
  );

  test("ticks are round numbers within the edges, both included", () => {
    expect(ticks(0, 100, 5).map(formatTick).join()).toBe("0,20,40,60,80,100");
    expect(ticks(0.15, 0.65, 5).map(formatTick)).toEqual([
      "0.2",
      "0.3",
      "0.4",
      "0.5",
      "0.6",
    ]);
    expect(ticks(-60, -50, 1)).toEqual([-60, -50]);
  });

  test("search finds the first value that is not below", () => {
    const values = Float32Array.of(1, 2, 2, 3);
    expect([0, 2, 2.5, 9].map((value) => search(values, value))).toEqual([0, 1, 3, 4]);
  });
});

describe("the window", () => {
  test("stays within the run, and keeps its length when it is moved", () => {
    expect(shifted({ from: 20, to: 40 }, -50, WHOLE)).toEqual({ from: 0, to: 20 });
    expect(shifted({ from: 20, to: 40 }, 70, WHOLE)).toEqual({ from: 80, to: 100 });
    expect(within({ from: -10, to: 200 }, WHOLE)).toBe(WHOLE);
  });

  test("zooms about a place, down to 1 ms and up to the whole run", () => {
    expect(zoomed(WHOLE, 0.5, 0.25, WHOLE)).toEqual({ from: 12.5, to: 62.5 });
    expect(zoomed({ from: 10, to: 11 }, 0.5, 1, WHOLE)).toEqual({ from: 10, to: 11 });
    expect(zoomed({ from: 10, to: 20 }, Number.POSITIVE_INFINITY, 0.5, WHOLE)).toBe(
      WHOLE,
    );
  });

  test("is told as exactly as can be seen", () => {
    expect(when(WHOLE, WHOLE)).toBe("in 100 ms");
    expect(when({ from: 20.04, to: 45.26 }, WHOLE)).toBe("from 20 to 45.3 ms");
    expect(when({ from: 20.04, to: 21.26 }, WHOLE)).toBe("from 20.04 to 21.26 ms");
  });
});

describe("population rates", () => {
  test("are spikes per neuron and time in bins that begin at multiples of their width", () => {
    const spikes = spikesOf([0, 4.9, 5, 99.9], [0, 1, 2, 4], [4, 1]);
    const { width, start, lines } = populationRates(spikes, WHOLE, 100);
    expect([width, start]).toEqual([5, 0]);
    expect([...(lines[0] ?? [])].slice(0, 3)).toEqual([100, 50, 0]);
    expect(lines[1]?.at(-1)).toBe(200);
    expect(lines[0]).toHaveLength(20);
  });

  test("put a spike at a bin's edge into the bin that begins there", () => {
    // In float32, 0.3 * k falls short of some multiples.
    const times = Array.from({ length: 300 }, (_, k) => k * 0.3);
    const spikes = spikesOf(times, Array(300).fill(0), [1]);
    const { width, lines } = populationRates(spikes, { from: 0, to: 90 }, 90);
    // 15 ms are 50 spikes: 17 in the first bin, 17 in the second, 16 in the third.
    expect(width).toBe(5);
    expect([...(lines[0] ?? [])]).toEqual(Array(6).fill([3400, 3400, 3200]).flat());
  });

  test("count the last bin as long as the run goes on in it", () => {
    const spikes = spikesOf([99], [0], [1]);
    const { width, lines } = populationRates(spikes, { from: 0, to: 102 }, 102);
    expect(width).toBe(5);
    expect(lines[0]?.[19]).toBe(200);
    expect(lines[0]).toHaveLength(21);
    const late = spikesOf([101], [0], [1]);
    expect(populationRates(late, { from: 0, to: 102 }, 102).lines[0]?.at(-1)).toBe(500);
  });

  test("of a window are those of the same bins in the whole run", () => {
    const times = Array.from({ length: 1000 }, (_, k) => k / 10);
    const neurons = times.map((_, k) => (k * 7) % 5);
    const spikes = spikesOf(times, neurons, [3, 2]);
    const part = populationRates(spikes, { from: 21.3, to: 71.3 }, 100);
    expect(part.start).toBeLessThanOrEqual(21.3);
    // Every neuron fires twice in 1 ms.
    for (const line of part.lines)
      for (const rate of line) expect(rate).toBeCloseTo(2000);
  });
});

describe("inter-spike intervals", () => {
  test("have the CV that the Python measure cv_isi gives", () => {
    // Random numbers, and what brian_sweep_widget.models.measures.cv_isi says of them.
    const times = [
      0.1, 3.0, 8.6, 9.1, 9.4, 10.2, 11.4, 14.6, 16.0, 19.7, 20.7, 21.9, 23.7, 27.5,
      28.4, 29.2, 29.3, 29.8, 29.8, 31.4, 37.4, 39.1, 39.4, 40.0, 42.9, 43.1, 43.3,
      47.1, 47.9, 48.0, 51.7, 56.2, 58.2, 58.5, 58.7, 61.3, 63.0, 64.9, 65.8, 66.1,
      68.3, 69.6, 69.8, 70.7, 72.2, 73.5, 73.8, 74.2, 75.9, 77.3, 80.1, 82.0, 83.0,
      85.0, 87.1, 87.8, 89.2, 93.1, 95.6, 97.3,
    ];
    const neurons = [
      3, 0, 0, 2, 0, 3, 1, 2, 3, 3, 4, 0, 1, 3, 2, 0, 3, 3, 3, 2, 4, 2, 2, 3, 2, 3, 1,
      3, 3, 0, 2, 1, 0, 0, 1, 0, 2, 0, 2, 3, 1, 0, 0, 1, 1, 1, 1, 3, 2, 3, 3, 2, 0, 0,
      2, 2, 3, 2, 3, 0,
    ];
    const found = intervals(spikesOf(times, neurons, [5]), WHOLE);
    expect(found.cv).toBeCloseTo(0.8004500341272074, 6);
    // The fifth neuron fired twice: one interval, and no CV of its own.
    expect([found.count, found.neurons]).toEqual([55, 4]);
  });

  test("are those between spikes within the window", () => {
    const spikes = spikesOf([10, 20, 30, 90], [0, 0, 0, 0], [1]);
    const found = intervals(spikes, { from: 15, to: 80 });
    expect([found.count, found.mean, found.neurons]).toEqual([1, 10, 0]);
    expect(intervalsText(found)).toBe(
      "1 interval \u00b7 mean 10 ms \u00b7 no CV, as no neuron has 3 spikes",
    );
    expect(intervalsText(intervals(spikes, { from: 80, to: 95 }))).toBe(
      "No neuron fired twice in this time.",
    );
  });

  test("of a clock have CV 0, also late in a long run", () => {
    const times = Array.from({ length: 500 }, (_, k) => 90_000 + 20 * k);
    const found = intervals(spikesOf(times, Array(500).fill(0), [1]), {
      from: 0,
      to: 100_000,
    });
    expect(found.cv).toBeCloseTo(0, 6);
    expect(found.mean).toBe(20);
  });

  test("are all in the bins or said to be longer", () => {
    const lengths = [...Array(200).fill(5), ...Array(100).fill(7), 80];
    let time = 0;
    const times = [0, ...lengths.map((length) => (time += length))];
    const found = intervals(spikesOf(times, Array(302).fill(0), [1]), {
      from: 0,
      to: 2000,
    });
    expect(found.longer).toBe(1);
    expect(found.bins.reduce((sum, number) => sum + number)).toBe(300);
    expect(found.bins[Math.floor(5 / found.width + 1e-9)]).toBe(200);
    expect(found.bins[Math.floor(7 / found.width + 1e-9)]).toBe(100);
    expect(intervalsText(found)).toContain("1 longer than");
  });
});

describe("the raster", () => {
  const image = (width: number, height: number) =>
    ({ width, height, data: new Uint8ClampedArray(4 * width * height) }) as ImageData;
  const COLOURS = ["rgb(1, 2, 3)", "rgb(200, 100, 50)"];

  /** What is at a pixel: red, green, blue, opacity. */
  const at = ({ data, width }: ImageData, x: number, y: number) =>
    [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4)] as number[];

  test("gives every population a place, the first at the bottom, none too small", () => {
    const { populations } = spikesOf([], [], [3200, 800]);
    const [lower, upper] = layBands(populations, 205, 5, 20);
    expect([upper?.top, upper?.height]).toEqual([0, 37]);
    expect([lower?.top, lower?.height]).toEqual([42, 163]);
    const uneven = layBands(spikesOf([], [], [4000, 1]).populations, 205, 5, 20);
    expect(uneven[1]?.height).toBeGreaterThan(12);
  });

  test("puts a spike where its time and its neuron are, in its population's colour", () => {
    const spikes = spikesOf([0, 50, 99.9], [0, 9, 10], [10, 10]);
    const picture = image(100, 41);
    const bands = layBands(spikes.populations, 41, 1, 1);
    plotSpikes(picture, spikes, bands, COLOURS, WHOLE, 0.5);
    expect(at(picture, 0, 40).slice(0, 3)).toEqual([1, 2, 3]);
    expect(at(picture, 50, 22).slice(0, 3)).toEqual([1, 2, 3]);
    expect(at(picture, 99, 19).slice(0, 3)).toEqual([200, 100, 50]);
    const drawn = Array.from(
      { length: 100 * 41 },
      (_, place) => picture.data[4 * place + 3],
    );
    expect(drawn.filter((alpha) => alpha)).toHaveLength(3);
  });

  test("shows only what is in the window", () => {
    const spikes = spikesOf([10, 20, 90], [0, 0, 0], [100]);
    const picture = image(100, 100);
    const bands = layBands(spikes.populations, 100, 1, 1);
    plotSpikes(picture, spikes, bands, COLOURS, { from: 15, to: 25 }, 0.5);
    const filled = [...picture.data.keys()].filter(
      (place) => place % 4 === 3 && picture.data[place],
    );
    expect(filled).toEqual([4 * (99 * 100 + 50) + 3]);
  });

  test("makes crowds stronger than single spikes", () => {
    const times = [...Array(50).fill(10), 60];
    const spikes = spikesOf(times, Array(51).fill(0), [10]);
    const picture = image(10, 10);
    plotSpikes(
      picture,
      spikes,
      layBands(spikes.populations, 10, 1, 1),
      COLOURS,
      WHOLE,
      1,
    );
    const [crowd, single] = [at(picture, 1, 9)[3], at(picture, 6, 9)[3]] as [
      number,
      number,
    ];
    expect(crowd).toBeGreaterThan(single);
    expect(single).toBeGreaterThan(0);
  });

  test("draws bigger dots where there is room, and strokes for few neurons", () => {
    const bands = layBands(spikesOf([], [], [4000]).populations, 200, 1, 1);
    const picture = image(600, 200);
    expect(dotSize(1_000_000, picture, bands, 2)).toEqual([1, 1]);
    expect(dotSize(100, picture, bands, 2)).toEqual([4, 4]);
    const few = layBands(spikesOf([], [], [10]).populations, 200, 1, 1);
    expect(dotSize(100, picture, few, 1)).toEqual([2, 14]);
  });
});
