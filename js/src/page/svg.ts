// What curves and maps are drawn with, and where on the picture they lie.

const SPACE = "http://www.w3.org/2000/svg";

export const LEFT = 76;
export const RIGHT = 744;
export const BELOW = 52; // the plot: room for the x axis
const WIDTH = 760;

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

/** Append a picture that takes the keyboard; `label` tells how. */
export function picture(parent: Element, height: number, label: string) {
  return draw(parent, "svg", {
    viewBox: `0 0 ${WIDTH} ${height}`,
    tabindex: 0,
    role: "application",
    "aria-label": label,
  });
}

/** Where on a picture the mouse is. */
export function pointed(
  event: MouseEvent,
  svg: Element,
  height: number,
): [number, number] {
  const box = svg.getBoundingClientRect();
  return [
    ((event.clientX - box.left) / box.width) * WIDTH,
    ((event.clientY - box.top) / box.height) * height,
  ];
}

/** Name the axes of a plot that begins at `top`. */
export function nameAxes(
  svg: Element,
  top: number,
  height: number,
  across: string,
  up: string,
): void {
  const place = { x: (LEFT + RIGHT) / 2, y: height - 8, class: "middle title" };
  draw(svg, "text", place, across);
  const transform = `translate(16 ${(top + height - BELOW) / 2}) rotate(-90)`;
  draw(svg, "text", { transform, class: "middle title" }, up);
}
