import { afterEach, describe, expect, test } from "vitest";
import { createThumbNamer } from "../src/thumbs.ts";

const CONTROLS = `
  <div class="bsw-controls">
    <div class="bsw-parameter">
      <div class="widget-label">Excitatory weight</div><div class="widget-label">mV</div>
      <div class="noUi-handle"></div><div class="noUi-handle"></div>
    </div>
    <div class="bsw-parameter"><label class="widget-label">Network size</label></div>
  </div>`;

function page(inside: string) {
  document.body.innerHTML = `<div class="bsw">${inside}<div id="strip"></div></div>`;
  const strip = document.querySelector("#strip") as HTMLElement;
  return { strip, namer: createThumbNamer(strip) };
}

function names(): (string | null)[] {
  return [...document.querySelectorAll(".noUi-handle")].map((thumb) =>
    thumb.getAttribute("aria-label"),
  );
}

afterEach(() => document.body.replaceChildren());

describe("thumbs", () => {
  test("are named after their parameter", () => {
    page(CONTROLS).namer.look();
    expect(names()).toEqual([
      "Excitatory weight, lowest",
      "Excitatory weight, highest",
    ]);
  });

  test("drawn later are named too, until the strip is gone", async () => {
    const { namer } = page(CONTROLS);
    namer.look();
    const late = document.querySelectorAll(".bsw-parameter")[1] as HTMLElement;
    late.insertAdjacentHTML("beforeend", '<div class="noUi-handle"></div>');
    await Promise.resolve();
    expect(names()[2]).toBe("Network size");

    namer.stop();
    late.insertAdjacentHTML("beforeend", '<div class="noUi-handle"></div>');
    await Promise.resolve();
    expect(names()[3]).toBeNull();
  });

  test("are looked for again when there were no controls yet", () => {
    const { strip, namer } = page("");
    namer.look();
    strip.insertAdjacentHTML("beforebegin", CONTROLS);
    namer.look();
    expect(names()).toHaveLength(2);
    expect(names()).not.toContain(null);
  });

  test("elsewhere are not ours", () => {
    document.body.innerHTML = `${CONTROLS}<div id="strip"></div>`;
    createThumbNamer(document.querySelector("#strip") as HTMLElement).look();
    expect(names()).toEqual([null, null]);
  });
});
