import { afterEach, describe, expect, test } from "vitest";
import { TypedFieldDefaults, type TypedFieldTraits } from "../src/traits.ts";
import typedField from "../src/typed_field.ts";
import { FakeModel } from "./fake_model.ts";

function show(traits: Partial<TypedFieldTraits> = {}) {
  const model = new FakeModel(TypedFieldDefaults, {
    description: "Network size",
    text: "4000",
    steps: true,
    ...traits,
  });
  const el = document.createElement("div");
  document.body.append(el);
  const close = typedField.render({ model: model.asModel(), el });
  const input = el.querySelector("input") as HTMLInputElement;
  const problem = el.querySelector(".bsw-typed-problem") as HTMLElement;
  const type = (text: string) => {
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const press = (key: string, more: KeyboardEventInit = {}) => {
    const event = new KeyboardEvent("keydown", { key, cancelable: true, ...more });
    input.dispatchEvent(event);
    return event.defaultPrevented;
  };
  return { model, el, close, input, problem, type, press };
}

afterEach(() => document.body.replaceChildren());

describe("what is typed", () => {
  test("is sent as it is, once, with Enter or when the field is left", () => {
    const { model, input, type, press } = show();
    type("1e3");
    expect(model.sent).toEqual([]);
    press("Enter");
    input.dispatchEvent(new Event("change"));
    input.dispatchEvent(new Event("blur"));
    expect(model.sent).toEqual([{ kind: "typed", text: "1e3" }]);
    type("1,62");
    input.dispatchEvent(new Event("blur"));
    expect(model.sent.slice(1)).toEqual([{ kind: "typed", text: "1,62" }]);
  });

  test("is not sent if nothing was typed", () => {
    const { model, input, press } = show();
    press("Enter");
    input.dispatchEvent(new Event("blur"));
    expect(model.sent).toEqual([]);
  });

  test("is not overwritten by a slider before it was sent", async () => {
    const { model, input, type, press } = show();
    type("12");
    await model.receive({ text: "5000" });
    expect(input.value).toBe("12");
    press("Enter");
    await model.receive({ text: "12", answered: 1 });
    expect(input.value).toBe("12");
    await model.receive({ text: "5000" });
    expect(input.value).toBe("5000");
  });

  test("and refused gives way to what holds, with words that are announced", async () => {
    const { model, el, input, problem, type, press } = show();
    expect(problem.getAttribute("role")).toBe("alert");
    type("1.5");
    press("Enter");
    await model.receive({ problem: "'1.5' is <b>no</b> whole number", answered: 1 });
    expect(input.value).toBe("4000");
    expect(problem.textContent).toBe("'1.5' is <b>no</b> whole number");
    expect(input.getAttribute("aria-describedby")).toBe(problem.id);
    expect(el.classList).toContain("bsw-typed-refused");
    const before = problem.firstChild;
    await model.receive({ answered: 2 }); // the same once more
    expect(problem.firstChild).not.toBe(before);
    await model.receive({ problem: "", answered: 3 });
    expect(input.hasAttribute("aria-describedby")).toBe(false);
    expect(el.classList).not.toContain("bsw-typed-refused");
  });
});

describe("steps", () => {
  test("are asked for by arrow keys and by the mouse, with what was typed", () => {
    const { model, el, type, press } = show();
    expect(press("ArrowUp")).toBe(true);
    type("7");
    press("ArrowDown");
    const [up] = el.querySelectorAll(".bsw-typed-arrow");
    for (const button of [0, 2]) {
      const options = { bubbles: true, cancelable: true, button };
      up?.dispatchEvent(new MouseEvent("pointerdown", options)); // a menu is no step
    }
    expect(model.sent).toEqual([
      { kind: "step", by: 1, text: null },
      { kind: "step", by: -1, text: "7" },
      { kind: "step", by: 1, text: null },
    ]);
    expect(press("ArrowUp", { altKey: true })).toBe(false);
    expect(press("a")).toBe(false);
  });

  test("are none in a list", () => {
    const { model, el, press } = show({ steps: false, text: "1, 2" });
    expect(press("ArrowUp")).toBe(false);
    expect(model.sent).toEqual([]);
    expect(el.querySelector<HTMLElement>(".bsw-typed-arrows")?.hidden).toBe(true);
  });
});

test("the label is the field's, in every view", () => {
  const one = show();
  const other = show();
  for (const { el, input } of [one, other]) {
    expect(el.querySelector("label")?.htmlFor).toBe(input.id);
  }
  expect(one.input.id).not.toBe(other.input.id);
  one.close();
  expect(one.el.childElementCount).toBe(0);
  expect(one.model.listenerCount()).toBe(0);
});
