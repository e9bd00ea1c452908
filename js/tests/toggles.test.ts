import { afterEach, expect, test } from "vitest";
import { createToggleTeller } from "../src/toggles.ts";

function widget() {
  document.body.innerHTML = `
    <div class="bsw">
      <div class="bsw-head">
        <button class="widget-toggle-button bsw-live">Live</button>
        <button class="bsw-run">Run</button>
      </div>
      <div class="bsw-status"></div>
    </div>`;
  const find = (selector: string) => {
    const node = document.querySelector(selector);
    if (!node) throw new Error(`nothing matches ${selector}`);
    return node;
  };
  return { live: find(".bsw-live"), run: find(".bsw-run"), strip: find(".bsw-status") };
}

/** Let mutation observers speak. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

afterEach(() => document.body.replaceChildren());

test("a toggle button says whether it is pressed, and goes on saying it", async () => {
  const { live, run, strip } = widget();
  const teller = createToggleTeller(strip);
  teller.look();
  expect(live.getAttribute("aria-pressed")).toBe("false");
  live.classList.add("mod-active");
  await settled();
  expect(live.getAttribute("aria-pressed")).toBe("true");
  live.classList.remove("mod-active");
  await settled();
  expect(live.getAttribute("aria-pressed")).toBe("false");
  expect(run.hasAttribute("aria-pressed")).toBe(false);
  teller.stop();
  live.classList.add("mod-active");
  await settled();
  expect(live.getAttribute("aria-pressed")).toBe("false");
});

test("a strip alone on a page has nothing to tell", () => {
  const strip = document.createElement("div");
  document.body.append(strip);
  const teller = createToggleTeller(strip);
  teller.look();
  teller.stop();
  expect(strip.outerHTML).toBe("<div></div>");
});
