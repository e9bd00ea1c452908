// Esc stops what runs, wherever one is in the widget, and nowhere else.

/** Press the Stop button of the widget that `strip` is part of when Esc is pressed in it. */
export function createEscape(strip: Element) {
  let root: Element | null = null;

  function pressed(event: KeyboardEvent): void {
    const { key, target } = event;
    const inside = target instanceof Element && root?.contains(target);
    if (key !== "Escape" || !inside) return;
    // In the inspector Esc shows the whole time again; a list is closed by it.
    if (target.matches("select") || target.closest(".bsw-inspector")) return;
    root?.querySelector<HTMLButtonElement>(".bsw-stop:enabled")?.click();
  }

  function look(): void {
    if (root) return;
    root = strip.closest(".bsw");
    // Before JupyterLab, which takes Esc for itself and lets nobody else see it.
    if (root) window.addEventListener("keydown", pressed, true);
  }

  return { look, stop: () => window.removeEventListener("keydown", pressed, true) };
}
