import { describe, expect, test } from 'vitest';
import { Failure } from '../../../src/core';
import { fails, Mock } from '../../mock';
import { diff, idOf } from '../../sample';
import { all, button, click, one, page, settled, type, type IPage } from '../mount';

/** A comparison in which `model` changed. */
function changed(): Mock {
  const mock = new Mock();
  mock.answers.diff = () => {
    const found = diff(2, 7);
    const names = found.sections.find(section => section.id === 'names');
    names?.rows.push({ cells: ['forest', 'model', 'Forest', 10, 12], status: 'changed' });
    return found;
  };
  return mock;
}

async function opened(mock = changed()): Promise<IPage & { fold: HTMLElement }> {
  const found = await page({ mock, view: 'compare', ids: [idOf(2), idOf(7)] });
  const fold = all(found.root, '.nbmv-predictions').find(each => each.textContent.includes('forest'));
  (fold as HTMLDetailsElement).open = true;
  fold?.dispatchEvent(new Event('toggle'));
  await settled();
  return { ...found, fold: fold as HTMLElement };
}

describe('the predictions of a model', () => {
  test('nothing is requested before the user opens it', async () => {
    const { mock } = await page({ mock: changed(), view: 'compare', ids: [idOf(2), idOf(7)] });
    expect([mock.of('datasets'), mock.of('predict')]).toEqual([[], []]);
  });

  test('the test data and its target are chosen first', async () => {
    const { fold, mock } = await opened();
    const data = one(fold, 'select') as HTMLSelectElement;
    expect([...data.options].map(each => each.textContent)).toEqual([
      'X_test · test data',
      'y_test · test data',
      'other · numpy.ndarray'
    ]);
    await click(button(fold, 'Compare predictions'));
    expect(mock.of('predict')).toEqual([
      { before: idOf(2), after: idOf(7), model: 'forest', data: 'X_test', target: 'y_test' }
    ]);
  });

  test('the result is a table with the direction of each metric, and is said', async () => {
    const { fold, root } = await opened();
    await click(button(fold, 'Compare predictions'));
    const result = one(fold, '[aria-label="Predictions of forest"]');
    expect(result.textContent).toContain('20 of 200 predictions differ');
    expect(one(result, '.nbmv-step-bad').textContent).toBe('\u22120.1');
    expect(all(result, 'tbody tr')).toHaveLength(3);
    expect(one(root, '.nbmv-live').textContent).toContain('20 of 200 predictions differ');
  });

  test('a model that predicts can be cancelled, and run again', async () => {
    const mock = changed();
    let signal: AbortSignal | undefined;
    mock.answers.predict = (_, options) => {
      signal = options.signal;
      return new Promise((_done, failed) => {
        options.signal?.addEventListener('abort', () => {
          failed(new Failure({ code: 'Cancelled', message: 'stopped; nothing was changed', hint: '' }));
        });
      });
    };
    const { fold } = await opened(mock);
    await click(button(fold, 'Compare predictions'));
    await click(button(fold, 'Cancel'));
    expect(signal?.aborted).toBe(true);
    expect(one(fold, '.nbmv-experiment').textContent).toContain('Cancelled. Nothing was changed.');
    await click(button(fold, 'Run again'));
    expect(mock.of('predict')).toHaveLength(2);
  });

  test('other data has no target, until the user names one', async () => {
    const { fold, mock } = await opened();
    const data = one(fold, 'select') as HTMLSelectElement;
    await type(data, 'other');
    await click(button(fold, 'Compare predictions'));
    expect(mock.of('predict').at(-1)).not.toHaveProperty('target');
    await type(one(fold, '.nbmv-code-input'), 'label');
    await click(button(fold, 'Compare predictions'));
    expect(mock.of('predict').at(-1)).toMatchObject({ data: 'other', target: 'label' });
  });

  test('a failure is shown in place, with the way out', async () => {
    const mock = changed();
    mock.answers.predict = fails({ code: 'NeedsTrust', message: 'v2 came from elsewhere', hint: '%mv_trust v2' });
    const { fold } = await opened(mock);
    await click(button(fold, 'Compare predictions'));
    expect(one(fold, '.nbmv-box-error').textContent).toContain('%mv_trust v2');
    expect(button(fold, 'Try again')).toBeDefined();
  });

  test('datasets that could not be listed can be asked for again', async () => {
    const mock = changed();
    mock.answers.datasets = fails({ message: 'damaged' });
    const { fold } = await opened(mock);
    expect(fold.textContent).toContain('damaged');
    mock.answers.datasets = () => ({ datasets: [] });
    await click(button(fold, 'Try again'));
    expect(fold.textContent).toContain('Neither version contains a dataset.');
  });
});
