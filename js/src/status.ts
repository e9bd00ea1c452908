// The status strip: an anywidget that shows a sweep's progress. It writes no trait;
// what a person does here goes to Python as a message.

import type { RenderProps } from "@anywidget/types";
import { createAnnouncer } from "./announcer.ts";
import { markWhenAnswered } from "./answer.ts";
import { appendSpaced, element, setText } from "./dom.ts";
import { takeFiles } from "./download.ts";
import { createErrorList } from "./errors.ts";
import { follow } from "./follow.ts";
import {
  announcement,
  barValue,
  countsParts,
  metaText,
  moreText,
  noticeText,
  type Part,
  retryText,
  type Status,
} from "./format.ts";
import { createKeys } from "./keys.ts";
import { createSpoken } from "./spoken.ts";
import { createThumbNamer } from "./thumbs.ts";
import { createToggleTeller } from "./toggles.ts";
import { StatusStripDefaults, type StatusStripTraits } from "./traits.ts";
import { createUnderWayList } from "./under_way.ts";

/** What a person may ask for; status.py reads it. */
export type Request =
  | { readonly kind: "retry" }
  | { readonly kind: "skip"; readonly position: readonly number[] };

function paintProgress(bar: HTMLProgressElement, status: Status): void {
  // A <progress> without a value is indeterminate.
  if (status.phase !== "" || (status.state === "starting" && !status.live)) {
    bar.removeAttribute("value");
    return;
  }
  bar.max = Math.max(status.total, 1);
  bar.value = barValue(status);
}

function paintCounts(line: HTMLElement, parts: readonly Part[]): void {
  const text = parts.map((part) => part.text).join(" · ");
  if (line.textContent === text) return;
  line.replaceChildren(
    ...parts.flatMap(({ text, kind }, index) => {
      const node = element("span", kind ? `bsw-status-${kind}` : "", text);
      return index > 0 ? [" · ", node] : [node];
    }),
  );
}

function paintNotice(notice: HTMLElement, status: Status): void {
  const { state } = status;
  const text = noticeText(status);
  // The role must be there before the text: only then is the text announced.
  if (state === "invalid" || state === "crashed") notice.setAttribute("role", "alert");
  else notice.removeAttribute("role");
  notice.hidden = text === "";
  setText(notice, text);
}

/** Build the strip inside `root` and return what paints it. */
function build(root: HTMLElement, ask: (request: Request) => void) {
  const bar = element("progress", "bsw-status-bar");
  bar.setAttribute("aria-label", "Progress of the sweep");
  const line = element("div", "bsw-status-line");
  const counts = element("span", "bsw-status-counts");
  const meta = element("span", "bsw-status-meta");
  appendSpaced(line, [counts, meta]);
  const notice = element("p", "bsw-status-notice");
  const errors = element("ul", "bsw-status-errors");
  errors.setAttribute("aria-label", "Failed simulations");
  // JupyterLab would otherwise act on the keys that fold and scroll a traceback.
  errors.dataset.lmSuppressShortcuts = "true";
  const more = element("p", "bsw-status-more");
  const underWay = element("ul", "bsw-status-under-way");
  underWay.setAttribute("aria-label", "Simulations that take long");
  const retry = element("button", "bsw-status-button bsw-status-retry");
  retry.type = "button";
  retry.addEventListener("click", () => ask({ kind: "retry" }));
  const live = element("div", "bsw-status-live");
  live.setAttribute("role", "status");
  live.setAttribute("aria-live", "polite");
  appendSpaced(root, [bar, line, notice, underWay, errors, more, retry, live]);

  const announcer = createAnnouncer(live);
  const paintErrors = createErrorList(errors);
  const paintUnderWay = createUnderWayList(underWay, (position) =>
    ask({ kind: "skip", position }),
  );
  let told = "";

  function paint(status: Status): void {
    root.dataset.state = status.state;
    paintProgress(bar, status);
    paintCounts(counts, countsParts(status));
    setText(meta, metaText(status));
    paintNotice(notice, status);
    paintUnderWay(status.under_way);
    paintErrors(status.errors);
    setText(retry, retryText(status));
    retry.hidden = retry.textContent === "";
    setText(more, moreText(status));
    more.hidden = more.textContent === "";
    // While sweeps follow a slider, states change faster than they can be told.
    const step = `${status.state} ${status.phase}`;
    announcer.say(announcement(status), step !== told && !status.live);
    told = step;
  }

  return { paint, stop: announcer.stop };
}

type Props = Pick<RenderProps<StatusStripTraits>, "model" | "el">;

function render({ model, el }: Props): () => void {
  const root = element("div", "bsw-status");
  const { paint, stop } = build(root, (request) => model.send(request));
  const helpers = [
    createThumbNamer(root),
    createToggleTeller(root),
    createKeys(root),
    createSpoken(root),
  ];
  const look = () => {
    for (const helper of helpers) helper.look();
  };
  el.append(root);
  const stopAsking = markWhenAnswered(model, root);
  const leave = follow(model, StatusStripDefaults, (status) => {
    paint(status);
    look();
  });
  // The view comes into the page after this function has returned.
  const soon = setTimeout(look);

  return () => {
    leave();
    stopAsking();
    stop();
    clearTimeout(soon);
    for (const helper of helpers) helper.stop();
    root.remove();
  };
}

/** Once for the model, however often it is displayed: one click, one file. */
function initialize({ model }: Pick<RenderProps<StatusStripTraits>, "model">): void {
  takeFiles(model);
}

export default { initialize, render };
