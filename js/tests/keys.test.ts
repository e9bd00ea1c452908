import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createKeys } from "../src/keys.ts";

const PAGE = `
  <div class="bsw">
    <button class="bsw-stop"></button><input><select></select>
    <div class="bsw-inspector"><canvas tabindex="0"></canvas></div>
    <div id="strip"></div>
  </div>
  <input id="outside">`;
const stopped = vi.fn();
let helper: ReturnType<typeof createKeys>;
const find = (selector: string) => document.querySelector(selector) as HTMLElement;
function press(selector: string, key = "Escape") {
  find(selector).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
}

beforeEach(() => {
  stopped.mockClear();
  document.body.innerHTML = PAGE;
  find(".bsw-stop").addEventListener("click", stopped);
  helper = createKeys(find("#strip"));
  helper.look();
  helper.look(); // twice does not stop twice
});
afterEach(() => helper.stop());

test("Esc stops, anywhere in the widget", () => {
  press(".bsw > input");
  expect(stopped).toHaveBeenCalledTimes(1);
});

test.each([
  ["another key", ".bsw > input", "Enter"],
  ["outside", "#outside", "Escape"],
  ["in a list, which it closes", "select", "Escape"],
  ["in the inspector, where it shows the whole", "canvas", "Escape"],
])("but not by %s", (_, selector, key) => {
  press(selector, key);
  expect(stopped).not.toHaveBeenCalled();
});

test("nothing runs, nothing is stopped", () => {
  (find(".bsw-stop") as HTMLButtonElement).disabled = true;
  press(".bsw > input");
  expect(stopped).not.toHaveBeenCalled();
});

test("nor after the strip has gone", () => {
  helper.stop();
  press(".bsw > input");
  expect(stopped).not.toHaveBeenCalled();
});

const SUPPRESSED = "data-lm-suppress-shortcuts";

test.each(["ArrowDown", "d", "Escape"])("%s in a list is the list's", (key) => {
  press("select", key);
  expect(find("select").hasAttribute(SUPPRESSED)).toBe(true);
});

test("what is pressed with Ctrl is the notebook's", () => {
  press("select", "ArrowDown");
  const init = { key: "s", ctrlKey: true, bubbles: true };
  find("select").dispatchEvent(new KeyboardEvent("keydown", init));
  expect(find("select").hasAttribute(SUPPRESSED)).toBe(false);
});
