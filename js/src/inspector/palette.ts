// The theme's colours, for canvases: they cannot read style sheets themselves.

export interface Palette {
  readonly text: string;
  readonly muted: string;
  readonly edge: string;
  /** Of the populations, in turn. */
  readonly marks: readonly string[];
  readonly font: string;
  /** Of the texts around, in px. */
  readonly line: number;
}

/** Read the colours that hold for `probe`, an element of the inspector. */
export function readPalette(probe: HTMLElement): Palette {
  const style = getComputedStyle(probe);
  // A variable is text; only a colour of an element is worked out.
  const colour = (name: string) => {
    probe.style.color = `var(--bsw-${name})`;
    return style.color;
  };
  return {
    text: colour("text"),
    muted: colour("muted"),
    edge: colour("edge"),
    // As many as inspector.css has.
    marks: [1, 2, 3, 4].map((number) => colour(`mark-${number}`)),
    font: style.fontFamily,
    line: Number.parseFloat(style.fontSize) || 13,
  };
}

/** Call `changed` whenever the colours or the screen's pixels may have changed. */
export function watchTheme(changed: () => void): () => void {
  const watching = new AbortController();
  const { signal } = watching;
  function watch(query: string, told: () => void): void {
    matchMedia(query).addEventListener("change", told, { signal });
  }
  watch("(prefers-color-scheme: dark)", changed);
  watch("(forced-colors: active)", changed);
  // True until the window moves to a screen with other pixels or the page is zoomed.
  function screen(): void {
    watch(`(resolution: ${devicePixelRatio}dppx)`, () => {
      changed();
      screen();
    });
  }
  screen();

  // Jupyter's themes and VS Code's are attributes of the page.
  const observer = new MutationObserver(changed);
  for (const node of [document.documentElement, document.body]) {
    observer.observe(node, { attributes: true });
  }
  return () => {
    watching.abort();
    observer.disconnect();
  };
}
