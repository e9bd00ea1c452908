// The theme's colours as a canvas needs them.

export interface Colours {
  readonly text: string;
  readonly muted: string;
  readonly edge: string;
  readonly track: string;
  readonly surface: string;
  readonly done: string;
  readonly failed: string;
  readonly marked: string;
}

const VARIABLES: Readonly<Record<keyof Colours, string>> = {
  text: "--bsw-text",
  muted: "--bsw-muted",
  edge: "--bsw-edge",
  track: "--bsw-track",
  surface: "--bsw-surface",
  done: "--bsw-accent",
  failed: "--bsw-error",
  marked: "--bsw-cost",
};

/** The theme's colours where `root` is: variables hold formulas, computed ones are colours. */
export function coloursOf(root: Element): Colours {
  const probe = document.createElement("span");
  probe.hidden = true;
  root.append(probe);
  const colours = Object.fromEntries(
    Object.entries(VARIABLES).map(([name, variable]) => {
      probe.style.color = `var(${variable})`;
      return [name, getComputedStyle(probe).color];
    }),
  );
  probe.remove();
  return colours as unknown as Colours;
}
