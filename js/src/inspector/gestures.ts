// How a person moves the window of time: with the mouse, the wheel, and keys.

import { clamp, max, min } from "./numbers.ts";
import { part } from "./parts.ts";
import { type Span, same, shifted, within, zoomed } from "./span.ts";

/** Pixels that a hand moves when it only means to click. */
const CLICK = 4;

/** The window, and where it is on the page. */
export interface Stage {
  readonly whole: Span;
  readonly span: Span;
  /** Edges of the axes, in pixels from the left of the area. */
  readonly left: number;
  readonly width: number;
}

/** What a button or a key does: by how much of its length the window moves, and grows. */
export interface Move {
  readonly by: number;
  readonly factor: number;
}

export const EARLIER: Move = { by: -0.1, factor: 1 };
export const LATER: Move = { by: 0.1, factor: 1 };
export const CLOSER: Move = { by: 0, factor: 1 / 1.5 };
export const FARTHER: Move = { by: 0, factor: 1.5 };
export const WHOLE: Move = { by: 0, factor: 1 / 0 };

/** What keys do while the area has the focus. */
const KEYS: Readonly<Record<string, Move>> = {
  ArrowLeft: EARLIER,
  ArrowDown: EARLIER,
  ArrowRight: LATER,
  ArrowUp: LATER,
  "+": CLOSER,
  "=": CLOSER,
  "-": FARTHER,
  0: WHOLE,
  Home: WHOLE,
  Escape: WHOLE,
};

export function moved({ by, factor }: Move, { span, whole }: Stage): Span {
  const length = span.to - span.from;
  return zoomed(shifted(span, by * length, whole), factor, 0.5, whole);
}

/** A drag under way: where it began, and how all was then. */
interface Drag {
  readonly x: number;
  readonly pan: boolean;
  readonly stage: Stage;
}

/** Let a person choose the window in `area`; `choose` gets what they chose. */
export function createGestures(
  area: HTMLElement,
  stage: () => Stage,
  choose: (span: Span) => void,
): void {
  const band = part("band");
  band.hidden = true;
  area.append(band);
  let drag: Drag | undefined;
  const on = area.addEventListener.bind(area);

  /** Where in the window the mouse is, from 0 to 1; where it may be beyond its edges. */
  const place = (event: MouseEvent, { left, width }: Stage) =>
    (event.clientX - area.getBoundingClientRect().left - left) / width;
  const inside = (share: number) => clamp(share, 0, 1);

  function end(): void {
    drag = undefined;
    band.hidden = true;
  }

  on("pointerdown", (event) => {
    // A second finger and other buttons mean something else.
    if (!event.isPrimary || event.button) return;
    const now = stage();
    drag = {
      x: place(event, now),
      pan: event.shiftKey,
      stage: now,
    };
    area.setPointerCapture(event.pointerId);
  });

  /** Follow a drag; it is over with the last event. */
  function follow(event: PointerEvent): void {
    if (!drag || !event.isPrimary) return;
    const { x, pan, stage: old } = drag;
    const { span, whole, left, width } = old;
    const length = span.to - span.from;
    const here = place(event, old);
    const last = event.type === "pointerup";
    if (last) end();
    if (pan) {
      choose(shifted(span, (x - here) * length, whole));
      return;
    }
    const low = inside(min(x, here));
    const high = inside(max(x, here));
    const clicked = Math.abs(x - here) * width < CLICK;
    if (last) {
      const from = span.from + low * length;
      if (!clicked) choose(within({ from, to: span.from + high * length }, whole));
      return;
    }
    band.hidden = clicked;
    band.style.left = `${left + low * width}px`;
    band.style.width = `${(high - low) * width}px`;
  }

  on("pointermove", follow);
  on("pointerup", follow);
  on("pointercancel", end);
  on("dblclick", () => choose(stage().whole));

  on(
    "wheel",
    (event) => {
      const held = event.ctrlKey || event.metaKey;
      // The page must stay scrollable.
      if (!held && !area.matches(":focus")) return;
      const now = stage();
      const { span, whole, width } = now;
      // Before `deltaMode` is looked at, all browsers give pixels.
      const { deltaX, deltaY } = event;
      const next =
        Math.abs(deltaX) > Math.abs(deltaY)
          ? shifted(span, (deltaX / width) * (span.to - span.from), whole)
          : zoomed(span, Math.exp(deltaY * 0.002), inside(place(event, now)), whole);
      // At the end of what can be done, the page scrolls on.
      if (held || !same(next, span)) event.preventDefault();
      choose(next);
    },
    { passive: false },
  );

  on("keydown", (event) => {
    const move = KEYS[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    // Arrows would go to another point.
    event.stopPropagation();
    // Esc gives up a drag before it gives up the window.
    if (!drag || event.key !== "Escape") choose(moved(move, stage()));
    end();
  });
}
