import { afterEach, describe, expect, test, vi } from "vitest";
import table, { cellText, numbersOf, sorted } from "../src/table.ts";
import { ResultsTableDefaults, type ResultsTableTraits } from "../src/traits.ts";
import { FakeModel } from "./fake_model.ts";

const COLUMNS = [
  { label: "Weight", unit: "mV" },
  { label: "Spikes", unit: "" },
];

function view(...numbers: number[]): DataView {
  return new DataView(Float64Array.from(numbers).buffer);
}

const TRAITS: Partial<ResultsTableTraits> = {
  caption: "CUBA network: 2 of 3 simulations have a result",
  columns: COLUMNS,
  rows: view(0, 30, 1, Number.NaN, 2, 10),
  notes: [{ row: 1, text: "failed: ValueError: no\nsecond line" }],
};

function show(traits: Partial<ResultsTableTraits> = TRAITS) {
  const model = new FakeModel(ResultsTableDefaults, traits);
  const el = document.createElement("div");
  document.body.append(el);
  const close = table.render({ model: model.asModel(), el });
  const lines = () => [...el.querySelectorAll<HTMLElement>("tr.bsw-table-row")];
  const texts = () =>
    lines().map((line) => [...line.children].map((cell) => cell.textContent));
  const head = (column: number) =>
    el.querySelectorAll<HTMLButtonElement>("th button")[column] as HTMLButtonElement;
  const press = (key: string) => {
    const target = document.activeElement ?? el;
    target.dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
    );
  };
  return { model, el, close, lines, texts, head, press };
}

afterEach(() => {
  document.body.replaceChildren();
});

describe("rows", () => {
  test("of which a measure failed keep the other numbers", () => {
    const { texts, lines } = show({
      ...TRAITS,
      columns: [...COLUMNS, { label: "Rate", unit: "Hz" }],
      rows: view(0, Number.NaN, 5, 1, 30, 6),
      notes: [{ row: 0, text: "partial: spikes: KeyError" }],
    });
    expect(texts()).toEqual([
      ["0", "partial: spikes: KeyError", "5"],
      ["1", "30", "6"],
    ]);
    expect(lines()[0]?.querySelector<HTMLTableCellElement>("td + td")?.colSpan).toBe(1);
  });
  test("are the numbers, and the reason where there are none", () => {
    const { el, texts, lines } = show();
    expect(texts()).toEqual([
      ["0", "30"],
      ["1", "failed: ValueError: no"],
      ["2", "10"],
    ]);
    expect(
      lines()[1]?.querySelector(".bsw-table-note")?.getAttribute("title"),
    ).toContain("second line");
    expect(el.querySelector("caption")?.textContent).toContain("2 of 3");
    expect([...el.querySelectorAll("th")].map((one) => one.textContent)).toEqual([
      "Weight (mV)",
      "Spikes",
    ]);
  });

  test("say why also while no result has a column yet", () => {
    const { texts } = show({
      columns: COLUMNS.slice(0, 1),
      rows: view(0, 1),
      notes: [{ row: 0, text: "failed: no" }],
    });
    expect(texts()).toEqual([["0", "failed: no"], ["1"]]);
  });

  test("are text, whatever they look like", () => {
    const { el } = show({ ...TRAITS, notes: [{ row: 1, text: "<img src=x>" }] });
    expect(el.querySelector("img")).toBeNull();
  });

  test("are read wherever they are in memory", () => {
    const bytes = new Uint8Array(20);
    new DataView(bytes.buffer).setFloat64(3, 1.5, true);
    expect([...numbersOf(new DataView(bytes.buffer, 3, 8))]).toEqual([1.5]);
  });

  test.each([
    [1107, "1107"],
    [11.0700000001, "11.07"],
    [-0.25, "\u22120.25"],
    [Number.NaN, ""],
    [1e21, "1e+21"],
  ])("%f is written %s", (value, text) => {
    expect(cellText(value)).toBe(text);
  });
});

describe("ten thousand rows", () => {
  const many = Float64Array.from({ length: 20_000 }, (_, index) => index);

  test("are not all in the page, but counted", () => {
    const { el, lines } = show({ columns: COLUMNS, rows: new DataView(many.buffer) });
    expect(lines().length).toBeLessThan(60);
    expect(el.querySelector("table")?.getAttribute("aria-rowcount")).toBe("10001");
    expect(lines()[0]?.getAttribute("aria-rowindex")).toBe("2");
  });

  test("come into the page as one scrolls", () => {
    const { el, lines } = show({ columns: COLUMNS, rows: new DataView(many.buffer) });
    const scroll = el.querySelector(".bsw-table-scroll") as HTMLElement;
    scroll.scrollTop = 24 * 5000;
    scroll.dispatchEvent(new Event("scroll"));
    expect(lines().some((line) => line.dataset.place === "5000")).toBe(true);
    expect(lines().some((line) => line.dataset.place === "0")).toBe(false);
  });
});

describe("sorting", () => {
  test("goes up, down, and back; what has no number comes last", () => {
    const { texts, head, el } = show();
    const firsts = () => texts().map(([first]) => first);
    head(1).click();
    expect(firsts()).toEqual(["2", "0", "1"]);
    expect(el.querySelectorAll("th")[1]?.getAttribute("aria-sort")).toBe("ascending");
    expect(document.activeElement).toBe(head(1));
    head(1).click();
    expect(firsts()).toEqual(["0", "2", "1"]);
    head(1).click();
    expect(firsts()).toEqual(["0", "1", "2"]);
    expect(el.querySelectorAll("th")[1]?.getAttribute("aria-sort")).toBe("none");
  });

  test("keeps equal rows in their order", () => {
    const numbers = Float64Array.of(1, 5, 2, 5, 3, 4);
    expect([...sorted(numbers, 2, 1, "ascending")]).toEqual([2, 0, 1]);
    expect([...sorted(numbers, 2, 1, "descending")]).toEqual([0, 1, 2]);
  });
});

describe("pointing", () => {
  test("tells the row under the mouse, however they are sorted, and that it left", () => {
    vi.useFakeTimers();
    const { model, lines, head, el, close } = show();
    head(1).click();
    const over = new Event("pointerover", { bubbles: true });
    lines()[0]?.querySelector("td")?.dispatchEvent(over);
    expect(model.sent).toEqual([]); // the mouse moves faster than anybody wants to be told
    vi.advanceTimersByTime(50);
    expect(model.sent).toEqual([{ kind: "hover", row: 2 }]);
    el.querySelector("tbody")?.dispatchEvent(new Event("pointerleave"));
    vi.advanceTimersByTime(50);
    expect(model.sent.at(-1)).toEqual({ kind: "hover", row: -1 });
    lines()[1]?.dispatchEvent(over);
    vi.advanceTimersByTime(50);
    close();
    expect(model.sent.at(-1)).toEqual({ kind: "hover", row: -1 });
    vi.useRealTimers();
  });

  test("with the keyboard tells it, too", () => {
    vi.useFakeTimers();
    const { model, lines, press } = show();
    lines()[0]?.focus();
    press("ArrowDown");
    vi.advanceTimersByTime(50);
    expect(model.sent).toEqual([{ kind: "hover", row: 1 }]);
    vi.useRealTimers();
  });
});

describe("large text", () => {
  test("makes rows higher, and those that are seen are there all the same", () => {
    const many = Float64Array.from({ length: 20_000 }, (_, index) => index);
    const { el, lines } = show({ columns: COLUMNS, rows: new DataView(many.buffer) });
    const root = el.querySelector(".bsw-table") as HTMLElement;
    root.style.fontSize = "26px"; // twice as large
    const scroll = el.querySelector(".bsw-table-scroll") as HTMLElement;
    scroll.scrollTop = 2 * 24 * 5000;
    scroll.dispatchEvent(new Event("scroll"));
    const places = lines().map((line) => Number(line.dataset.place));
    expect(Math.min(...places)).toBe(4990);
    const gap = el.querySelector<HTMLElement>(".bsw-table-gap td");
    expect(gap?.style.height).toBe(`${2 * 24 * 4990}px`);
  });
});

describe("opening", () => {
  test("by a click gives the simulation's row, however they are sorted", () => {
    const { model, lines, head } = show();
    head(1).click();
    lines()[0]?.querySelector("td")?.click();
    expect(model.sent).toEqual([{ kind: "open", row: 2 }]);
  });

  test("by keys: one row has the focus, Enter opens it", () => {
    const { model, lines, press } = show();
    expect(lines().map((line) => line.tabIndex)).toEqual([0, -1, -1]);
    lines()[0]?.focus();
    press("ArrowDown");
    press("ArrowDown");
    press("ArrowDown");
    expect((document.activeElement as HTMLElement).dataset.place).toBe("2");
    press("Enter");
    press("Home");
    press("Enter");
    expect(model.sent).toEqual([
      { kind: "open", row: 2 },
      { kind: "open", row: 0 },
    ]);
  });

  test("is seen in the row, and new numbers do not take the focus away", async () => {
    const { model, lines } = show();
    lines()[0]?.focus();
    await model.receive({ selected: 2, rows: view(0, 30, 1, Number.NaN, 2, 11) });
    expect(lines().map((line) => line.getAttribute("aria-selected"))).toEqual([
      "false",
      "false",
      "true",
    ]);
    expect(document.activeElement).toBe(lines()[0]);
  });
});

test("a closed view listens to nothing", () => {
  const { model, el, close } = show();
  close();
  expect(model.listenerCount()).toBe(0);
  expect(el.children).toHaveLength(0);
});
