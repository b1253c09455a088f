/** The offset of each row of a long list. All rows are equally high, apart from the headings above some of them. */
export class RowOffsets {
  private _tops = new Float64Array(1);
  private _count = 0;

  /** row, head: heights in px. headed: whether a row has a heading above it. */
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

  /** The row at the offset `y`. */
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
