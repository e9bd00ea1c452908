// The curves as SVG: means, standard errors, trials, failed points; by mouse and keys.

import { element, setText } from "../dom.ts";
import {
  at,
  isFailed,
  rising,
  type Summary,
  type Sweep,
  summary,
  told,
  written,
} from "./data.ts";
import { type Scale, scale } from "./scale.ts";
import { BELOW, draw, LEFT, nameAxes, picture, pointed, RIGHT } from "./svg.ts";

export interface View {
  measure: number;
  logX: boolean;
  logY: boolean;
  trials: boolean;
}

const HEIGHT = 420;
const TOP = 12;
const FLOOR = HEIGHT - BELOW;
/** The widget's palette: Okabe and Ito's, in tones for light and dark pages. */
const COLOURS = ["#2f7fc7", "#d55e00", "#00926a", "#b8609a", "#8a7a00", "#7f7f7f"];
const DASHES = ["", "8 4", "2 4", "10 4 2 4"];
/** Marks around the origin, so that lines are told apart without colour. */
const MARKS = [
  "M-4,0a4,4 0 1 0 8,0a4,4 0 1 0 -8,0",
  "M-3.5,-3.5h7v7h-7z",
  "M0,-4.5l4.5,8h-9z",
  "M0,-5l5,5l-5,5l-5,-5z",
  "M0,4.5l4.5,-8h-9z",
];

/** Left and right along the curve, up and down to the next curve. */
const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const pick = <T>(from: readonly T[], index: number) => from[index % from.length] as T;

interface Spot {
  readonly line: number;
  readonly point: number;
  readonly x: number;
  readonly y: number;
  readonly found: Summary;
}

export class Chart {
  readonly node = element("figure");
  private readonly svg = picture(
    this.node,
    HEIGHT,
    "Curve; arrow keys read its points",
  );
  private readonly legend = element("div", "legend");
  private readonly hidden = new Set<number>();
  private spots: Spot[] = [];
  private chosen: Spot | undefined;
  private mark: Element | undefined;
  private view: View | undefined;

  constructor(
    private readonly sweep: Sweep,
    private readonly say: (text: string) => void,
  ) {
    this.node.append(this.legend);
    if (sweep.lines.length > 1 && !sweep.rows) {
      sweep.lines.forEach((label, line) => {
        this.legend.append(this.entry(label, line));
      });
    }
    this.svg.addEventListener("pointermove", (event) =>
      this.pointed(event as PointerEvent),
    );
    this.svg.addEventListener("keydown", (event) =>
      this.pressed(event as KeyboardEvent),
    );
  }

  draw(view: View): void {
    this.view = view;
    this.svg.replaceChildren();
    const { x, measures, lines } = this.sweep;
    const measure = measures[view.measure] as Sweep["measures"][number];
    const seen = lines.map((_, line) => line).filter((line) => !this.hidden.has(line));
    const means = seen.map((line) => (measure.values[line] ?? []).map(summary));
    const heights = means.flat().flatMap((found) => (found ? extent(found, view) : []));
    const across = scale(x.values, view.logX, [LEFT, RIGHT], 8);
    const up = scale(heights, view.logY, [FLOOR, TOP], 6);
    this.axes(across, up, measure.title);
    this.spots = [];
    for (const [index, line] of seen.entries()) {
      this.curve(line, means[index] ?? [], across, up);
    }
    this.choose(
      this.spots.find(
        ({ line, point }) => line === this.chosen?.line && point === this.chosen.point,
      ),
    );
  }

  /** Show one line and no other: that of a map's row. */
  only(line: number): void {
    this.hidden.clear();
    for (const other of this.sweep.lines.keys()) {
      if (other !== line) this.hidden.add(other);
    }
    setText(this.legend, this.sweep.lines[line] ?? "");
    if (this.view) this.draw(this.view);
  }

  private failed(line: number, point: number): boolean {
    return isFailed(this.sweep, this.view?.measure ?? 0, line, point);
  }

  private axes(across: Scale, up: Scale, title: string): void {
    for (const tick of across.ticks) {
      const x = across.place(tick);
      draw(this.svg, "path", { class: "grid", d: `M${x},${TOP}V${FLOOR}` });
      draw(this.svg, "text", { x, y: FLOOR + 18, class: "middle" }, written(tick));
    }
    for (const tick of up.ticks) {
      const y = up.place(tick);
      draw(this.svg, "path", { class: "grid", d: `M${LEFT},${y}H${RIGHT}` });
      draw(this.svg, "text", { x: LEFT - 8, y: y + 4, class: "end" }, written(tick));
    }
    nameAxes(this.svg, TOP, HEIGHT, this.sweep.x.title, title);
  }

  private curve(
    line: number,
    means: readonly (Summary | null)[],
    across: Scale,
    up: Scale,
  ): void {
    const colour = pick(COLOURS, line);
    const group = draw(this.svg, "g", { stroke: colour, fill: colour });
    const { values } = this.sweep.x;
    let path = "";
    for (const point of rising(values)) {
      const x = across.place(at(values, point));
      if (!Number.isFinite(x)) continue;
      const found = means[point];
      if (this.failed(line, point)) {
        draw(group, "path", {
          class: "failed",
          d: `M${x - 5},${FLOOR - 12}l10,10m0,-10l-10,10`,
        });
        // As in the widget: a failed point is a gap, one that is to come is bridged.
        if (!found) path += " ";
      }
      const y = found ? up.place(found.mean) : Number.NaN;
      if (!found || !Number.isFinite(y)) continue;
      const pen = path === "" || path.endsWith(" ") ? "M" : "L";
      path += `${pen}${x},${y}`;
      if (this.view?.trials) {
        for (const trial of found.trials) {
          const cy = up.place(trial);
          if (Number.isFinite(cy)) {
            draw(group, "circle", { class: "trial", cx: x, cy, r: 2 });
          }
        }
      }
      const [low, high] = [found.mean - found.error, found.mean + found.error].map(
        up.place,
      );
      if (Number.isFinite(low) && Number.isFinite(high)) {
        draw(group, "path", { class: "bar", d: `M${x},${low}V${high}` });
      }
      draw(group, "path", { d: pick(MARKS, line), transform: `translate(${x} ${y})` });
      this.spots.push({ line, point, x, y, found });
    }
    const dash = pick(DASHES, line);
    draw(group, "path", { class: "curve", d: path.trim(), "stroke-dasharray": dash });
  }

  private entry(label: string, line: number): HTMLElement {
    const button = element("button");
    button.type = "button";
    button.setAttribute("aria-pressed", "true");
    const sample = draw(button, "svg", { viewBox: "0 0 36 12", "aria-hidden": true });
    const colour = pick(COLOURS, line);
    const group = draw(sample, "g", { stroke: colour, fill: colour });
    const dash = pick(DASHES, line);
    draw(group, "path", { class: "curve", d: "M0,6H36", "stroke-dasharray": dash });
    draw(group, "path", { d: pick(MARKS, line), transform: "translate(18 6)" });
    button.append(label);
    button.addEventListener("click", () => {
      const shown = this.hidden.delete(line);
      if (!shown) this.hidden.add(line);
      button.setAttribute("aria-pressed", String(shown));
      if (this.view) this.draw(this.view);
    });
    return button;
  }

  private pointed(event: PointerEvent): void {
    const [x, y] = pointed(event, this.svg, HEIGHT);
    const distance = (spot: Spot) => Math.hypot(spot.x - x, (spot.y - y) / 2);
    let nearest = this.spots[0];
    for (const spot of this.spots) {
      if (nearest && distance(spot) < distance(nearest)) nearest = spot;
    }
    this.choose(nearest);
  }

  private pressed(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    this.choose(this.neighbour(...step));
  }

  /** The point some points along the curve, or on another curve. */
  private neighbour(along: number, over: number): Spot | undefined {
    const now = this.chosen;
    if (!now) return this.spots[0];
    const lines = [...new Set(this.spots.map(({ line }) => line))];
    const line = lines[lines.indexOf(now.line) + over];
    const there = this.spots.filter((spot) => spot.line === line);
    const place = Math.max(
      0,
      there.findIndex(({ point }) => point === now.point),
    );
    return there[place + along] ?? now;
  }

  private choose(spot: Spot | undefined): void {
    this.chosen = spot;
    this.mark?.remove();
    if (!spot) return;
    this.mark = draw(this.svg, "circle", {
      class: "mark",
      cx: spot.x,
      cy: spot.y,
      r: 8,
    });
    const { x, lines, measures } = this.sweep;
    const title = measures[this.view?.measure ?? 0]?.title;
    const parts = [
      `${x.title}: ${written(at(x.values, spot.point))}`,
      lines[spot.line],
    ];
    this.say([...parts.filter(Boolean), `${title}: ${told(spot.found)}`].join(" · "));
  }
}

/** What of a point must be on the picture. */
function extent({ mean, error, trials }: Summary, view: View): number[] {
  const spread = Number.isFinite(error) ? [mean - error, mean + error] : [];
  return [mean, ...spread, ...(view.trials ? trials : [])];
}
