import type { ITranslator } from '@jupyterlab/translation';
import { nullTranslator } from '@jupyterlab/translation';
import { interpolate, type Translate } from '../core';

/** Translates into JupyterLab's language. Sentences are looked up with their placeholders, which are then filled. */
export function createTranslate(translator: ITranslator | null): Translate {
  const bundle = (translator ?? nullTranslator).load('nbmodelver');
  return (sentence, values) => interpolate(bundle.__(sentence), values);
}
