// A polite live region that a fast sweep cannot flood.

/** Screen readers read every change to the end, so changes must be rare. */
export const INTERVAL_MS = 5000;

export interface Announcer {
  /** Say `text` as soon as the interval allows, or now if `urgent`. */
  say(text: string, urgent: boolean): void;
  stop(): void;
}

export function createAnnouncer(region: HTMLElement): Announcer {
  let latest = "";
  let quietUntil = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function speak(): void {
    clearTimeout(timer);
    timer = undefined;
    if (region.textContent === latest) return;
    region.textContent = latest;
    quietUntil = Date.now() + INTERVAL_MS;
  }

  return {
    say(text, urgent) {
      latest = text;
      const wait = quietUntil - Date.now();
      if (urgent || wait <= 0) speak();
      else timer ??= setTimeout(speak, wait);
    },
    stop() {
      clearTimeout(timer);
    },
  };
}
