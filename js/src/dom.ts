/** Make an element; `text` is always text, whatever it looks like. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = "",
  text = "",
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

/** Set the text of a node, touching the page only when it differs. */
export function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Append parts that are told apart by their layout, with a blank between them in the text. */
export function appendSpaced(parent: Element, parts: readonly Node[]): void {
  parent.append(...parts.flatMap((part, index) => (index > 0 ? [" ", part] : [part])));
}
