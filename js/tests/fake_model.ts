import type { AnyModel } from "@anywidget/types";
import { StatusStripDefaults, type StatusStripTraits } from "../src/traits.ts";

/** The part of an anywidget model that a view sees, without a kernel. */
export class FakeModel {
  #traits: StatusStripTraits;
  #listeners = new Map<string, Set<() => void>>();

  constructor(traits: Partial<StatusStripTraits> = {}) {
    this.#traits = { ...StatusStripDefaults, ...traits };
  }

  get<K extends keyof StatusStripTraits>(key: K): StatusStripTraits[K] {
    return this.#traits[key];
  }

  set<K extends keyof StatusStripTraits>(key: K, value: StatusStripTraits[K]): void {
    this.#traits[key] = value;
    for (const listener of this.#listeners.get(`change:${key}`) ?? []) listener();
  }

  on(event: string, listener: () => void): void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
  }

  off(event: string, listener: () => void): void {
    this.#listeners.get(event)?.delete(listener);
  }

  /** What a person asked for. */
  readonly sent: unknown[] = [];

  send(content: unknown): void {
    this.sent.push(content);
  }

  save_changes(): void {
    throw new Error("the strip must not write to the model");
  }

  listenerCount(): number {
    return [...this.#listeners.values()].reduce((sum, set) => sum + set.size, 0);
  }

  /** Set several traits as one message from the kernel does, and let it be painted. */
  async receive(traits: Partial<StatusStripTraits>): Promise<void> {
    for (const [key, value] of Object.entries(traits)) {
      this.set(key as keyof StatusStripTraits, value);
    }
    await Promise.resolve();
  }

  asModel(): AnyModel<StatusStripTraits> {
    return this as unknown as AnyModel<StatusStripTraits>;
  }
}
