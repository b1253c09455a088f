import type { Kind } from '../protocol/messages';
import type { Translate } from './translate';

export const KINDS: readonly Kind[] = ['model', 'dataset', 'hyperparameters', 'metric', 'code', 'other'];

/** The name of a kind in the user's language, in the singular. */
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
