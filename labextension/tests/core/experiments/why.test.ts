import { describe, expect, test } from 'vitest';
import { Failure, type IExplanation } from '../../../src/core';
import { fails, Mock } from '../../mock';
import { idOf } from '../../sample';
import { explanation } from '../../sample-experiments';
import { all, button, click, one, page, settled, type, type IPage } from '../mount';

const why = (root: ParentNode, metric = 'acc'): HTMLButtonElement => button(root, `Why did ${metric} change?`);

async function asked(mock = new Mock(), metric = 'acc'): Promise<IPage & { place: HTMLElement }> {
  const found = await page({ mock, view: 'compare', ids: [idOf(2), idOf(7)] });
  await click(why(found.root, metric));
  return { ...found, place: one(found.root, '.nbmv-why') };
}

/** A transport whose explanation ends when the test says so. */
function open(): {
  mock: Mock;
  answer: (found: IExplanation) => void;
  refuse: (code: string) => void;
  aborted: () => boolean;
} {
  const mock = new Mock();
  let signal: AbortSignal | undefined;
  let answer: (found: IExplanation) => void = () => undefined;
  let reject: (error: Failure) => void = () => undefined;
  mock.answers.why = (_, options) => {
    signal = options.signal;
    options.onProgress?.({ done: 3, total: 12, what: 'computing model' });
    return new Promise((done, failed) => {
      answer = done;
      reject = failed;
    });
  };
  return {
    mock,
    answer: found => {
      answer(found);
    },
    refuse: code => {
      reject(new Failure({ code, message: 'a cell is running', hint: 'wait' }));
    },
    aborted: () => signal?.aborted === true
  };
}

const texts = (root: ParentNode, selector: string): string[] => all(root, selector).map(each => each.textContent);

describe('why a metric changed', () => {
  test('each metric that changed has a button, and no other', async () => {
    const { root, mock } = await page({ view: 'compare', ids: [idOf(2), idOf(7)] });
    (one(root, '.nbmv-compare-tools input') as HTMLInputElement).click();
    expect(all(root, '.nbmv-why-button').map(each => each.getAttribute('aria-label'))).toEqual([
      'Why did acc change?',
      'Why did loss change?'
    ]);
    expect(all(root, '[data-section=params] .nbmv-why-button')).toEqual([]);
    expect(mock.of('why')).toEqual([]);
  });

  test('the verdict is said, and the causes stand in a table with their effects', async () => {
    const { root, mock, place } = await asked();
    expect(mock.of('why')).toEqual([{ metric: 'acc', before: idOf(2), after: idOf(7) }]);
    expect(one(place, '.nbmv-why-verdict').textContent).toBe(explanation().verdict);
    expect(one(root, '.nbmv-live').textContent).toBe(explanation().verdict);
    expect(texts(place, 'thead th')).toEqual(['Change', 'Effect', 'Share', 'v7 without it', 'v2 with it']);
    const rows = all(place, 'tbody > tr:first-child').map(row => [...row.children].map(cell => cell.textContent));
    expect(rows).toEqual([
      ['train · training data', '+0.0403', '96\u00a0%', '0.873', '0.912'],
      ['lr · 0.1 → 0.2', '\u22120.009', '-20\u00a0%', '0.92', '0.86'],
      ['SEED · 0 → 1', 'none', '', '0.91', '0.87']
    ]);
    const bars = all(place, '.nbmv-effect-bar').map(each => each.style.getPropertyValue('inline-size'));
    expect(bars).toEqual(['100%', '22%', '25%', '75%'].slice(0, 2));
  });

  test('details are closed, and show sentences and lines of code with their signs', async () => {
    const { place } = await asked();
    expect(all(place, '.nbmv-cause-details')).toEqual([]);
    const expander = button(place, 'train · training data');
    expect(expander.getAttribute('aria-expanded')).toBe('false');
    await click(expander);
    expect(expander.getAttribute('aria-expanded')).toBe('true');
    const details = one(place, '.nbmv-cause-details');
    expect(details.id).toBe(expander.getAttribute('aria-controls'));
    expect(texts(details, 'p')).toEqual([
      '120 → 160 rows · 40 added',
      '+ added train = pd.concat([train, more])',
      '\u2212 removed train = load()'
    ]);
  });

  test('each step leads to the comparison in which the value changed', async () => {
    const { place, mock } = await asked();
    expect(texts(place, '.nbmv-cause-step > th')).toEqual(['since v4 · 10 rows added', 'since v5 · 30 rows added']);
    await click(button(place, 'v5'));
    expect(mock.of('diff').at(-1)).toEqual({ before: 'v5~1', after: 'v5' });
  });

  test('what was not tested stands below with the reason, and can be tested with a higher limit', async () => {
    const { place, mock } = await asked();
    expect(one(place, '.nbmv-untested h5').textContent).toBe('Not tested');
    expect(texts(place, '.nbmv-untested li')).toEqual([
      'features · code: its cells took 100 s and would run four times+ added a\u2212 removed b',
      'environment: the earlier packages are not in this environmentnumpy 2.3 → 2.4'
    ]);
    await click(button(place, 'Test these too, within 14 min 0 s'));
    expect(mock.of('why').at(-1)).toMatchObject({ metric: 'acc', limit_s: 840 });
    expect(texts(place, '.nbmv-untested li')).toHaveLength(1);
    expect(all(place, 'button').some(each => each.textContent.startsWith('Test these too'))).toBe(false);
  });

  test('while tests run, their progress is shown, and Cancel shows what is known', async () => {
    const { mock, answer, aborted } = open();
    const { place } = await asked(mock);
    expect(place.textContent).toContain('computing model: 3 of 12');
    expect(one(place, 'progress').getAttribute('max')).toBe('12');
    const cancel = button(place, 'Cancel');
    cancel.focus();
    await click(cancel);
    expect(aborted()).toBe(true);
    answer({ ...explanation(), notes: ['interrupted: not all changes were tested'] });
    await settled();
    expect(all(place, 'progress')).toEqual([]);
    expect(one(place, '.nbmv-warning').textContent).toContain('interrupted: not all changes were tested');
    expect(place.contains(document.activeElement)).toBe(true);
  });

  test('a running cell refuses it, with the offer to wait; the wait can be withdrawn', async () => {
    const { mock, refuse } = open();
    const { place, root } = await asked(mock);
    refuse('Busy');
    await settled();
    expect(one(place, '.nbmv-box').textContent).toContain('a cell is running');
    await click(button(place, 'Run after the cell'));
    expect(mock.of('why').at(-1)).toMatchObject({ queue: true });
    mock.push({ busy: true, queued: [{ request: 9, method: 'why', what: 'explanation of acc' }] });
    expect(all(root, '.nbmv-task')).toHaveLength(1);
    await click(button(place, 'Withdraw'));
    refuse('Cancelled');
    await settled();
    expect(place.textContent).toContain('Cancelled. Nothing was changed.');
    expect(button(place, 'Run again')).toBeDefined();
  });

  test('a failure names the way out, and takes another expression', async () => {
    const mock = new Mock();
    mock.answers.why = fails({ message: 'how acc is measured is not recorded', hint: 'give the expression' });
    const { place } = await asked(mock);
    expect(one(place, '.nbmv-box').textContent).toContain('give the expression');
    mock.answers.why = () => explanation();
    await type(one(place, '.nbmv-code-input'), 'model.score(X, y)');
    await click(button(place, 'Try again'));
    expect(mock.of('why').at(-1)).toMatchObject({ expression: 'model.score(X, y)' });
    expect(one(place, '.nbmv-why-verdict').textContent).toBe(explanation().verdict);
  });

  test('it stays when the options of the comparison change, and its button closes it', async () => {
    const { root, mock, place } = await asked();
    (one(root, '.nbmv-compare-tools input') as HTMLInputElement).click();
    expect(one(root, '.nbmv-why')).toBe(place);
    expect(why(root).getAttribute('aria-expanded')).toBe('true');
    await click(why(root));
    expect(all(root, '.nbmv-why')).toEqual([]);
    expect(document.activeElement).toBe(why(root));
    expect(why(root).getAttribute('aria-expanded')).toBe('false');
    expect(mock.of('why')).toHaveLength(1);
  });

  test('closing it cancels the tests', async () => {
    const { mock, aborted } = open();
    const { place } = await asked(mock);
    await click(button(place, 'Close the explanation'));
    expect(aborted()).toBe(true);
  });
});
