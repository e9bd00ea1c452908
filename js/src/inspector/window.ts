// The part of the time axis that is seen: one for all panels.

/** ms; less cannot be told apart. */
const LEAST = 0.5;

export interface TimeWindow {
  readonly from: number;
  readonly to: number;
  /** Whether it is a part of the whole. */
  readonly zoomed: boolean;
  /** Show this part, as far as it is within the whole. */
  set(from: number, to: number): void;
  /** Move by a part of what is seen. */
  pan(part: number): void;
  /** Show less (below 1) or more around a moment; around the middle if none is given. */
  zoom(factor: number, around?: number): void;
  /** Show all; of a whole that is as long as given. */
  reset(whole?: number): void;
}

export function createTimeWindow(changed: () => void): TimeWindow {
  let whole = 1;
  let from = 0;
  let to = 1;

  function set(low: number, high: number): void {
    const length = Math.min(whole, Math.max(high - low, Math.min(LEAST, whole)));
    const start = Math.min(Math.max(0, low), whole - length);
    if (start === from && start + length === to) return;
    from = start;
    to = start + length;
    changed();
  }

  return {
    get from() {
      return from;
    },
    get to() {
      return to;
    },
    get zoomed() {
      return to - from < whole * (1 - 1e-9);
    },
    set,
    pan: (part) => set(from + part * (to - from), to + part * (to - from)),
    zoom(factor, around = (from + to) / 2) {
      // What is around stays where it is.
      set(around - (around - from) * factor, around + (to - around) * factor);
    },
    reset(length = whole) {
      whole = length;
      set(0, length);
    },
  };
}
