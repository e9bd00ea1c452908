// Keys that JupyterLab would take for itself: Esc, and those of lists.

/**
 * Look after the keys of the widget that `strip` is part of.
 *
 * Esc presses its Stop button, and arrows and letters choose in its lists:
 * JupyterLab would go to another cell, or delete this one.
 */
export function createKeys(strip: Element) {
  let root: Element | null = null;

  function pressed(event: KeyboardEvent): void {
    const { key, target } = event;
    if (!(target instanceof Element && root?.contains(target))) return;
    if (target.matches("select")) {
      const forNotebook = event.ctrlKey || event.metaKey || event.shiftKey;
      target.toggleAttribute("data-lm-suppress-shortcuts", !forNotebook);
      return; // and Esc closes the list
    }
    // In the inspector Esc shows the whole time again.
    if (key !== "Escape" || target.closest(".bsw-inspector")) return;
    root?.querySelector<HTMLButtonElement>(".bsw-stop:enabled")?.click();
  }

  function look(): void {
    if (root) return;
    root = strip.closest(".bsw");
    // Before JupyterLab, which lets nobody else see the keys that it takes.
    if (root) window.addEventListener("keydown", pressed, true);
  }

  return { look, stop: () => window.removeEventListener("keydown", pressed, true) };
}
