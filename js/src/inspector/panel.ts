// A panel: a heading, a picture with a name for those who cannot see it, and a note.

import { element } from "../dom.ts";
import { max, round } from "./numbers.ts";
import type { Palette } from "./palette.ts";
import { part, tell } from "./parts.ts";
import { createSheet, type Sheet } from "./sheet.ts";
import type { Span } from "./span.ts";

/** What a panel shows. */
export interface Picture {
  readonly name: string;
  /** What else the heading says. */
  readonly detail: readonly (Node | string)[];
  /** The picture in words. */
  readonly words: string;
  /** What everybody is to read below it. */
  readonly note?: string;
  /** Height in lines of text; 0 for no picture. */
  readonly lines: number;
  readonly axis: Span;
  draw(sheet: Sheet): void;
}

/** Lines of text right of the axes, for half of the last label. */
export const RIGHT = 1.5;
/** Lines of text above the axes, below them, and below them with labels. */
const ABOVE = 0.6;
const BELOW = 0.4;
const LABELS = 2;

export function createPanel() {
  const heading = part("heading");
  const canvas = element("canvas");
  canvas.role = "img";
  const note = part("note");

  return {
    node: part("panel", heading, canvas, note),
    /** `left` is the room for labels, `labels` whether the axis has some. */
    paint(picture: Picture, palette: Palette, left: number, labels: boolean): void {
      const { line } = palette;
      heading.replaceChildren(element("b", "", picture.name), ...picture.detail);
      canvas.ariaLabel = picture.words;
      canvas.hidden = !picture.lines;
      tell(note, picture.note ?? "");
      if (canvas.hidden) return;
      const ratio = devicePixelRatio;
      const height = picture.lines * line;
      const whole = height + (ABOVE + (labels ? LABELS : BELOW)) * line;
      const room = canvas.clientWidth;
      // Setting a size empties the canvas, also if it is the old one.
      canvas.width = round(room * ratio);
      canvas.height = round(whole * ratio);
      canvas.style.height = `${whole}px`;
      const context = canvas.getContext("2d");
      if (!context) return;
      context.scale(ratio, ratio);
      const width = max(room - left - RIGHT * line, 1);
      const sheet = createSheet(context, palette, left, ABOVE * line, width, height);
      sheet.timeAxis(picture.axis, labels);
      picture.draw(sheet);
    },
  };
}
