// Making SVG.

const SPACE = "http://www.w3.org/2000/svg";

/** Append an SVG element to `parent`. */
export function draw(
  parent: Element,
  tag: string,
  attributes: Record<string, unknown>,
  text = "",
) {
  const node = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, String(value));
  }
  if (text) node.textContent = text;
  parent.append(node);
  return node;
}
