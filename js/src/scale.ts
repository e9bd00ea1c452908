// How large text is here: people enlarge it for a projector.

const NORMAL = 13; // px

/** The size of an element's text against the normal one. */
export function textScale(root: Element): number {
  return (Number.parseFloat(getComputedStyle(root).fontSize) || NORMAL) / NORMAL;
}
