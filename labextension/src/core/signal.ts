/** A value with listeners. */
export class Signal<T> {
  private _value: T;
  private readonly _listeners = new Set<(value: T, before: T) => void>();

  constructor(value: T) {
    this._value = value;
  }

  get value(): T {
    return this._value;
  }

  set value(value: T) {
    const before = this._value;
    this._value = value;
    for (const listener of [...this._listeners]) {
      listener(value, before);
    }
  }

  /** Calls `listener` after every assignment. Returns a function that removes the listener. */
  on(listener: (value: T, before: T) => void): () => void {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  get listenerCount(): number {
    return this._listeners.size;
  }
}
