import { beforeEach, describe, expect, test } from "vitest";
import { type Sweep, summary, told, written } from "../src/page/data.ts";
import { colour, edges } from "../src/page/map.ts";
import { scale } from "../src/page/scale.ts";
import { show } from "../src/page.ts";

const SWEEP: Sweep = {
  title: "CUBA network",
  x: { title: "Weight (mV)", values: [0, 1, 2] },
  lines: ["Size = 100", "Size = 200"],
  rows: null,
  measures: [
    {
      title: "Spikes",
      values: [
        [
          [1, 3],
          [10, 12],
          [100, 104],
        ],
        [[5], [null], [50]],
      ],
      failed: [
        [false, false, false],
        [false, true, false],
      ],
    },
    {
      title: "Rate (Hz)",
      values: [
        [[1], [2], [3]],
        [[0], [null], [-1]],
      ],
      failed: [
        [true, false, true],
        [false, true, false],
      ],
    },
  ],
  settings: [
    ["Model", "CUBA network"],
    ["Seed", "0 (independent)"],
  ],
};

describe("numbers", () => {
  test("means over the trials that there are", () => {
    expect(summary([1, null, 3])).toEqual({ mean: 2, error: 1, trials: [1, 3] });
    expect(summary([4])?.error).toBeNaN();
    expect(summary([null])).toBeNull();
  });
  test("are written as people do", () => {
    expect(written(0.1 + 0.2)).toBe("0.3");
    expect(written(-5e-12)).toBe("\u22125e\u221212");
    expect(told({ mean: 12.5, error: 0.3333, trials: [12, 13] })).toBe(
      "12.5 ± 0.33 (2 trials)",
    );
    expect(told({ mean: 7, error: Number.NaN, trials: [7] })).toBe("7");
  });
});

describe("scales", () => {
  test("keep all values inside, in order", () => {
    const { place, ticks } = scale([0, 10], false, [0, 100], 6);
    expect(place(0)).toBeGreaterThan(0);
    expect(place(10)).toBeLessThan(100);
    expect(ticks.map(written)).toEqual(["0", "2", "4", "6", "8", "10"]);
  });
  test("logarithmic: no place for what is not above zero", () => {
    const { place, ticks } = scale([0, 1, 1000], true, [0, 90], 5);
    expect(place(0)).toBeNaN();
    expect(place(-1)).toBeNaN();
    expect(place(10) - place(1)).toBeCloseTo(place(100) - place(10));
    expect(ticks).toEqual([1, 10, 100, 1000]);
  });
  test.each([[[]], [[0]], [[5, 5]], [[-3]]])("of %s is finite", (values) => {
    const { place, ticks } = scale(values, false, [0, 100], 5);
    for (const value of values) expect(place(value)).toBeCloseTo(50);
    expect(ticks.length).toBeGreaterThan(0);
  });
});

describe("the page", () => {
  let main: HTMLElement;
  const all = (selector: string) => [...main.querySelectorAll(selector)];
  const chart = () => all("figure > svg")[0] as SVGElement;
  const press = (key: string) =>
    chart().dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));
  const said = () => all(".said")[0]?.textContent;
  const box = (number: number) => all("input")[number] as HTMLInputElement;
  beforeEach(() => {
    main = document.createElement("main");
    document.body.replaceChildren(main);
    show(SWEEP, main);
  });

  test("has curves, failed points, legend, settings and numbers", () => {
    expect(all("figure > svg .curve")).toHaveLength(2);
    expect(all(".failed")).toHaveLength(1);
    expect(all(".bar")).toHaveLength(3); // where there are several trials
    expect(all(".legend button").map((one) => one.textContent)).toEqual(SWEEP.lines);
    expect(all("dd").map((one) => one.textContent)).toEqual([
      "CUBA network",
      "0 (independent)",
    ]);
    const cells = all("tbody td").map((one) => one.textContent);
    expect(cells).toEqual([
      ...["2 ± 1 (2 trials)", "5"],
      ...["11 ± 1 (2 trials)", "failed"],
      ...["102 ± 2 (2 trials)", "50"],
    ]);
  });
  test("a failed point is a gap", () => {
    const paths = all("figure > svg .curve").map((one) => one.getAttribute("d"));
    expect(paths[0]?.match(/M/g)).toHaveLength(1);
    expect(paths[1]?.match(/M/g)).toHaveLength(2);
  });
  test("is read by keyboard", () => {
    press("ArrowRight");
    expect(said()).toBe("Weight (mV): 0 · Size = 100 · Spikes: 2 ± 1 (2 trials)");
    press("ArrowRight");
    expect(said()).toContain("11 ± 1");
    press("ArrowDown"); // there is no such point on the other line: its first
    expect(said()).toBe("Weight (mV): 0 · Size = 200 · Spikes: 5");
    press("ArrowLeft");
    expect(said()).toContain("Size = 200 · Spikes: 5");
    expect(all(".mark")).toHaveLength(1);
  });
  test("shows another measure", () => {
    const choice = all("select")[0] as HTMLSelectElement;
    choice.selectedIndex = 1;
    choice.dispatchEvent(new Event("change"));
    expect(all("text.title").map((one) => one.textContent)).toContain("Rate (Hz)");
    expect(all("caption")[0]?.textContent).toBe("Rate (Hz)");
  });
  test("hides a line and shows it again", () => {
    const button = all(".legend button")[0] as HTMLButtonElement;
    button.click();
    expect(button.getAttribute("aria-pressed")).toBe("false");
    expect(all("figure > svg .curve")).toHaveLength(1);
    button.click();
    expect(all("figure > svg .curve")).toHaveLength(2);
  });
  test("logarithmic axes leave out what has no place, trials are dots", () => {
    box(0).click(); // log x: the point at 0 has no place
    expect(all("figure > svg .curve")[0]?.getAttribute("d")).not.toContain("NaN");
    press("ArrowRight");
    expect(said()).toContain("Weight (mV): 1");
    box(2).click();
    expect(all(".trial")).toHaveLength(5);
  });
});

describe("the page of a map", () => {
  const MAP: Sweep = {
    ...SWEEP,
    // In any order: cells stand in that of their numbers.
    lines: ["Size = 400", "Size = 100"],
    rows: { title: "Size", values: [400, 100] },
  };
  let main: HTMLElement;
  const all = (selector: string) => [...main.querySelectorAll(selector)];
  const map = () => all("figure > svg")[0] as SVGElement;
  const press = (key: string) =>
    map().dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));
  const said = () => all(".said")[0]?.textContent;
  const cells = () => all("path.cell");
  beforeEach(() => {
    main = document.createElement("main");
    document.body.replaceChildren(main);
    show(MAP, main);
  });

  test("has a cell for every result, a cross where one failed, and one curve", () => {
    expect(cells()).toHaveLength(5);
    expect(map().querySelectorAll(".failed")).toHaveLength(1);
    expect(all("figure > svg .curve")).toHaveLength(1);
    expect(all(".legend button")).toHaveLength(0);
    expect(all(".legend")[0]?.textContent).toBe("Size = 100"); // the lowest row
    const titles = all("text.title").map((one) => one.textContent);
    expect(titles).toEqual(expect.arrayContaining(["Size", "Weight (mV)", "Spikes"]));
  });
  test("is read by keyboard, and the curve is that of the row", () => {
    press("ArrowRight");
    expect(said()).toBe("Weight (mV): 1 · Size = 100 · Spikes: failed");
    press("ArrowUp");
    expect(said()).toBe("Weight (mV): 1 · Size = 400 · Spikes: 11 ± 1 (2 trials)");
    expect(all(".legend")[0]?.textContent).toBe("Size = 400");
    press("ArrowUp"); // there is none above
    expect(said()).toContain("Size = 400");
  });
  test("the least has the darkest colour, the greatest the palest", () => {
    const fills = cells().map((one) => one.getAttribute("fill"));
    expect(fills).toEqual([5, 50, 2, 11, 102].map((mean) => colour((mean - 2) / 100)));
    expect(colour(0)).toBe("rgb(68,1,84)");
    expect(colour(1)).toBe("rgb(253,231,37)");
  });
  test("logarithmic colours leave out what is not above zero", () => {
    const choice = all("select")[0] as HTMLSelectElement;
    choice.selectedIndex = 1;
    choice.dispatchEvent(new Event("change"));
    expect(cells()).toHaveLength(5);
    (all("input")[1] as HTMLInputElement).click();
    expect(cells()).toHaveLength(3); // 0 and -1 have no logarithm
  });
  test("cells end half way between neighbours", () => {
    expect(edges([0, 1, 3])).toEqual([-0.5, 0.5, 2, 4]);
  });
});
