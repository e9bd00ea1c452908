// Two swept parameters as a map: a cell for every point, by mouse and keys. The curve
// of the row that is chosen is drawn below it.

import { element } from "../dom.ts";
import { clamp, ticks as roundNumbers } from "../inspector/numbers.ts";
import type { View } from "./chart.ts";
import { at, isFailed, rising, type Sweep, summary, told, written } from "./data.ts";
import { BELOW, draw, LEFT, nameAxes, picture, pointed, RIGHT } from "./svg.ts";

type Rows = NonNullable<Sweep["rows"]>;

const HEIGHT = 400;
const TOP = 56; // room for the colours' scale
const FLOOR = HEIGHT - BELOW;
/** Viridis: as even in grey as in colour, for all kinds of colour vision. */
const COLOURS = [
  ...["#440154", "#482878", "#3e4989", "#31688e", "#26828e"],
  ...["#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725"],
];
const TICKS = 5;

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** Borders of cells around rising values, half way between neighbours. */
export function edges(values: readonly number[]): number[] {
  const between = values
    .slice(1)
    .map((value, index) => (value + at(values, index)) / 2);
  const first = 2 * at(values, 0) - at(between, 0);
  const last = 2 * at(values, values.length - 1) - at(between, between.length - 1);
  return [first, ...between, last];
}

/** The colour of a share between 0 and 1. */
export function colour(share: number): string {
  const place = clamp(share, 0, 1) * (COLOURS.length - 1);
  const below = Math.min(Math.floor(place), COLOURS.length - 2);
  const [from, to] = [COLOURS[below], COLOURS[below + 1]] as [string, string];
  const mixed = [1, 3, 5].map((start) => {
    const [a, b] = [from, to].map((one) =>
      Number.parseInt(one.slice(start, start + 2), 16),
    ) as [number, number];
    return Math.round(a + (b - a) * (place - below));
  });
  return `rgb(${mixed.join(",")})`;
}

export class HeatMap {
  readonly node = element("figure");
  private readonly svg = picture(
    this.node,
    HEIGHT,
    "Map; arrow keys read its cells and choose the curve below",
  );
  private readonly columns: readonly number[];
  private readonly lines: readonly number[];
  private readonly across: readonly number[];
  private readonly up: readonly number[];
  private chosen: readonly [number, number] = [0, 0];
  private view: View | undefined;

  /** `picked` is called with the line of the row that is chosen. */
  constructor(
    private readonly sweep: Sweep,
    private readonly rows: Rows,
    private readonly say: (text: string) => void,
    private readonly picked: (line: number) => void,
  ) {
    const x = sweep.x.values;
    this.columns = rising(x);
    this.lines = rising(rows.values);
    this.across = spread(
      this.columns.map((point) => at(x, point)),
      LEFT,
      RIGHT,
    );
    this.up = spread(
      this.lines.map((line) => at(rows.values, line)),
      FLOOR,
      TOP,
    );
    this.svg.addEventListener("click", (event) => this.clicked(event as MouseEvent));
    this.svg.addEventListener("keydown", (event) =>
      this.pressed(event as KeyboardEvent),
    );
    picked(at(this.lines, 0));
  }

  draw(view: View): void {
    this.view = view;
    this.svg.replaceChildren();
    const bend = view.logY ? Math.log10 : (value: number) => value;
    const means = this.lines.map((line) =>
      this.columns.map((point) => bend(this.found(line, point)?.mean ?? Number.NaN)),
    );
    const known = means.flat().filter(Number.isFinite);
    const low = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const high = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    for (const [row, line] of this.lines.entries()) {
      for (const [column, point] of this.columns.entries()) {
        const value = means[row]?.[column] as number;
        if (Number.isFinite(value)) {
          const fill = colour(high > low ? (value - low) / (high - low) : 0.5);
          draw(this.svg, "path", { class: "cell", d: this.cell(row, column), fill });
        }
        if (this.failed(line, point)) this.cross(row, column);
      }
    }
    if (known.length) this.scale(low, high, view);
    this.axes();
    this.mark();
  }

  private failed(line: number, point: number): boolean {
    return isFailed(this.sweep, this.view?.measure ?? 0, line, point);
  }

  private found(line: number, point: number) {
    const { values } = this.sweep.measures[this.view?.measure ?? 0] as {
      values: Sweep["measures"][number]["values"];
    };
    return summary(values[line]?.[point] ?? []);
  }

  private cell(row: number, column: number, columns = 1): string {
    const [left, right] = [at(this.across, column), at(this.across, column + columns)];
    const [below, above] = [at(this.up, row), at(this.up, row + 1)];
    return `M${left},${below}V${above}H${right}V${below}Z`;
  }

  private cross(row: number, column: number): void {
    const x = (at(this.across, column) + at(this.across, column + 1)) / 2;
    const y = (at(this.up, row) + at(this.up, row + 1)) / 2;
    draw(this.svg, "path", { class: "failed", d: `M${x - 4},${y - 4}l8,8m0,-8l-8,8` });
  }

  /** The colours, and the numbers that they stand for. */
  private scale(low: number, high: number, view: View): void {
    const title = this.sweep.measures[view.measure]?.title ?? "";
    draw(this.svg, "text", { x: LEFT, y: 14, class: "title" }, title);
    const width = RIGHT - LEFT;
    const count = high > low ? 60 : 1;
    for (let step = 0; step < count; step += 1) {
      const fill = colour(count > 1 ? step / (count - 1) : 0.5);
      const x = LEFT + (step * width) / count;
      draw(this.svg, "rect", {
        class: "cell",
        x,
        y: 20,
        width: width / count,
        height: 10,
        fill,
      });
    }
    for (let tick = 0; tick < (count > 1 ? TICKS : 1); tick += 1) {
      const share = count > 1 ? tick / (TICKS - 1) : 0.5;
      const bent = low + (high - low) * share;
      const value = Number((view.logY ? 10 ** bent : bent).toPrecision(3));
      const anchor = ["start", ...Array<string>(TICKS - 2).fill("middle"), "end"];
      const x = LEFT + share * width;
      const place = { x, y: 44, class: count > 1 ? anchor[tick] : "middle" };
      draw(this.svg, "text", place, written(value));
    }
  }

  private axes(): void {
    const { x } = this.sweep;
    this.ticks(x.values, this.across, (place, text) =>
      draw(this.svg, "text", { x: place, y: FLOOR + 18, class: "middle" }, text),
    );
    this.ticks(this.rows.values, this.up, (place, text) =>
      draw(this.svg, "text", { x: LEFT - 8, y: place + 4, class: "end" }, text),
    );
    nameAxes(this.svg, TOP, HEIGHT, x.title, this.rows.title);
  }

  private ticks(
    values: readonly number[],
    borders: readonly number[],
    label: (place: number, text: string) => void,
  ): void {
    const ends = edges(rising(values).map((index) => at(values, index)));
    const [low, high] = [at(ends, 0), at(ends, ends.length - 1)];
    const [start, end] = [at(borders, 0), at(borders, borders.length - 1)];
    for (const tick of roundNumbers(low, high, 8)) {
      label(start + ((tick - low) / (high - low)) * (end - start), written(tick));
    }
  }

  /** Outline the row whose curve is drawn, and the cell that was read. */
  private mark(): void {
    for (const old of this.svg.querySelectorAll(".row, .mark")) old.remove();
    const [row, column] = this.chosen;
    const width = this.columns.length;
    draw(this.svg, "path", { class: "row", d: this.cell(row, 0, width) });
    draw(this.svg, "path", { class: "mark", d: this.cell(row, column) });
  }

  private clicked(event: MouseEvent): void {
    const [x, y] = pointed(event, this.svg, HEIGHT);
    const column = this.across.filter((border) => border <= x).length - 1;
    const row = this.up.filter((border) => border >= y).length - 1;
    if (this.columns[column] !== undefined && this.lines[row] !== undefined) {
      this.choose(row, column);
    }
  }

  private pressed(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const [row, column] = this.chosen;
    this.choose(
      clamp(row + step[1], 0, this.lines.length - 1),
      clamp(column + step[0], 0, this.columns.length - 1),
    );
  }

  private choose(row: number, column: number): void {
    this.chosen = [row, column];
    const [line, point] = [at(this.lines, row), at(this.columns, column)];
    this.picked(line);
    this.mark();
    const { x, lines, measures } = this.sweep;
    const title = measures[this.view?.measure ?? 0]?.title;
    const found = this.found(line, point);
    const none = this.failed(line, point) ? "failed" : "no result";
    const value = found ? told(found) : none;
    const place = `${x.title}: ${written(at(x.values, point))}`;
    this.say(`${place} · ${lines[line]} · ${title}: ${value}`);
  }
}

/** Places of the cells' borders between two ends. */
function spread(values: readonly number[], start: number, end: number): number[] {
  const borders = edges(values);
  const [low, high] = [at(borders, 0), at(borders, borders.length - 1)];
  return borders.map(
    (border) => start + ((border - low) / (high - low)) * (end - start),
  );
}
