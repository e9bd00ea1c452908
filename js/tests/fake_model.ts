import type { AnyModel } from "@anywidget/types";

/** The part of an anywidget model that a view sees, without a kernel. */
export class FakeModel<Traits extends object> {
  #traits: Traits;
  #listeners = new Map<string, Set<() => void>>();

  constructor(defaults: Readonly<Traits>, traits: Partial<Traits> = {}) {
    this.#traits = { ...defaults, ...traits };
  }

  get<K extends keyof Traits>(key: K): Traits[K] {
    return this.#traits[key];
  }

  set<K extends keyof Traits>(key: K, value: Traits[K]): void {
    this.#traits[key] = value;
    this.#emit(`change:${String(key)}`);
    this.#emit("change");
  }

  #emit(event: string): void {
    for (const listener of this.#listeners.get(event) ?? []) listener();
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
    throw new Error("our parts must not write to the model");
  }

  listenerCount(): number {
    return [...this.#listeners.values()].reduce((sum, set) => sum + set.size, 0);
  }

  /** Set several traits as one message from the kernel does, and let it be painted. */
  async receive(traits: Partial<Traits>): Promise<void> {
    Object.assign(this.#traits, traits);
    for (const key of Object.keys(traits)) this.#emit(`change:${key}`);
    this.#emit("change");
    await Promise.resolve();
  }

  asModel(): AnyModel<Traits> {
    return this as unknown as AnyModel<Traits>;
  }
}
