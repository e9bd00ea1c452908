// A canvas made ready for drawing: its axes, and how text and lines look.

import { floor, formatTick, max, ticks } from "./numbers.ts";
import type { Palette } from "./palette.ts";
import type { Span } from "./span.ts";

export type Sheet = ReturnType<typeof createSheet>;

/** All lengths are CSS pixels; `left`, `top`, `width`, `height` are the axes' rectangle. */
export function createSheet(
  context: CanvasRenderingContext2D,
  palette: Palette,
  left: number,
  top: number,
  width: number,
  height: number,
) {
  const ratio = devicePixelRatio;
  const small = palette.line * 0.88;
  const bottom = top + height;

  function text(
    shown: string,
    x: number,
    y: number,
    align: CanvasTextAlign = "right",
    colour = palette.muted,
  ): void {
    context.font = `${small}px ${palette.font}`;
    context.fillStyle = colour;
    context.textAlign = align;
    context.textBaseline = "middle";
    context.fillText(shown, x, y);
  }

  /** A rectangle that fills whole pixels of the screen: a hair line is sharp. */
  function rule(
    x: number,
    y: number,
    across: number,
    up: number,
    colour: string,
  ): void {
    const hair = max(1, floor(ratio)) / ratio;
    const whole = (length: number) => floor(length * ratio) / ratio;
    context.fillStyle = colour;
    context.fillRect(whole(x), whole(y), across || hair, up || hair);
  }

  return {
    context,
    palette,
    left,
    top,
    width,
    height,
    bottom,
    small,
    text,
    rule,

    /** Lines at round times, and these below if `labels`. */
    timeAxis({ from, to }: Span, labels: boolean): void {
      if (labels) text("ms", left - 2 * small, bottom + small);
      for (const time of ticks(from, to, max(width / (6 * small), 2))) {
        const x = left + ((time - from) / (to - from)) * width;
        rule(x, top, 0, height, palette.edge);
        if (labels) text(formatTick(time), x, bottom + small, "center");
      }
    },

    /** Lines at round values between `low` and `high`, from `top` to `bottom`. */
    valueAxis(low: number, high: number, from = top, to = bottom): void {
      for (const value of ticks(low, high, max((to - from) / (3 * small), 1))) {
        const y = to - ((value - low) / (high - low)) * (to - from);
        rule(left, y, width, 0, palette.edge);
        text(formatTick(value), left - small / 2, y);
      }
    },

    /** Draw a line, nothing of it outside the axes. */
    line(path: Path2D, colour = palette.text, dash: number[] = []): void {
      context.save();
      context.beginPath();
      context.rect(left, top, width, height);
      context.clip();
      context.strokeStyle = colour;
      context.lineWidth = 1.5;
      context.lineJoin = "round";
      context.setLineDash(dash);
      context.stroke(path);
      context.restore();
    },
  };
}
