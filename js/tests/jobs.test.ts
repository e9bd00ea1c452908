import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ticksUpTo } from "../src/jobs/drawing.ts";
import { seconds, sumText } from "../src/jobs/hosts.ts";
import { countsOf, jobAt, moved, readJobs } from "../src/jobs/timeline.ts";
import jobsView from "../src/jobs.ts";
import { JobsTimelineDefaults, type JobsTimelineTraits } from "../src/traits.ts";
import { FakeModel } from "./fake_model.ts";

const STORE = 65535;

type Job = readonly [number, number, number, number, number];

/** Lane, status, start, length, point of every job. */
function arrays(...jobs: readonly Job[]): Partial<JobsTimelineTraits> {
  const column = (index: number) => jobs.map((job) => job[index] as number);
  return {
    lane: new DataView(Uint16Array.from(column(0)).buffer),
    status: new DataView(Uint8Array.from(column(1)).buffer),
    start: new DataView(Float32Array.from(column(2)).buffer),
    length: new DataView(Float32Array.from(column(3)).buffer),
    point: new DataView(Uint32Array.from(column(4)).buffer),
  };
}

const TRAITS: Partial<JobsTimelineTraits> = {
  ...arrays(
    [0, 0, 0, 1, 10],
    [1, 3, 0, 2, 11],
    [0, 0, 1.5, 1, 12],
    [1, 2, 3, 0, 13],
    [STORE, 1, 0, 0, 14],
  ),
  lanes: ["worker 1", "worker 2"],
  now: 5,
  total: 20,
  queued: 15,
  running: true,
  hosts: [
    { host: "near", workers: 2, jobs: 3, share: 1, time_per_job: 0.02, total: 4 },
  ],
  speed_up: 1.9,
  efficiency: 0.95,
};

function jobsOf(traits: Partial<JobsTimelineTraits> = TRAITS) {
  return readJobs({ ...JobsTimelineDefaults, ...traits });
}

describe("jobs", () => {
  test("are on their workers' rows; what was known has one of its own", () => {
    const jobs = jobsOf();
    expect(jobs.rows).toEqual(["worker 1", "worker 2", "store"]);
    expect([...jobs.row]).toEqual([0, 1, 0, 1, 2]);
    expect([...jobs.end]).toEqual([1, 2, 2.5, 5, 0]); // what runs goes on until now
    expect(countsOf(jobs)).toEqual([2, 1, 1, 1, 0, 0, 0]);
  });

  test("are found by the place, also a little beside it", () => {
    const jobs = jobsOf();
    const at = (row: number, time: number, reach = 0.1) => {
      const job = jobAt(jobs, row, time, reach);
      return job < 0 ? -1 : jobs.point[job];
    };
    expect(at(0, 0.5)).toBe(10);
    expect(at(0, 1.25)).toBe(-1);
    expect(at(0, 1.45)).toBe(12);
    expect(at(0, 1.05)).toBe(10);
    expect(at(1, 4)).toBe(13);
    expect(at(1, 9)).toBe(-1);
    expect(at(7, 0)).toBe(-1);
  });

  test("are walked along the row, and to the row below", () => {
    const jobs = jobsOf();
    const point = (job: number) => jobs.point[job];
    expect(point(moved(jobs, -1, "ArrowRight"))).toBe(10);
    expect(point(moved(jobs, 0, "ArrowRight"))).toBe(12);
    expect(point(moved(jobs, 0, "ArrowDown"))).toBe(11);
    expect(point(moved(jobs, 0, "ArrowUp"))).toBe(10);
    expect(point(moved(jobs, 0, "End"))).toBe(14);
    expect(moved(jobsOf({}), -1, "ArrowRight")).toBe(-1);
  });

  test("of arrays that are not equally long are those that are whole", () => {
    expect(
      jobsOf({ ...TRAITS, point: arrays([0, 0, 0, 0, 3]).point as DataView }).count,
    ).toBe(1);
  });
});

test("ticks are round", () => {
  expect(ticksUpTo(5, 5)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(ticksUpTo(0.25, 5)).toEqual([0, 0.05, 0.1, 0.15, 0.2, 0.25]);
  expect(ticksUpTo(0, 5)).toEqual([0]);
});

test("times are short, and the sum says what it is of", () => {
  expect([0.0163, 2.345, 100].map(seconds)).toEqual(["16.3 ms", "2.35 s", "100 s"]);
  expect(sumText({ ...JobsTimelineDefaults, ...TRAITS })).toBe(
    "Speed-up 1.90 with 2 workers, efficiency 95 %",
  );
  expect(sumText(JobsTimelineDefaults)).toBe("");
});

const observers: { stopped: boolean }[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.stubGlobal("requestAnimationFrame", (draw: () => void) => {
    draw();
    return 0;
  });
  vi.stubGlobal("cancelAnimationFrame", () => undefined);
  vi.stubGlobal(
    "ResizeObserver",
    class {
      stopped = false;
      constructor() {
        observers.push(this);
      }
      observe(): void {}
      disconnect(): void {
        this.stopped = true;
      }
    },
  );
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  document.body.replaceChildren();
});

function show(traits: Partial<JobsTimelineTraits> = TRAITS) {
  const model = new FakeModel(JobsTimelineDefaults, traits);
  const el = document.createElement("div");
  document.body.append(el);
  const close = jobsView.render({ model: model.asModel(), el });
  const canvas = el.querySelector("canvas") as HTMLCanvasElement;
  const mouse = (kind: string, x: number, y: number) => {
    const event = new MouseEvent(kind, { bubbles: true });
    Object.defineProperties(event, { offsetX: { value: x }, offsetY: { value: y } });
    canvas.dispatchEvent(event);
  };
  const press = (key: string) =>
    canvas.dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
    );
  return { model, el, close, canvas, mouse, press };
}

/** In a canvas 600 px wide that shows 5 s, where the middle of a moment's row is. */
const X = (time: number) => 86 + (time / 5) * (600 - 86 - 16);
const Y = (row: number) => 18 + 20 * row + 10;

describe("the view", () => {
  test("says in words what it shows", () => {
    const { el, canvas } = show();
    expect(canvas.getAttribute("aria-label")).toBe(
      "Jobs over 5 s: 2 done, 1 from the store, 1 running, 1 failed, 15 queued",
    );
    expect([...el.querySelectorAll("li")].map((one) => one.textContent)).toEqual([
      "2 done",
      "1 from the store",
      "1 running",
      "1 failed",
      "15 queued",
    ]);
    expect(el.querySelector("tbody")?.textContent).toBe("near23100 %20 ms4 s");
    expect(el.textContent).toContain("Speed-up 1.90");
  });

  test("tells which job the mouse is on, and that it left, but not too often", () => {
    const { model, el, mouse } = show();
    const tip = el.querySelector(".bsw-jobs-tip") as HTMLElement;
    mouse("pointermove", X(0.5), Y(0));
    expect(tip.hidden).toBe(false);
    expect(tip.textContent).toBe("worker 1: done, 1 s");
    mouse("pointermove", X(2), Y(0));
    expect(model.sent).toEqual([]);
    vi.advanceTimersByTime(50);
    expect(model.sent).toEqual([{ kind: "hover", point: 12 }]);
    mouse("pointerleave", 0, 0);
    vi.advanceTimersByTime(50);
    expect(model.sent.at(-1)).toEqual({ kind: "hover", point: -1 });
    expect(tip.hidden).toBe(true);
  });

  test("leaves as much room as the names of its hosts take", () => {
    const { el, mouse } = show({
      ...TRAITS,
      lanes: ["computer1, worker 1", "vm, worker 1"],
    });
    const tip = el.querySelector(".bsw-jobs-tip") as HTMLElement;
    mouse("pointermove", 7 * 19 - 30, Y(0)); // where the jobs of short names would begin
    expect(tip.hidden).toBe(true);
    mouse("pointermove", 7 * 19 + 10, Y(0));
    expect(tip.textContent).toBe("computer1, worker 1: done, 1 s");
  });

  test("opens what is clicked on", () => {
    const { model, mouse } = show();
    mouse("click", X(1), Y(1));
    mouse("click", X(4), Y(0));
    expect(model.sent).toEqual([{ kind: "open", point: 11 }]);
  });

  test("opens with the keyboard what it says it is on", () => {
    const { model, canvas, press } = show();
    press("Enter");
    press("ArrowRight");
    expect(canvas.getAttribute("aria-label")).toContain("worker 1: done, 1 s");
    press("ArrowDown");
    expect(canvas.getAttribute("aria-label")).toContain("worker 2: failed, 2 s");
    press("Enter");
    expect(model.sent).toEqual([{ kind: "open", point: 11 }]);
  });

  test("that is closed listens to nothing, and the mouse is nowhere", () => {
    const { model, close, mouse } = show();
    mouse("pointermove", X(0.5), Y(0));
    vi.advanceTimersByTime(50);
    close();
    expect(model.sent.at(-1)).toEqual({ kind: "hover", point: -1 });
    expect(model.listenerCount()).toBe(0);
    expect(observers.at(-1)?.stopped).toBe(true);
  });

  test("stays on a job while others come", async () => {
    const { model, canvas, press } = show();
    press("ArrowRight");
    await model.receive({ ...arrays([0, 0, 0, 1, 99], [1, 0, 0, 0.5, 10]) });
    expect(canvas.getAttribute("aria-label")).toContain("worker 2: done, 500 ms");
  });
});
