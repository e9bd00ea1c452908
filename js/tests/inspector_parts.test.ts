import { describe, expect, test } from "vitest";
import { counts, firstFrom, floats } from "../src/inspector/arrays.ts";
import { pressed } from "../src/inspector/gestures.ts";
import { intervalsText } from "../src/inspector/histogram.ts";
import { numberText, ticksIn } from "../src/inspector/panel.ts";
import {
  bounds,
  intervalsIn,
  ratesIn,
  roundUp,
  type Spikes,
} from "../src/inspector/spikes.ts";
import { createTimeWindow } from "../src/inspector/window.ts";

function spikes(
  trains: readonly (readonly number[])[],
  sizes: readonly number[] = [trains.length],
): Spikes {
  const all = trains
    .flatMap((train, neuron) => train.map((time) => ({ time, neuron })))
    .sort((a, b) => a.time - b.time);
  return {
    times: Float32Array.from(all, ({ time }) => time),
    neurons: Uint32Array.from(all, ({ neuron }) => neuron),
    size: trains.length,
    populations: sizes.map((size, index) => ({ label: `P${index}`, size })),
  };
}

describe("buffers", () => {
  test("are read where they are, and copied only if they are not aligned", () => {
    const bytes = new Uint8Array(20);
    new DataView(bytes.buffer).setFloat32(4, 1.5, true);
    const straight = floats(new DataView(bytes.buffer, 4, 8));
    expect([...straight]).toEqual([1.5, 0]);
    expect(straight.buffer).toBe(bytes.buffer);
    new DataView(bytes.buffer).setUint32(9, 77, true);
    expect([...counts(new DataView(bytes.buffer, 9, 8))]).toEqual([77, 0]);
  });

  test("are searched by value", () => {
    const ascending = Float32Array.of(1, 2, 2, 5);
    expect([0, 2, 3, 5, 6].map((value) => firstFrom(ascending, value))).toEqual([
      0, 1, 3, 3, 4,
    ]);
  });
});

describe("firing rates", () => {
  test("are spikes per neuron and second, population by population", () => {
    // Two neurons fire at 10, 20 ... 90 ms; a third one, of its own population, twice.
    const regular = [10, 20, 30, 40, 50, 60, 70, 80, 90];
    const all = spikes([regular, regular, [1, 2]], [2, 1]);
    const { rates, width, start } = ratesIn(all, 0, 100);
    expect([start, width]).toEqual([0, 1]);
    const mean = (of: Float64Array) =>
      of.reduce((sum, one) => sum + one, 0) / of.length;
    expect(mean(rates[0] as Float64Array)).toBeCloseTo(90);
    expect(mean(rates[1] as Float64Array)).toBeCloseTo(20);
    expect((rates[0] as Float64Array)[10]).toBeCloseTo(1000);
    expect((rates[1] as Float64Array)[1]).toBeCloseTo(1000);
  });

  test("of a part of the time are of that part", () => {
    const all = spikes([[1, 55, 99]]);
    const { rates, width } = ratesIn(all, 50, 60);
    const [found] = rates as [Float64Array];
    expect(found.reduce((sum, one) => sum + one, 0) * (width / 1000)).toBeCloseTo(1);
  });

  test("of a population without neurons are zero", () => {
    const all = spikes([[1, 2, 3]], [1, 0]);
    expect(new Set(ratesIn(all, 0, 10).rates[1])).toEqual(new Set([0]));
    expect(bounds(all)).toEqual([0, 1, 1]);
  });
});

describe("inter-spike intervals", () => {
  test("of clocks have CV 0, and that of 1 and 3 ms is a half", () => {
    const clock = intervalsIn(spikes([[0, 5, 10, 15]]), 0, 20);
    expect(clock).toMatchObject({ number: 3, cv: 0, neurons: 1 });
    const uneven = intervalsIn(spikes([[0, 1, 4], [2, 3], []]), 0, 20);
    expect(uneven.number).toBe(3);
    expect(uneven.cv).toBeCloseTo(0.5);
    expect(uneven.neurons).toBe(1);
  });

  test("are averaged over neurons, not over intervals", () => {
    const found = intervalsIn(
      spikes([
        [0, 1, 4, 5, 8],
        [0, 5, 10],
      ]),
      0,
      20,
    );
    expect(found.cv).toBeCloseTo(0.25);
  });

  test("are all in the histogram, long ones in the last bin", () => {
    const short = Array.from({ length: 300 }, (_, index) => index);
    const found = intervalsIn(spikes([short, [0, 290]]), 0, 300);
    expect(found.bins.reduce((sum, one) => sum + one, 0)).toBe(found.number);
    expect(found.bins.at(-1)).toBe(1);
  });

  test("that begin before the window are not in it", () => {
    expect(intervalsIn(spikes([[1, 5, 9]]), 4, 20).number).toBe(1);
  });

  test("are told in words", () => {
    const text = (trains: number[][]) =>
      intervalsText(intervalsIn(spikes(trains), 0, 99));
    expect(text([[1]])).toBe("No neuron fired twice.");
    expect(text([[1, 2]])).toBe(
      "1 interval; no neuron fired three times, so there is no CV.",
    );
    expect(text([[1, 2, 3]])).toBe(
      "2 intervals, CV 0.00 (mean of 1 neuron with three spikes or more)",
    );
  });
});

describe("the time axis", () => {
  test("is moved and zoomed within the whole", () => {
    let changes = 0;
    const window = createTimeWindow(() => changes++);
    window.reset(100);
    expect([window.from, window.to, window.zoomed]).toEqual([0, 100, false]);
    window.set(20, 40);
    expect([window.from, window.to, window.zoomed]).toEqual([20, 40, true]);
    window.pan(-2);
    expect([window.from, window.to]).toEqual([0, 20]);
    window.set(90, 130);
    expect([window.from, window.to]).toEqual([60, 100]);
    window.zoom(0.5, 60);
    expect([window.from, window.to]).toEqual([60, 80]);
    window.set(50, 50);
    expect(window.to - window.from).toBeCloseTo(0.5);
    window.zoom(1e6);
    expect(window.zoomed).toBe(false);
    const before = changes;
    window.set(0, 100);
    expect(changes).toBe(before);
  });

  test("is moved by keys; Escape means something only while there is a zoom", () => {
    const window = createTimeWindow(() => undefined);
    window.reset(100);
    expect(pressed(window, "Escape")).toBe(false);
    expect(pressed(window, "+")).toBe(true);
    expect([window.from, window.to]).toEqual([10, 90]);
    expect(pressed(window, "ArrowRight")).toBe(true);
    expect(window.from).toBeCloseTo(18);
    expect(pressed(window, "Escape")).toBe(true);
    expect(window.zoomed).toBe(false);
    expect(pressed(window, "a")).toBe(false);
  });

  test("has round ticks", () => {
    expect(ticksIn(0, 100, 5)).toEqual([0, 20, 40, 60, 80, 100]);
    expect(ticksIn(-60.5, -49.8, 2)).toEqual([-60, -50]);
    expect(ticksIn(0.1, 0.3, 2)).toEqual([0.1, 0.2, 0.3]);
    expect(ticksIn(1, 1, 2)).toEqual([]);
    expect(numberText(-60)).toBe("\u221260");
    expect([0.03, 1, 7, 30].map(roundUp)).toEqual([0.05, 1, 10, 50]);
  });
});
