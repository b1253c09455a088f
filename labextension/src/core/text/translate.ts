/** Translates a sentence with {placeholders} into the user's language, and fills the placeholders. */
export type Translate = (sentence: string, values?: { [name: string]: string | number }) => string;

/** Fills the {placeholders} of a sentence. It is the translator for hosts with one language. */
export const interpolate: Translate = (sentence, values = {}) =>
  sentence.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : String(value);
  });

/** Chooses the sentence that fits the count; {n} is the count in both. */
export function plural(t: Translate, n: number, one: string, many: string): string {
  return t(n === 1 ? one : many, { n: n.toLocaleString() });
}
