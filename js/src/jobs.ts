// The timeline of workers and jobs. It writes no trait; what a person points at or opens
// goes to Python as a message.

import type { RenderProps } from "@anywidget/types";
import { element, setText } from "./dom.ts";
import { follow } from "./follow.ts";
import { coloursOf } from "./jobs/colours.ts";
import { draw, heightOf, type Place, ROW, TOP } from "./jobs/drawing.ts";
import { hostsTable, seconds, sumText } from "./jobs/hosts.ts";
import { countsOf, jobAt, moved, readJobs, STATUSES } from "./jobs/timeline.ts";
import { createPointing } from "./pointing.ts";
import { textScale } from "./scale.ts";
import { JobsTimelineDefaults, type JobsTimelineTraits } from "./traits.ts";

/** What a person does; view.py reads it. */
export type Request = { readonly kind: "hover" | "open"; readonly point: number };

type Traits = Readonly<JobsTimelineTraits>;

const LEFT = 86;
const RIGHT = 16;
const KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"];

function build(root: HTMLElement, ask: (request: Request) => void) {
  const legend = element("ul", "bsw-jobs-legend");
  const canvas = element("canvas");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "img");
  const tip = element("div", "bsw-jobs-tip");
  tip.hidden = true;
  const below = element("div");
  const sum = element("p", "bsw-jobs-sum");
  root.append(legend, canvas, tip, below, sum);

  let traits: Traits = JobsTimelineDefaults;
  let jobs = readJobs(traits);
  let pointed = -1; // the job under the mouse, or where the keyboard is
  let frame = 0;

  function place(): Place {
    const whole = (canvas.clientWidth || 600) / textScale(root);
    const left = Math.min(
      240,
      Math.max(LEFT, ...traits.lanes.map((lane) => 7 * lane.length)),
    );
    const width = Math.max(1, whole - left - RIGHT);
    return { left, width, span: Math.max(traits.now, 1e-3) };
  }

  function schedule(): void {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      paintPicture();
    });
  }

  function paintPicture(): void {
    const height = heightOf(jobs);
    // All is drawn as for normal text, and larger where that is larger.
    const scale = textScale(root);
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth;
    const context = width > LEFT + RIGHT ? canvas.getContext("2d") : null;
    if (!context) return;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * scale * ratio);
    canvas.style.height = `${height * scale}px`;
    context.setTransform(ratio * scale, 0, 0, ratio * scale, 0, 0);
    context.font = `11px ${getComputedStyle(root).fontFamily || "sans-serif"}`;
    const hovered = jobs.point.indexOf(traits.hovered);
    const marked = pointed >= 0 ? pointed : traits.hovered >= 0 ? hovered : -1;
    draw(context, coloursOf(root), jobs, traits.phases, place(), marked);
  }

  const observer = new ResizeObserver(schedule);
  observer.observe(root);

  const pointing = createPointing((point) => ask({ kind: "hover", point }));

  function words(job: number): string {
    const status = STATUSES[jobs.status[job] as number] ?? "";
    const worker = jobs.rows[jobs.row[job] as number] ?? "";
    const took = (jobs.end[job] as number) - (jobs.start[job] as number);
    return `${worker}: ${status}, ${seconds(took)}`;
  }

  function pointAt(job: number): void {
    pointed = job;
    tip.hidden = job < 0;
    if (job >= 0) {
      setText(tip, words(job));
      const { left, width, span } = place();
      const x = left + ((jobs.start[job] as number) / span) * width;
      const scale = textScale(root);
      tip.style.left = `${Math.min(x + 14, left + width - 120) * scale}px`;
      const row = jobs.row[job] as number;
      tip.style.top = `${canvas.offsetTop + (TOP + (row + 1) * ROW + 4) * scale}px`;
    }
    describe();
    schedule();
    pointing.at(job < 0 ? -1 : (jobs.point[job] as number));
  }

  function jobUnder(event: MouseEvent): number {
    const { left, width, span } = place();
    const scale = textScale(root);
    const row = Math.floor((event.offsetY / scale - TOP) / ROW);
    const time = ((event.offsetX / scale - left) / width) * span;
    return jobAt(jobs, row, time, (4 / width) * span);
  }

  function open(job: number): void {
    if (job >= 0) ask({ kind: "open", point: jobs.point[job] as number });
  }

  canvas.addEventListener("pointermove", (event) => pointAt(jobUnder(event)));
  canvas.addEventListener("pointerleave", () => pointAt(-1));
  canvas.addEventListener("blur", () => pointAt(-1));
  canvas.addEventListener("click", (event) => open(jobUnder(event)));
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") open(pointed);
    else if (KEYS.includes(event.key)) pointAt(moved(jobs, pointed, event.key));
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  function describe(): void {
    const at = pointed >= 0 ? `. ${words(pointed)}. Enter opens it` : "";
    const text = countTexts().join(", ");
    canvas.setAttribute("aria-label", `Jobs over ${seconds(traits.now)}: ${text}${at}`);
  }

  function countTexts(): string[] {
    const texts = countsOf(jobs).flatMap((count, status) =>
      count > 0 ? [`${count} ${STATUSES[status]}`] : [],
    );
    if (traits.queued > 0) texts.push(`${traits.queued} queued`);
    return texts;
  }

  return {
    paint(now: Traits): void {
      const point = pointed < 0 ? -1 : jobs.point[pointed];
      traits = now;
      jobs = readJobs(now);
      pointed = point === -1 || point === undefined ? -1 : jobs.point.indexOf(point);
      legend.replaceChildren(...countTexts().map((text) => element("li", "", text)));
      below.replaceChildren(...(now.hosts.length > 0 ? [hostsTable(now)] : []));
      setText(sum, sumText(now));
      describe();
      schedule();
    },
    stop(): void {
      cancelAnimationFrame(frame);
      pointing.stop();
      observer.disconnect();
    },
  };
}

type Props = Pick<RenderProps<JobsTimelineTraits>, "model" | "el">;

function render({ model, el }: Props): () => void {
  const root = element("section", "bsw-jobs");
  root.setAttribute("aria-label", "Jobs");
  // JupyterLab would otherwise act on the keys that move and open.
  root.dataset.lmSuppressShortcuts = "true";
  const { paint, stop } = build(root, (request) => model.send(request));
  el.append(root);
  const leave = follow(model, JobsTimelineDefaults, paint);
  return () => {
    leave();
    stop();
    root.remove();
  };
}

export default { render };
