import { describe, expect, test } from "vitest";
import {
  announcement,
  barValue,
  countsParts,
  formatCount,
  formatDuration,
  formatLeft,
  metaText,
  moreText,
  type Status,
} from "../src/format.ts";
import { StatusStripDefaults } from "../src/traits.ts";

function status(traits: Partial<Status>): Status {
  return { ...StatusStripDefaults, ...traits };
}

function counts(traits: Partial<Status>): string {
  return countsParts(status(traits))
    .map((part) => part.text)
    .join(" · ");
}

test.each([
  [0, "0"],
  [4000, "4000"],
  [20000, "20\u202f000"],
  [1234567, "1\u202f234\u202f567"],
])("the count %d reads %s", (count, text) => {
  expect(formatCount(count)).toBe(text);
});

test.each([
  [0, "0.0 s"],
  [3.24, "3.2 s"],
  [9.94, "9.9 s"],
  [9.96, "10 s"],
  [59.4, "59 s"],
  [59.7, "1 min"],
  [125, "2 min 5 s"],
  [3599.6, "1 h"],
  [4320, "1 h 12 min"],
  [7199, "2 h"],
  [108300, "30 h 5 min"],
  [-1, ""],
  [Number.NaN, ""],
  [Number.POSITIVE_INFINITY, ""],
])("%d seconds last %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test.each([
  [null, ""],
  [0, "under 1 s left"],
  [0.99, "under 1 s left"],
  [4.2, "about 4 s left"],
  [59.6, "about 1 min left"],
  [100, "about 2 min left"],
  [3590, "about 1 h left"],
  [4400, "about 1 h 13 min left"],
  [-2, ""],
  [Number.NaN, ""],
])("%s seconds to go read '%s'", (seconds, text) => {
  expect(formatLeft(seconds)).toBe(text);
});

describe("the counts", () => {
  test.each<[string, Partial<Status>, string]>([
    ["idle, nothing to run", { state: "idle" }, "Ready"],
    ["idle", { state: "idle", total: 20 }, "Ready: 20 simulations"],
    [
      "idle, its time known from before",
      { state: "idle", total: 20, eta: 42.4 },
      "Ready: 20 simulations, about 42 s",
    ],
    [
      "idle, with hardly anything to do",
      { state: "idle", total: 20, eta: 0.3 },
      "Ready: 20 simulations, under 1 s",
    ],
    ["idle, one", { state: "idle", total: 1 }, "Ready: 1 simulation"],
    ["starting", { state: "starting", total: 20 }, "Starting workers…"],
    [
      "running",
      { state: "running", total: 20, done: 12, running: 2, failed: 1 },
      "12 of 20 done · 2 running · 1 failed",
    ],
    ["running, total unknown", { state: "running" }, "Running"],
    [
      "stopping",
      { state: "stopping", total: 20, done: 12, running: 2 },
      "Stopping… · 12 of 20 done · 2 running",
    ],
    [
      "finished",
      { state: "finished", total: 20, done: 17, failed: 2, lost: 1 },
      "Finished · 17 of 20 done · 2 failed · 1 lost",
    ],
    [
      "cancelled",
      { state: "cancelled", total: 20, done: 12, cancelled: 8 },
      "Stopped · 12 of 20 done · 8 cancelled",
    ],
    ["crashed", { state: "crashed", total: 20, done: 3 }, "Crashed · 3 of 20 done"],
    ["invalid", { state: "invalid", total: 20 }, "Check the settings"],
    [
      "invalid after a run",
      { state: "invalid", total: 20, done: 20 },
      "Check the settings · 20 of 20 done",
    ],
  ])("%s", (_, traits, text) => {
    expect(counts(traits)).toBe(text);
  });
});

describe("while something is prepared", () => {
  test.each<[string, Partial<Status>, string]>([
    ["reading, at once", { phase: "tracing", total: 20 }, "Reading the model…"],
    [
      "reading",
      { phase: "tracing", phase_seconds: 3, total: 20 },
      "Reading the model, 3 s…",
    ],
    [
      "compiling, and Live is on",
      {
        state: "starting",
        live: true,
        phase: "compiling",
        phase_seconds: 65,
        total: 20,
      },
      "Compiling the network once, 1 min 5 s…",
    ],
    [
      "compiling in the middle of a sweep",
      { state: "running", phase: "compiling", phase_seconds: 3, total: 20, done: 4 },
      "Compiling the network once, 3 s… · 4 of 20 done",
    ],
  ])("%s", (_, traits, text) => {
    expect(counts(traits)).toBe(text);
  });

  test("no time is promised, as none is known", () => {
    const traits = { elapsed: 3.2, eta: 4, workers: 2, engine: "compiled" };
    expect(metaText(status({ state: "running", phase: "compiling", ...traits }))).toBe(
      "3.2 s · 2 workers · compiled",
    );
  });
});

describe("while Live is on", () => {
  test.each<[Partial<Status>, string, string]>([
    [{ state: "starting" }, "Live · 0 of 21 done", "Live: 0 of 21 simulations done"],
    [
      { state: "running", done: 5, running: 2 },
      "Live · 5 of 21 done · 2 running",
      "Live: 5 of 21 simulations done",
    ],
    [
      { state: "finished", done: 21 },
      "Live · 21 of 21 done",
      "Live: 21 of 21 simulations done",
    ],
    [{ state: "invalid" }, "Check the settings", "Check the settings"],
  ])("%o", (traits, shown, said) => {
    expect(counts({ ...traits, live: true, total: 21 })).toBe(shown);
    expect(announcement(status({ ...traits, live: true, total: 21 }))).toBe(said);
  });

  test("the bar does not flicker: only what takes long has one", () => {
    const run = { state: "running", live: true, total: 21, done: 7 } as const;
    expect(barValue(status({ ...run, elapsed: 0.3 }))).toBe(0);
    expect(barValue(status({ ...run, elapsed: 1.2 }))).toBe(7);
    expect(barValue(status({ ...run, elapsed: 1.2, state: "finished" }))).toBe(0);
    expect(barValue(status({ ...run, elapsed: 0.3, live: false }))).toBe(7);
  });
});

describe("time, workers and engine", () => {
  const run = { elapsed: 3.2, eta: 4, workers: 2, engine: "Brian runtime (numpy)" };

  test.each<[string, Partial<Status>, string]>([
    [
      "running",
      { state: "running", ...run },
      "3.2 s, about 4 s left · 2 workers · Brian runtime (numpy)",
    ],
    [
      "no estimate yet",
      { state: "running", ...run, eta: null },
      "3.2 s · 2 workers · Brian runtime (numpy)",
    ],
    ["one worker", { state: "running", workers: 1 }, "1 worker"],
    [
      "finished: nothing is left",
      { state: "finished", ...run },
      "3.2 s · 2 workers · Brian runtime (numpy)",
    ],
    [
      "idle: no time yet",
      { state: "idle", ...run },
      "2 workers · Brian runtime (numpy)",
    ],
    ["nothing known", { state: "idle" }, ""],
  ])("%s", (_, traits, text) => {
    expect(metaText(status(traits))).toBe(text);
  });
});

test.each<[Partial<Status>, string]>([
  [{ state: "idle", total: 20 }, "Ready: 20 simulations"],
  [{ state: "starting", total: 20 }, "Starting workers…"],
  [
    { state: "running", total: 20, done: 12, failed: 1 },
    "12 of 20 simulations done, 1 failed",
  ],
  [{ state: "running", total: 1 }, "0 of 1 simulation done"],
  [{ state: "stopping", total: 20, done: 2 }, "Stopping: 2 of 20 simulations done"],
  [
    { state: "finished", total: 20, done: 18, failed: 1, lost: 1 },
    "Finished: 18 of 20 simulations done, 1 failed, 1 lost",
  ],
  [{ state: "invalid", total: 20 }, "Check the settings"],
  [{ phase: "tracing", phase_seconds: 3, total: 20 }, "Reading the model"],
  [
    { state: "starting", phase: "compiling", phase_seconds: 3, total: 20 },
    "Compiling the network once",
  ],
])("%o is announced as '%s'", (traits, text) => {
  expect(announcement(status(traits))).toBe(text);
});

describe("the failures beyond the list", () => {
  const errors = [{ point: "p", message: "m", traceback: "t" }];

  test.each<[Partial<Status>, string]>([
    [{ failed: 10, lost: 3, errors }, "and 12 more"],
    [{ failed: 1, errors }, ""],
    [{ done: 9, partial: 3, errors }, "and 2 more"],
    [{ failed: 3, errors: [] }, ""],
  ])("%o", (traits, text) => {
    expect(moreText(status(traits))).toBe(text);
  });
});
