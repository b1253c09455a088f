import type { Kind } from '../protocol/messages';
import type { Translate } from './translate';

export const KINDS: readonly Kind[] = ['model', 'dataset', 'hyperparameters', 'metric', 'code', 'other'];

/** A kind in the reader's language, for one of them. */
export function kindName(t: Translate, kind: Kind): string {
  const names: { [K in Kind]: string } = {
    model: t('Model'),
    dataset: t('Dataset'),
    hyperparameters: t('Hyperparameters'),
    metric: t('Metric'),
    code: t('Code'),
    other: t('Other')
  };
  return names[kind];
}
