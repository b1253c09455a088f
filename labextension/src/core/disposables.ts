/** Collects functions that release resources, and calls each of them once, in reverse order. */
export class Disposables {
  private _callbacks: (() => void)[] = [];
  private _isDisposed = false;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  add(...ends: (() => void)[]): void {
    if (this._isDisposed) {
      ends.forEach(end => {
        end();
      });
    } else {
      this._callbacks.push(...ends);
    }
  }

  dispose(): void {
    this._isDisposed = true;
    const ends = this._callbacks.reverse();
    this._callbacks = [];
    ends.forEach(end => {
      end();
    });
  }
}
