import { describe, expect, test } from 'vitest';
import { splitAtNames } from '../../../src/core/text/python-names';

function linked(source: string, ...names: string[]): string {
  return splitAtNames(source, new Set(names))
    .map(part => ('name' in part ? `<${part.name}>` : part.text))
    .join('');
}

describe('the variables in code', () => {
  test.each([
    ['df = load(df, 1)', '<df> = load(<df>, 1)'],
    ['a.df + df.a', 'a.df + <df>.a'],
    ['f(df=df, n = df == 1)', 'f(df=<df>, n = <df> == 1)'],
    ['df == 1; [df == 2]', '<df> == 1; [<df> == 2]'],
    ["\"df\" + 'it\\'s df' + df # df", "\"df\" + 'it\\'s df' + <df> # df"],
    ['"""df\n"df" """ + f"{df}" + df', '"""df\n"df" """ + f"{df}" + <df>'],
    ['"""df never ends', '"""df never ends'],
    ["x = 'df\ndf", "x = 'df\n<df>"],
    ['df2, _df, dfé', 'df2, _df, dfé'],
    ['größe = df', 'größe = <df>'],
    ['1e5df', '1e5df']
  ])('%s', (source, expected) => {
    expect(linked(source, 'df')).toBe(expected);
  });

  test('the parts together are the code', () => {
    const source = '%time x = 1\nf(x)[x]';
    const parts = splitAtNames(source, new Set(['x']));
    expect(parts.map(part => ('name' in part ? part.name : part.text)).join('')).toBe(source);
  });
});
