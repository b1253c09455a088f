import type { ITranslator } from '@jupyterlab/translation';
import { nullTranslator } from '@jupyterlab/translation';
import { interpolate, type Translate } from '../core';

/** Our words in the language of this JupyterLab: the sentence is looked up with its placeholders, then they are filled. */
export function createTranslate(translator: ITranslator | null): Translate {
  const bundle = (translator ?? nullTranslator).load('nbmodelver');
  return (sentence, values) => interpolate(bundle.__(sentence), values);
}
