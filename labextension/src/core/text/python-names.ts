/** A part of Python code: text, or a variable that it reads or assigns. */
export type CodePart = { text: string } | { name: string };

/** Groups: the quotes, the dot before an attribute, and the name. A string may be open at the end of the code. */
const TOKENS = new RegExp(
  [
    /[a-z]{0,2}("""|''')[^]*?(?:\1|$)/, // with the prefix of the string
    /[a-z]{0,2}(?:"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)/,
    /#[^\n]*/,
    /(\.\s*)?([\p{L}_][\p{L}\p{N}_]*)/u,
    /[([{]|[)\]}]/,
    /\d[\w.]*/
  ]
    .map(one => one.source)
    .join('|'),
  'giu'
);

/** Splits code at the variables among `names`. Attributes, keywords of arguments, strings and comments are text. */
export function splitAtNames(source: string, names: ReadonlySet<string>): CodePart[] {
  const parts: CodePart[] = [];
  let start = 0;
  let depth = 0;
  for (const found of source.matchAll(TOKENS)) {
    const [token, , dot, name] = found;
    if ('([{'.includes(token)) {
      depth += 1;
    } else if (')]}'.includes(token)) {
      depth -= 1;
    }
    const end = found.index + token.length;
    const isKeyword = depth > 0 && /^\s*=(?!=)/.test(source.slice(end));
    if (name !== undefined && dot === undefined && names.has(name) && !isKeyword) {
      parts.push({ text: source.slice(start, found.index) }, { name });
      start = end;
    }
  }
  parts.push({ text: source.slice(start) });
  return parts.filter(part => 'name' in part || part.text !== '');
}
