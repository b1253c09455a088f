import { screenReaderText } from '../dom/controls';
import { h } from '../dom/elements';
import type { IChange } from '../protocol/messages';

const EFFECT_PREFIXES: { [effect: string]: string } = {
  changes: '~',
  appears: '+',
  vanishes: '\u2212',
  lost: '!',
  stays: ''
};

/** The changed names with a sign: "+" new since the version, "−" removed, "~" changed. */
export function changedNames(changes: readonly IChange[]): HTMLElement[] {
  return changes.map(change =>
    h(
      'span',
      { class: 'nbmv-name', title: `${change.name}: ${change.type}` },
      `${EFFECT_PREFIXES[change.effect] ?? ''}${change.name}`,
      screenReaderText(' ')
    )
  );
}
