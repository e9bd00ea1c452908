// What the strip says, as pure functions of the traits.

import type { StatusStripTraits } from "./traits.ts";

export type Status = Readonly<StatusStripTraits>;
export type State = Status["state"];

/** A piece of the status line; `kind` is a hook for style, never the only sign. */
export interface Part {
  readonly text: string;
  readonly kind?: "state" | "failed";
}

const NARROW_NO_BREAK_SPACE = "\u202f";

/** The word for the state, where the counts alone do not say it. */
const STATE_WORDS: Readonly<Record<State, string>> = {
  idle: "Ready",
  starting: "Starting workers…",
  running: "",
  paused: "Paused",
  stopping: "Stopping…",
  finished: "Finished",
  cancelled: "Stopped",
  crashed: "Crashed",
  invalid: "Check the settings",
};

/** What goes on before simulations can run. */
const PHASE_WORDS: Readonly<Record<Status["phase"], string>> = {
  "": "",
  tracing: "Reading the model",
  compiling: "Compiling the network once",
};

/** The phase with its time, which no estimate counts: "Reading the model, 3 s…". */
export function phaseText({ phase, phase_seconds: seconds }: Status): string {
  if (phase === "") return "";
  const time = seconds > 0 ? `, ${formatWhole(seconds)}` : "";
  return `${PHASE_WORDS[phase]}${time}\u2026`;
}

/** Group the digits of a count by threes; four digits read well as they are. */
export function formatCount(count: number): string {
  const digits = String(count);
  return digits.length < 5
    ? digits
    : digits.replace(/\B(?=(\d{3})+$)/g, NARROW_NO_BREAK_SPACE);
}

export function simulations(count: number): string {
  return `${formatCount(count)} ${count === 1 ? "simulation" : "simulations"}`;
}

/** A duration in at most two units: "3.2 s", "42 s", "2 min 5 s", "1 h 12 min". */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "";
  // Round before choosing the unit, or 59.7 s would read "60 s".
  const tenths = Math.round(seconds * 10) / 10;
  if (tenths < 10) return `${tenths.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return twoUnits(Math.floor(whole / 60), "min", whole % 60, "s");
  const minutes = Math.round(seconds / 60);
  return twoUnits(Math.floor(minutes / 60), "h", minutes % 60, "min");
}

/** Whole seconds, as of a clock that ticks: "3 s", "1 min 5 s". */
export function formatWhole(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds);
}

function twoUnits(large: number, unit: string, small: number, subunit: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${subunit}`;
}

/** The time left; "" if it is not known. */
export function formatLeft(seconds: number | null): string {
  const time = formatRough(seconds);
  return time && `${time} left`;
}

/** A guessed duration, as coarse as the guess is; "" if there is none. */
function formatRough(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds) || seconds < 0) return "";
  if (seconds < 1) return "under 1 s";
  const whole = Math.round(seconds);
  if (whole < 60) return `about ${whole} s`;
  return `about ${formatDuration(Math.round(seconds / 60) * 60)}`;
}

/** Simulations that need no more work: the filled part of the bar. */
export function settled(status: Status): number {
  return status.done + status.failed + status.lost;
}

/** Seconds that a live run may take without a bar, which would only flicker. */
const CALM = 1;

/** What the bar is filled to. */
export function barValue(status: Status): number {
  const { live, state, elapsed } = status;
  return live && (state === "finished" || elapsed < CALM) ? 0 : settled(status);
}

function counted(count: number, word: string): string[] {
  return count > 0 ? [`${formatCount(count)} ${word}`] : [];
}

/** Live runs start and end many times a second: one word for all of that. */
function stateWord({ state, live }: Status): string {
  const passing = state === "starting" || state === "running" || state === "finished";
  return live && passing ? "Live" : STATE_WORDS[state];
}

/** The left side of the line. */
export function countsParts(status: Status): Part[] {
  const phase = phaseText(status);
  if (phase !== "" && settled(status) === 0) return [{ text: phase, kind: "state" }];
  const word = phase || stateWord(status);
  if ((status.state === "starting" && !phase && !status.live) || status.total === 0) {
    return [{ text: word || "Running", kind: "state" }];
  }
  if (status.state === "idle") {
    const time = formatRough(status.eta);
    const text = `${word}: ${simulations(status.total)}${time && `, ${time}`}`;
    return [{ text, kind: "state" }];
  }
  const parts: Part[] = word ? [{ text: word, kind: "state" }] : [];
  // A refused setting leaves nothing to count unless an earlier run is on screen.
  if (status.state === "invalid" && settled(status) + status.cancelled === 0) {
    return parts;
  }
  parts.push({
    text: `${formatCount(status.done)} of ${formatCount(status.total)} done`,
  });
  for (const text of counted(status.partial, "of them partial")) {
    parts.push({ text, kind: "failed" });
  }
  for (const text of counted(status.recalled, "known before")) parts.push({ text });
  for (const text of counted(status.running, "running")) parts.push({ text });
  for (const text of [
    ...counted(status.failed, "failed"),
    ...counted(status.lost, "lost"),
  ]) {
    parts.push({ text, kind: "failed" });
  }
  for (const text of counted(status.cancelled, "cancelled")) parts.push({ text });
  return parts;
}

/** The right side of the line: time, workers, engine. */
export function metaText(status: Status): string {
  const { state, phase, elapsed, eta, workers, engine } = status;
  const times: string[] = [];
  const started = state !== "idle" && state !== "starting" && state !== "invalid";
  if (started && elapsed > 0) times.push(formatDuration(elapsed));
  if (state === "running" && phase === "") times.push(formatLeft(eta));
  return [
    times.filter(Boolean).join(", "),
    workers > 0
      ? `${formatCount(workers)} ${workers === 1 ? "worker" : "workers"}`
      : "",
    engine,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** What a screen reader hears: a sentence, without the fast-moving times. */
export function announcement(status: Status): string {
  const { state, phase, done, total, partial, failed, lost } = status;
  if (phase !== "") return PHASE_WORDS[phase];
  const word = stateWord(status);
  if (state === "starting" && !status.live) return word;
  if (state === "invalid" || total === 0) return word;
  if (state === "idle") return `${word}: ${simulations(total)}`;
  const sentence = [
    `${formatCount(done)} of ${simulations(total)} done`,
    ...counted(partial, "of them partial"),
    ...counted(failed, "failed"),
    ...counted(lost, "lost"),
  ].join(", ");
  return word ? `${word.replace("…", "")}: ${sentence}` : sentence;
}

/** How many failed points the list of errors does not show; "" if none. */
export function moreText(status: Status): string {
  const wrong = status.failed + status.lost + status.partial;
  const hidden = wrong - status.errors.length;
  return status.errors.length > 0 && hidden > 0
    ? `and ${formatCount(hidden)} more`
    : "";
}

/** The message for the person: first why nothing starts, then what else is to be known. */
export function noticeText({ waits, notice }: Status): string {
  return [waits, notice].filter(Boolean).join("\n");
}

/** What the button for another attempt says; "" if there is nothing to attempt. */
export function retryText(status: Status): string {
  const { state, live, partial, failed, lost, cancelled } = status;
  const ended = state === "finished" || state === "cancelled";
  if (live || !(ended || state === "running" || state === "paused")) return "";
  if (failed + lost + partial > 0) return "Retry failed";
  return ended && cancelled > 0 ? "Compute the rest" : "";
}

/**
 * What there is to read beside a message's first line: where it went wrong, and
 * above that the message's other lines, unless the traceback ends with them.
 */
export function detailOf(message: string, traceback: string): string {
  const whole = message.trim();
  const trace = traceback.trim();
  const [, ...rest] = whole.split("\n");
  if (!trace) return rest.length > 0 ? whole : "";
  const more = rest.filter((line) => !trace.includes(line.trim())).join("\n");
  return more ? `${more}\n\n${trace}` : trace;
}
