import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import status from "../src/status.ts";
import { StatusStripDefaults, type StatusStripTraits } from "../src/traits.ts";
import { FakeModel } from "./fake_model.ts";

function strip(traits: Partial<StatusStripTraits> = {}) {
  return new FakeModel(StatusStripDefaults, traits);
}

const FAILURE = {
  point: "excitatory weight 0.42 mV, trial 1",
  message: "ValueError: no such unit",
  traceback: "Traceback (most recent call last):\n  ...\nValueError: no such unit",
};

function show(model: FakeModel<StatusStripTraits>) {
  const el = document.createElement("div");
  document.body.append(el);
  const close = status.render({ model: model.asModel(), el });
  function find<E extends HTMLElement>(selector: string): E {
    const node = el.querySelector<E>(selector);
    if (!node) throw new Error(`nothing matches ${selector}`);
    return node;
  }
  return { el, close, find, text: (selector: string) => find(selector).textContent };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
});

afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

describe("the line", () => {
  test("follows the model", async () => {
    const model = strip({ total: 20 });
    const { text, find } = show(model);
    expect(text(".bsw-status-counts")).toBe("Ready: 20 simulations");

    await model.receive({
      state: "running",
      done: 12,
      running: 2,
      failed: 1,
      elapsed: 3.2,
      eta: 4,
      workers: 2,
      engine: "Brian runtime (numpy)",
    });
    expect(text(".bsw-status-counts")).toBe("12 of 20 done · 2 running · 1 failed");
    expect(text(".bsw-status-failed")).toBe("1 failed");
    expect(text(".bsw-status-meta")).toBe(
      "3.2 s, about 4 s left · 2 workers · Brian runtime (numpy)",
    );
    expect(find(".bsw-status").dataset.state).toBe("running");
  });

  test("is painted once for the several events of one message", async () => {
    const model = strip({ state: "running", total: 20 });
    show(model);
    const get = vi.spyOn(model, "get");
    await model.receive({ done: 1, running: 2, elapsed: 0.5, eta: 9 });
    expect(get.mock.calls.filter(([key]) => key === "total")).toHaveLength(1);
  });
});

describe("the text of the whole", () => {
  test("has a blank between any two parts, whoever copies or reads it", () => {
    const { text } = show(
      strip({
        state: "finished",
        total: 3,
        done: 1,
        failed: 2,
        elapsed: 3.2,
        waits: "No memory.",
        notice: "Not compiled: why.\nThe model reads a file.",
        under_way: [{ point: "size 3", position: [0], seconds: 4 }],
        errors: [FAILURE],
      }),
    );
    expect(text(".bsw-status")?.replace(/\s+/g, " ").trim()).toBe(
      "Finished · 1 of 3 done · 2 failed 3.2 s " +
        "No memory. Not compiled: why. The model reads a file. " +
        "size 3 - runs for 4 s Skip " +
        "excitatory weight 0.42 mV, trial 1 - ValueError: no such unit " +
        "Traceback (most recent call last): ... ValueError: no such unit " +
        "and 1 more Retry failed Finished: 1 of 3 simulations done, 2 failed",
    );
  });
});

describe("the bar", () => {
  test("has a name, and shows settled points, failed ones too", () => {
    const traits = { total: 20, done: 12, failed: 1, lost: 2, running: 2 };
    const { find } = show(strip({ state: "running", ...traits }));
    const bar = find<HTMLProgressElement>("progress");
    expect(bar.getAttribute("aria-label")).toBe("Progress of the sweep");
    expect([bar.value, bar.max]).toEqual([15, 20]);
  });

  test("is indeterminate while workers start, and only then", async () => {
    const model = strip({ state: "starting", total: 20 });
    const { find } = show(model);
    expect(find("progress").hasAttribute("value")).toBe(false);
    await model.receive({ state: "running" });
    expect(find<HTMLProgressElement>("progress").value).toBe(0);
    expect(find("progress").hasAttribute("value")).toBe(true);
  });

  test("is indeterminate while something is prepared, whatever the state", async () => {
    const model = strip({ state: "idle", phase: "tracing", total: 20 });
    const { find } = show(model);
    expect(find("progress").hasAttribute("value")).toBe(false);
    await model.receive({ phase: "" });
    expect(find("progress").hasAttribute("value")).toBe(true);
  });

  test("is calm while Live starts one run after another", async () => {
    const model = strip({ state: "starting", live: true, total: 20 });
    const { find } = show(model);
    expect(find<HTMLProgressElement>("progress").value).toBe(0);
    expect(find("progress").hasAttribute("value")).toBe(true);
  });

  test("stays empty for a sweep without points", () => {
    const { find } = show(strip());
    const bar = find<HTMLProgressElement>("progress");
    expect([bar.value, bar.max]).toEqual([0, 1]);
  });
});

describe("the notice", () => {
  test.each([
    ["invalid", "alert"],
    ["crashed", "alert"],
    ["idle", null],
    ["finished", null],
  ] as const)("in state %s has the role %s", (state, role) => {
    const { find } = show(strip({ state, notice: "The size must be > 0." }));
    const notice = find(".bsw-status-notice");
    expect(notice.getAttribute("role")).toBe(role);
    expect(notice.textContent).toBe("The size must be > 0.");
    expect(notice.hidden).toBe(false);
  });

  test("is hidden when there is none, and again when it is over", async () => {
    const model = strip();
    const { find } = show(model);
    expect(find(".bsw-status-notice").hidden).toBe(true);
    await model.receive({ state: "invalid", notice: "Too large." });
    expect(find(".bsw-status-notice").hidden).toBe(false);
    await model.receive({ state: "idle", notice: "" });
    expect(find(".bsw-status-notice").hidden).toBe(true);
    expect(find(".bsw-status-notice").hasAttribute("role")).toBe(false);
  });
});

describe("the failed points", () => {
  test("fold their tracebacks", () => {
    const { find, text } = show(strip({ failed: 1, errors: [FAILURE] }));
    expect(text("summary")).toBe(
      "excitatory weight 0.42 mV, trial 1 - ValueError: no such unit",
    );
    expect(text("pre")).toBe(FAILURE.traceback);
    expect(find("pre").tabIndex).toBe(0);
    expect(find<HTMLDetailsElement>("details").open).toBe(false);
  });

  test("say how many more there are", async () => {
    const model = strip({ failed: 11, lost: 2, errors: [FAILURE] });
    const { find, text } = show(model);
    expect(text(".bsw-status-more")).toBe("and 12 more");
    await model.receive({ failed: 0, lost: 0, errors: [] });
    expect(find(".bsw-status-more").hidden).toBe(true);
    expect(find(".bsw-status-errors").hidden).toBe(true);
  });

  test("head with the first line of a long message", () => {
    const message = "BrianObjectException: neurongroup\nSee above.";
    const errors = [{ ...FAILURE, message, traceback: "" }];
    const { text } = show(strip({ failed: 1, errors }));
    expect(text("summary")).toContain(" - BrianObjectException: neurongroup");
    expect(text("summary")).not.toContain("See above");
    expect(text("pre")).toBe(message);
  });

  test("tell all of a message, once", () => {
    const traceback = "Traceback ...\nValueError: first\nsecond";
    const message = "ValueError: first\nsecond\n(so with size = 3, tried for all)";
    const { text } = show(
      strip({ failed: 1, errors: [{ ...FAILURE, message, traceback }] }),
    );
    expect(text("pre")).toBe(`(so with size = 3, tried for all)\n\n${traceback}`);
  });

  test("have nothing to unfold without a traceback", () => {
    const errors = [{ point: "w 1 mV", message: "", traceback: "" }];
    const { el, text } = show(strip({ lost: 1, errors }));
    expect(el.querySelector("details")).toBeNull();
    expect(text("li")).toBe("w 1 mV - no message");
  });

  test("stay unfolded while counts change and more fail", async () => {
    const model = strip({ state: "running", failed: 1, errors: [FAILURE] });
    const { el, find } = show(model);
    const details = find<HTMLDetailsElement>("details");
    details.open = true;
    // As from the kernel: equal, never the same object.
    const again = { ...FAILURE };
    await model.receive({ done: 5, errors: [again] });
    await model.receive({ failed: 2, errors: [again, { ...FAILURE, point: "next" }] });
    expect(find("details")).toBe(details);
    expect(details.open).toBe(true);
    expect(el.querySelectorAll("details")).toHaveLength(2);
  });

  test("make way for those of the next run", async () => {
    const model = strip({ failed: 2, errors: [FAILURE, FAILURE] });
    const { el, text } = show(model);
    await model.receive({ failed: 1, errors: [{ ...FAILURE, point: "other" }] });
    expect(el.querySelectorAll("li")).toHaveLength(1);
    expect(text(".bsw-status-point")).toBe("other");
  });
});

test("text from the model is never markup", () => {
  const evil = "<img src=x onerror=alert(1)>";
  const { el } = show(
    strip({
      state: "invalid",
      total: 1,
      engine: evil,
      notice: evil,
      failed: 1,
      errors: [{ point: evil, message: evil, traceback: evil }],
    }),
  );
  expect(el.querySelector("img")).toBeNull();
  expect(el.textContent?.split(evil)).toHaveLength(6);
});

describe("the live region", () => {
  test("speaks at most every five seconds, and then the latest", async () => {
    const model = strip({ state: "running", total: 20 });
    const { find, text } = show(model);
    const live = find('[role="status"][aria-live="polite"]');
    expect(live.textContent).toBe("0 of 20 simulations done");

    await model.receive({ done: 1 });
    vi.advanceTimersByTime(4000);
    await model.receive({ done: 7 });
    expect(live.textContent).toBe("0 of 20 simulations done");
    vi.advanceTimersByTime(1000);
    expect(live.textContent).toBe("7 of 20 simulations done");
    expect(text(".bsw-status-counts")).toBe("7 of 20 done");

    await model.receive({ done: 8 });
    vi.advanceTimersByTime(4999);
    expect(live.textContent).toBe("7 of 20 simulations done");
    vi.advanceTimersByTime(1);
    expect(live.textContent).toBe("8 of 20 simulations done");

    vi.advanceTimersByTime(60_000);
    await model.receive({ done: 9 });
    expect(live.textContent).toBe("9 of 20 simulations done");
  });

  test("speaks of a new state at once and drops what was waiting", async () => {
    const model = strip({ state: "running", total: 20 });
    const { text } = show(model);
    await model.receive({ done: 19 });
    await model.receive({ state: "finished", done: 20 });
    expect(text(".bsw-status-live")).toBe("Finished: 20 of 20 simulations done");
    vi.advanceTimersByTime(60_000);
    expect(text(".bsw-status-live")).toBe("Finished: 20 of 20 simulations done");
  });
});

describe("the live region, while Live is on", () => {
  test("is not flooded by runs that start and end", async () => {
    const model = strip({ state: "finished", live: true, total: 21, done: 21 });
    const { text } = show(model);
    const before = text(".bsw-status-live");
    for (let run = 0; run < 20; run += 1) {
      await model.receive({ state: "starting", done: 0 });
      await model.receive({ state: "running", done: 5 });
      expect(text(".bsw-status-live")).toBe(before);
    }
    await model.receive({ state: "finished", done: 20, failed: 1 });
    vi.advanceTimersByTime(5000);
    expect(text(".bsw-status-live")).toBe("Live: 20 of 21 simulations done, 1 failed");
  });

  test("tells each phase of a preparation once", async () => {
    const model = strip({ phase: "tracing", total: 20 });
    const { text } = show(model);
    expect(text(".bsw-status-live")).toBe("Reading the model");
    await model.receive({ phase: "compiling" });
    expect(text(".bsw-status-live")).toBe("Compiling the network once");
    await model.receive({ phase_seconds: 3 });
    vi.advanceTimersByTime(60_000);
    expect(text(".bsw-status-live")).toBe("Compiling the network once");
    await model.receive({ phase: "" });
    expect(text(".bsw-status-live")).toBe("Ready: 20 simulations");
  });
});

describe("views", () => {
  test("two of one model agree, and closing one leaves the other", async () => {
    const model = strip({ state: "running", total: 4 });
    const first = show(model);
    const second = show(model);
    await model.receive({ done: 1 });
    expect(first.text(".bsw-status-counts")).toBe("1 of 4 done");
    expect(second.text(".bsw-status-counts")).toBe("1 of 4 done");
    first.close();
    await model.receive({ done: 2 });
    expect(first.el.childElementCount).toBe(0);
    expect(second.text(".bsw-status-counts")).toBe("2 of 4 done");
  });

  test("leave nothing behind: no listener, timer or late paint", async () => {
    const model = strip({ state: "running", total: 4 });
    const { close } = show(model);
    expect(model.listenerCount()).toBeGreaterThan(0);
    await model.receive({ done: 1 });
    // One for the next announcement, one for the view coming into the page.
    expect(vi.getTimerCount()).toBe(2);
    model.set("done", 2);
    const get = vi.spyOn(model, "get");
    close();
    await Promise.resolve();
    expect(model.listenerCount()).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    expect(get).not.toHaveBeenCalled();
  });
});
