// Texts of ipywidgets that change by themselves: screen readers are told.

/** Have what became of saving announced, in the widget that `strip` is part of. */
export function createSpoken(strip: Element) {
  function look(): void {
    strip.closest(".bsw")?.querySelector(".bsw-saved")?.setAttribute("role", "status");
  }
  return { look, stop(): void {} };
}
