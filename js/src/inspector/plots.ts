// All pictures of a simulation: what runs along time shares one window, and the
// intervals are those of its spikes.

import { setText } from "../dom.ts";
import {
  CLOSER,
  createGestures,
  EARLIER,
  FARTHER,
  LATER,
  type Move,
  moved,
  type Stage,
  WHOLE,
} from "./gestures.ts";
import { max } from "./numbers.ts";
import { type Palette, readPalette, watchTheme } from "./palette.ts";
import { createPanel, RIGHT } from "./panel.ts";
import { button, part, tell } from "./parts.ts";
import {
  intervalsView,
  rasterView,
  ratesView,
  tracesView,
  type View,
} from "./pictures.ts";
import type { Recording } from "./recording.ts";
import { type Span, same } from "./span.ts";
import { absentText, rangeText, when } from "./wording.ts";

/** Lines of text left of the axes for labels, if those of populations need no more. */
const GUTTER = 4.2;

const TOOLS: readonly (readonly [Move, string, string?])[] = [
  [EARLIER, "\u2039", "Earlier"],
  [FARTHER, "\u2212", "Zoom out"],
  [CLOSER, "+", "Zoom in"],
  [LATER, "\u203a", "Later"],
  [WHOLE, "Whole run"],
];

/** `windowed` is called when a person has chosen another window, with its words. */
export function createPlots(root: HTMLElement, windowed: (text: string) => void) {
  const probe = part("probe");
  const where = part("where");
  const thumb = part("thumb");
  const area = part("time");
  area.tabIndex = 0;
  area.role = "group";
  const side = createPanel();
  const absent = part("note");

  /** Of what runs along time; they stay from point to point, so that nothing jumps. */
  const panels: ReturnType<typeof createPanel>[] = [];
  let views: View[] = [];
  let sideView: View | undefined;
  let whole: Span = { from: 0, to: 1 };
  let span = whole;
  let palette: Palette | undefined;
  /** Letters of the longest label left of the axes. */
  let letters = 0;
  let drawnAt = "";
  let frame = 0;
  let stage: Stage = { whole, span, left: 0, width: 1 };

  function choose(next: Span): void {
    if (same(next, span)) return;
    span = next;
    stage = { ...stage, span };
    schedule();
    windowed(when(span, whole));
  }

  createGestures(area, () => stage, choose);
  const buttons = TOOLS.map(([move, text, name]) =>
    button(text, () => choose(moved(move, stage)), name),
  );
  const tools = part("tools", where, ...buttons);
  const node = part("plots", probe, tools, thumb, area, absent);

  function show(next: Recording | undefined): void {
    const spikes = next?.spikes?.times.length ? next.spikes : undefined;
    const network = spikes !== undefined && spikes.size > 1;
    views = [];
    if (spikes) views.push(rasterView(spikes));
    if (network) views.push(ratesView(spikes));
    // Without a network to show, traces are the main thing.
    for (const group of next?.groups ?? []) views.push(tracesView(group, !network));
    while (panels.length > views.length) panels.pop()?.node.remove();
    while (panels.length < views.length) {
      const panel = createPanel();
      panels.push(panel);
      area.append(panel.node);
    }
    sideView = spikes && intervalsView(spikes);
    side.node.hidden = !sideView;
    node.hidden = !next;
    for (const one of [tools, thumb, area]) one.hidden = !views.length;
    tell(absent, next ? absentText(next) : "");
    letters = max(0, ...(spikes?.populations ?? []).map(({ label }) => label.length));
    // Runs of one length are compared in one window.
    if (next && next.whole.to !== whole.to) {
      whole = next.whole;
      span = whole;
    }
    // At once: the next frame may be 16 ms away, and there are few messages.
    draw();
  }

  function schedule(): void {
    frame ||= requestAnimationFrame(draw);
  }

  /** What the pictures' sizes come from. */
  const measure = () => [root.clientWidth, getComputedStyle(probe).fontSize].join();

  function draw(): void {
    cancelAnimationFrame(frame);
    frame = 0;
    drawnAt = measure();
    if (!root.clientWidth) return;
    palette ??= readPalette(probe);
    const { line } = palette;
    // Letters are about half as wide as high.
    const left = line * max(GUTTER, 0.5 * letters + 1);
    stage = {
      whole,
      span,
      left,
      width: max(area.clientWidth - left - RIGHT * line, 1),
    };
    for (const [index, panel] of panels.entries()) {
      const view = views[index];
      if (view)
        panel.paint(view(span, whole), palette, left, index === views.length - 1);
    }
    if (sideView) side.paint(sideView(span, whole), palette, GUTTER * line, true);
    tellWindow();
  }

  function tellWindow(): void {
    const zoomed = !same(span, whole);
    const text = when(span, whole);
    setText(where, rangeText(span));
    area.ariaLabel = `Pictures over time, ${text}. Arrows move, plus and minus zoom, 0 resets.`;
    const scale = stage.width / whole.to;
    thumb.style.visibility = zoomed ? "" : "hidden";
    thumb.style.marginLeft = `${stage.left + scale * span.from}px`;
    thumb.style.width = `${scale * (span.to - span.from)}px`;
    for (const [index, [move]] of TOOLS.entries()) {
      const node = buttons[index];
      if (node) node.ariaDisabled = String(move !== CLOSER && !zoomed);
    }
  }

  const stopWatching = watchTheme(() => {
    palette = undefined;
    schedule();
  });
  const observer = new ResizeObserver(() => {
    if (measure() === drawnAt) return;
    palette = undefined;
    // At once: waiting for the next frame would show stretched pictures in this one.
    draw();
  });
  observer.observe(root);

  return {
    node,
    side: side.node,
    show,
    stop(): void {
      cancelAnimationFrame(frame);
      observer.disconnect();
      stopWatching();
    },
  };
}
