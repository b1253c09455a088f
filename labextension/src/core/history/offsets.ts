/** Where each row of a long list begins: rows are equally high, but for those with a heading above. */
export class RowOffsets {
  private _tops = new Float64Array(1);
  private _count = 0;

  /** row and head: heights in px. headed: rows with a heading above. */
  set(count: number, row: number, head: number, headed: (index: number) => boolean): void {
    this._count = count;
    this._tops = new Float64Array(count + 1);
    let top = 0;
    for (let i = 0; i < count; i += 1) {
      this._tops[i] = top;
      top += row + (headed(i) ? head : 0);
    }
    this._tops[count] = top;
  }

  get count(): number {
    return this._count;
  }

  get height(): number {
    return this.top(this._count);
  }

  top(index: number): number {
    return this._tops[Math.min(index, this._count)] ?? 0;
  }

  /** The row that covers the height `y`. */
  at(y: number): number {
    let low = 0;
    let high = this._count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.top(middle) <= y) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return Math.max(0, low);
  }
}
