/** Translates a sentence with {placeholders} into the user's language, and fills the placeholders. */
export type Translate = (sentence: string, values?: { [name: string]: string | number }) => string;

/** The translator for hosts without languages: fills the {placeholders} of the sentence. */
export const interpolate: Translate = (sentence, values = {}) =>
  sentence.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : String(value);
  });

/** Whichever of two sentences fits the count; {n} is the count in both. */
export function plural(t: Translate, n: number, one: string, many: string): string {
  return t(n === 1 ? one : many, { n: n.toLocaleString() });
}
