import { afterEach, expect, test } from "vitest";
import { createSpoken } from "../src/spoken.ts";

afterEach(() => document.body.replaceChildren());

test("what became of saving is a status, in this widget alone", () => {
  document.body.innerHTML = `
    <div class="bsw"><div class="bsw-status"></div><label class="bsw-saved"></label></div>
    <div class="bsw"><label class="bsw-saved"></label></div>`;
  const strip = document.querySelector(".bsw-status") as Element;
  createSpoken(strip).look();
  const roles = [...document.querySelectorAll(".bsw-saved")].map((one) => one.role);
  expect(roles[0]).toBe("status");
  expect(roles[1]).not.toBe("status");
});

test("a strip alone on a page has nothing to say of", () => {
  const strip = document.createElement("div");
  expect(() => createSpoken(strip).look()).not.toThrow();
});
