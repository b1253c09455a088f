import type { ITranslator } from '@jupyterlab/translation';
import { nullTranslator } from '@jupyterlab/translation';
import { interpolate, type Translate } from '../core';

/** Translates into the language of this JupyterLab. A sentence is looked up with its placeholders, which are then filled. */
export function createTranslate(translator: ITranslator | null): Translate {
  const bundle = (translator ?? nullTranslator).load('nbmodelver');
  return (sentence, values) => interpolate(bundle.__(sentence), values);
}
