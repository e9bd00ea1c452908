// A canvas with axes: what every plot of the inspector is drawn on.

import { element } from "../dom.ts";
import type { Colours } from "./colours.ts";

/** Room for numbers beside and beneath the plot; the same for all, so that times align. */
export const LEFT = 52;
const RIGHT = 12;
const TOP = 6;
const BOTTOM = 20;

export interface Plot {
  readonly context: CanvasRenderingContext2D;
  readonly colours: Colours;
  /** Device pixels for one of the page's. */
  readonly ratio: number;
  /** The plot's place within the canvas, in the page's pixels. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Panel {
  readonly canvas: HTMLCanvasElement;
  /** Draw anew; nothing happens while the panel has no size. */
  draw(colours: Colours, paint: (plot: Plot) => void): void;
}

export function createPanel(parent: HTMLElement, name: string, height: number): Panel {
  const canvas = element("canvas", `bsw-inspector-canvas bsw-inspector-${name}`);
  canvas.style.height = `${height}px`;
  canvas.setAttribute("role", "img");
  parent.append(canvas);

  return {
    canvas,
    draw(colours, paint) {
      const width = canvas.clientWidth;
      const context = width > LEFT + RIGHT ? canvas.getContext("2d") : null;
      if (!context) return;
      const ratio = window.devicePixelRatio || 1;
      // Setting the size clears the canvas, too.
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.font = `11px ${getComputedStyle(canvas).fontFamily || "sans-serif"}`;
      const room = { width: width - LEFT - RIGHT, height: height - TOP - BOTTOM };
      paint({ context, colours, ratio, left: LEFT, top: TOP, ...room });
    },
  };
}

/** Round numbers within two ends, about as many as asked for. */
export function ticksIn(low: number, high: number, about: number): number[] {
  const rough = (high - low) / Math.max(1, about);
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step =
    ([1, 2, 5, 10].find((one) => one * power >= rough * (1 - 1e-9)) ?? 10) * power;
  const ticks: number[] = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at++) {
    ticks.push(Number((at * step).toPrecision(12)));
  }
  return ticks;
}

const MINUS = "\u2212";

export function numberText(value: number): string {
  const text = Math.abs(value) >= 1e6 ? value.toExponential(1) : String(value);
  return text.replace("-", MINUS);
}

/** The frame's left and lower edge, with numbers; the lower ones with their unit. */
export function drawAxes(
  plot: Plot,
  x: readonly [number, number],
  y: readonly [number, number],
  unit: string,
): void {
  const { context, colours, left, top, width, height } = plot;
  const bottom = top + height;
  context.strokeStyle = colours.muted;
  context.fillStyle = colours.muted;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(left - 0.5, top);
  context.lineTo(left - 0.5, bottom + 0.5);
  context.lineTo(left + width, bottom + 0.5);
  context.textAlign = "center";
  context.textBaseline = "top";
  const ticks = ticksIn(x[0], x[1], Math.max(2, width / 90));
  ticks.forEach((tick, index) => {
    const at = left + ((tick - x[0]) / (x[1] - x[0])) * width;
    context.moveTo(Math.round(at) + 0.5, bottom);
    context.lineTo(Math.round(at) + 0.5, bottom + 4);
    const text = numberText(tick) + (index === ticks.length - 1 ? ` ${unit}` : "");
    // A number at the very end would be cut off.
    const half = context.measureText(text).width / 2;
    context.fillText(text, Math.min(at, left + width + RIGHT - half), bottom + 6);
  });
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const tick of ticksIn(y[0], y[1], Math.max(2, height / 36))) {
    const at = bottom - ((tick - y[0]) / (y[1] - y[0])) * height;
    context.moveTo(left - 4, Math.round(at) + 0.5);
    context.lineTo(left, Math.round(at) + 0.5);
    context.fillText(numberText(tick), left - 7, at);
  }
  context.stroke();
}
