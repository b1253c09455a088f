import type { Translate } from './translate';

/** What a dataset is used for, as text. */
export function roleText(t: Translate, role: string): string {
  const words: { [role: string]: string } = {
    train: t('training data'),
    validation: t('validation data'),
    test: t('test data')
  };
  return words[role] ?? role;
}
