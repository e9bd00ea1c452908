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

/** Do so in the head of the widget that `strip` is part of, whenever it changes. */
export function createToggleTeller(strip: Element) {
  let observer: MutationObserver | undefined;

  function look(): void {
    const head = strip.closest(".bsw")?.querySelector(".bsw-head");
    if (observer || !head) return;
    observer = new MutationObserver(() => tellToggles(head));
    observer.observe(head, {
      attributeFilter: ["class"],
      childList: true,
      subtree: true,
    });
    tellToggles(head);
  }

  return { look, stop: () => observer?.disconnect() };
}
