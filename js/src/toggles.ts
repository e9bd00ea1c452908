// The state of ipywidgets' toggle buttons, which they show to the eye alone.

/** Say of every toggle button below `root` whether it is pressed. */
export function tellToggles(root: Element): void {
  for (const button of root.querySelectorAll(".widget-toggle-button")) {
    const pressed = String(button.classList.contains("mod-active"));
    // Only when it differs, as the change would call us again.
    if (button.getAttribute("aria-pressed") !== pressed) {
      button.setAttribute("aria-pressed", pressed);
    }
  }
}

/** Do so in the head and the tools of the widget that `strip` is part of, at every change. */
export function createToggleTeller(strip: Element) {
  let observer: MutationObserver | undefined;

  function look(): void {
    const root = strip.closest(".bsw");
    const areas = root ? [...root.querySelectorAll(".bsw-head, .bsw-tools")] : [];
    if (observer || areas.length === 0) return;
    observer = new MutationObserver(() => areas.forEach(tellToggles));
    for (const area of areas) {
      observer.observe(area, {
        attributeFilter: ["class"],
        childList: true,
        subtree: true,
      });
      tellToggles(area);
    }
  }

  return { look, stop: () => observer?.disconnect() };
}
