import type { IProgress } from '../protocol/messages';
import { formatDuration, formatSize } from '../text/figures';
import type { Translate } from '../text/translate';

/** A rate is shown after this many seconds: the first numbers vary much. */
const FIRST_S = 0.5;

/** The progress of one transfer as text: amount, rate and the time left. */
export class Rate {
  private _what = '';
  private _since_ms = 0;
  private _from = 0;

  text(t: Translate, { done, total, what }: IProgress['progress'], now_ms = performance.now()): string {
    if (what !== this._what || done < this._from) {
      [this._what, this._since_ms, this._from] = [what, now_ms, done]; // the next phase of the transfer
    }
    if (total <= 0) {
      return t(what);
    }
    const isBytes = what.startsWith('bytes');
    const [from, to] = isBytes ? [formatSize(done), formatSize(total)] : [String(done), String(total)];
    const amount = t('{what}: {done} of {total}', { what: t(what), done: from, total: to });
    const seconds = (now_ms - this._since_ms) / 1000;
    const rate = (done - this._from) / seconds;
    if (!isBytes || seconds < FIRST_S || rate <= 0) {
      return amount;
    }
    const left = t('{time} left', { time: formatDuration((total - done) / rate) });
    return [amount, t('{size}/s', { size: formatSize(rate) }), left].join(' · ');
  }
}
