// Names for the thumbs of ipywidgets' sliders, which have none of their own.

const ENDS = ["lowest", "highest"];

/** Name every thumb below `controls` after its parameter. */
export function nameThumbs(controls: Element): void {
  for (const parameter of controls.querySelectorAll(".bsw-parameter")) {
    const label = parameter.querySelector(".widget-label")?.textContent ?? "";
    const thumbs = [...parameter.querySelectorAll(".noUi-handle")];
    for (const [index, thumb] of thumbs.entries()) {
      const name = thumbs.length > 1 ? `${label}, ${ENDS[index]}` : label;
      // Only when it differs, as the change would call us again.
      if (thumb.getAttribute("aria-label") !== name) {
        thumb.setAttribute("aria-label", name);
      }
    }
  }
}

/**
 * Name the thumbs of the widget that `strip` is part of, also those drawn later.
 *
 * Call `look` whenever the strip may have come into the page; it does its work
 * once. Outside a whole widget (a strip alone on a page) there is nothing to name.
 */
export function createThumbNamer(strip: Element) {
  let observer: MutationObserver | undefined;

  function look(): void {
    const controls = strip.closest(".bsw")?.querySelector(".bsw-controls");
    if (observer || !controls) return;
    observer = new MutationObserver(() => nameThumbs(controls));
    observer.observe(controls, { childList: true, subtree: true });
    nameThumbs(controls);
  }

  return { look, stop: () => observer?.disconnect() };
}
