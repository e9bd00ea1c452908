// A view that follows its model.

import type { AnyModel } from "@anywidget/types";

/**
 * Paint the traits now and after every change; give what ends that. One message sets
 * several traits, each with its own event: they are painted once, after all.
 */
export function follow<Traits extends object>(
  model: AnyModel<Traits>,
  defaults: Readonly<Traits>,
  paint: (traits: Traits) => void,
): () => void {
  const keys = Object.keys(defaults) as (keyof Traits & string)[];
  let scheduled = false;
  let closed = false;

  function read(): Traits {
    return Object.fromEntries(
      keys.map((key) => [key, model.get(key)]),
    ) as unknown as Traits;
  }

  // A microtask, since animation frames stop while the tab is hidden.
  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      if (!closed) paint(read());
    });
  }

  for (const key of keys) model.on(`change:${key}`, schedule);
  paint(read());
  return () => {
    closed = true;
    for (const key of keys) model.off(`change:${key}`, schedule);
  };
}
