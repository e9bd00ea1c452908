// What a person does with the time axis: mark a part, move it, zoom, all with keys, too.

import { LEFT } from "./panel.ts";
import type { TimeWindow } from "./window.ts";

const STEP = 0.1;
const ZOOM = 1.25;
const LEAST_DRAG = 4; // pixels; less is a click

type Key = (window: TimeWindow) => void;

const KEYS: Readonly<Record<string, Key>> = {
  ArrowLeft: (window) => window.pan(-STEP),
  ArrowRight: (window) => window.pan(STEP),
  "+": (window) => window.zoom(1 / ZOOM),
  "=": (window) => window.zoom(1 / ZOOM),
  "-": (window) => window.zoom(ZOOM),
  "0": (window) => window.reset(),
  Home: (window) => window.reset(),
};

/** Act on a key that was pressed on a plot; say whether it meant anything. */
export function pressed(window: TimeWindow, key: string): boolean {
  // Escape leaves a zoom; if there is none, it is for whoever is around.
  if (key === "Escape" && window.zoomed) {
    window.reset();
    return true;
  }
  KEYS[key]?.(window);
  return key in KEYS;
}

/**
 * Let a canvas be dragged on: a part of the time axis is marked, which is then what is
 * seen; with Shift the axis is moved.
 */
export function listenTo(
  canvas: HTMLCanvasElement,
  window: TimeWindow,
  brush: HTMLElement,
): void {
  const width = () => canvas.clientWidth - LEFT - 12;
  const timeAt = (x: number): number =>
    window.from + ((x - LEFT) / width()) * (window.to - window.from);
  let start: number | undefined;
  let moving: readonly [number, number] | undefined;

  function mark(x: number): void {
    if (start === undefined) return;
    const ends = [start, Math.min(Math.max(x, LEFT), LEFT + width())] as const;
    brush.hidden = Math.abs(ends[1] - ends[0]) < LEAST_DRAG;
    brush.style.left = `${Math.min(...ends)}px`;
    brush.style.width = `${Math.abs(ends[1] - ends[0])}px`;
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture?.(event.pointerId);
    if (event.shiftKey) moving = [event.offsetX, window.from];
    else start = Math.min(Math.max(event.offsetX, LEFT), LEFT + width());
  });
  canvas.addEventListener("pointermove", (event) => {
    if (moving) {
      const length = window.to - window.from;
      const from = moving[1] - ((event.offsetX - moving[0]) / width()) * length;
      window.set(from, from + length);
    } else mark(event.offsetX);
  });
  canvas.addEventListener("pointerup", (event) => {
    if (start !== undefined && Math.abs(event.offsetX - start) >= LEAST_DRAG) {
      const [low, high] = [start, event.offsetX].sort((a, b) => a - b) as [
        number,
        number,
      ];
      window.set(Math.max(timeAt(low), window.from), Math.min(timeAt(high), window.to));
    }
    start = moving = undefined;
    brush.hidden = true;
  });
  canvas.addEventListener("pointercancel", () => {
    start = moving = undefined;
    brush.hidden = true;
  });
  canvas.addEventListener("dblclick", () => window.reset());
  canvas.addEventListener(
    "wheel",
    (event) => {
      // Without a key the wheel scrolls the page, as it does everywhere.
      if (!(event.ctrlKey || event.metaKey || document.activeElement === canvas))
        return;
      event.preventDefault();
      window.zoom(event.deltaY < 0 ? 1 / ZOOM : ZOOM, timeAt(event.offsetX));
    },
    { passive: false },
  );
}
