// Where the mouse is, told more seldom than it moves.

const PACE = 50; // ms between two messages

/** Tell a number whenever it is another than the last one told; -1 is for none. */
export function createPointing(tell: (point: number) => void) {
  let now = -1;
  let told = -1;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function at(point: number): void {
    now = point;
    timer ??= setTimeout(() => {
      timer = undefined;
      if (now !== told) tell(now);
      told = now;
    }, PACE);
  }

  function stop(): void {
    clearTimeout(timer);
    // Nobody is there any more who could say that the mouse has left.
    if (told >= 0) tell(-1);
  }

  return { at, stop };
}
