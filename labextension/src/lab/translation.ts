import type { ITranslator } from '@jupyterlab/translation';
import { nullTranslator } from '@jupyterlab/translation';
import { plain, type Translate } from '../core';

/** Our words in the language of this JupyterLab: the sentence is looked up with its placeholders, then they are filled. */
export function words(translator: ITranslator | null): Translate {
  const bundle = (translator ?? nullTranslator).load('nbmodelver');
  return (sentence, values) => plain(bundle.__(sentence), values);
}
