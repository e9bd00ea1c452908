// The theme's colours as a canvas needs them.

export interface Colours {
  readonly text: string;
  readonly muted: string;
  readonly edge: string;
  /** For what has to be told apart, in order. */
  readonly series: readonly string[];
}

const SERIES = ["--bsw-accent", "--bsw-cost", "--bsw-muted", "--bsw-text"];

/** Read them where `root` is: variables hold formulas, only a real colour is computed. */
export function coloursOf(root: Element): Colours {
  const probe = document.createElement("span");
  probe.hidden = true;
  root.append(probe);
  const computed = (variable: string): string => {
    probe.style.color = `var(${variable})`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    text: computed("--bsw-text"),
    muted: computed("--bsw-muted"),
    edge: computed("--bsw-edge"),
    series: SERIES.map(computed),
  };
  probe.remove();
  return colours;
}

/** Call a function when the page's theme changes, Jupyter's or the system's. */
export function onThemeChange(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  const attributes = {
    attributeFilter: ["data-jp-theme-light", "class", "data-theme"],
  };
  observer.observe(document.body, attributes);
  observer.observe(document.documentElement, attributes);
  const queries = ["(prefers-color-scheme: dark)", "(forced-colors: active)"].map(
    (query) => matchMedia(query),
  );
  for (const query of queries) query.addEventListener("change", changed);
  return () => {
    observer.disconnect();
    for (const query of queries) query.removeEventListener("change", changed);
  };
}
