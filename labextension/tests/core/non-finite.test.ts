/** Metrics that are no finite number: shown by their words, last in every order, a gap in every drawing. */
import { describe, expect, test } from 'vitest';
import type { IChart, IComparison, Metric } from '../../src/core';
import { interpolate } from '../../src/core';
import { drawChart, chartSummary } from '../../src/core/charts/chart';
import { orderOf } from '../../src/core/compare/side-by-side';
import { metricNumber, formatNumber, formatDifference, parseMetric, metricOf } from '../../src/core/text/figures';
import { thinPoints } from '../../src/core/history/trend';
import { Mock } from '../mock';
import * as sample from '../sample';
import { SAMPLES } from '../golden';
import { all, button, click, nameOf, one, page, row, rows, settled, type } from './mount';

const WORDS: Metric[] = [0.5, 'nan', 'inf', '-inf', 0.25];
const TOTAL = WORDS.length;

/** v1 to v5 have these values of the metric "loss", and no other metric. */
function mock(values: readonly Metric[] = WORDS): Mock {
  const made = new Mock(values.length);
  const of = (number: number): { loss: Metric } => ({ loss: values[number - 1] ?? 0 });
  const entries = sample.history(values.length).map(entry => ({ ...entry, metrics: of(entry.number) }));
  made.state = {
    ...made.state,
    metrics: ['loss'],
    head: { ...sample.entry(values.length, values.length), metrics: of(values.length) }
  };
  made.answers.history = () => ({ total: entries.length, entries });
  made.answers.series = () => ({
    points: [...entries].reverse().map(({ id, number: at, metrics }) => ({ id, number: at, value: metrics.loss }))
  });
  made.answers.version = ({ id }) => ({
    ...sample.version(parseInt(id.slice(0, 6), 16), values.length),
    metrics: of(parseInt(id.slice(0, 6), 16))
  });
  return made;
}

function chart(kind: IChart['kind'], values: (Metric | null)[] = WORDS): IChart {
  return {
    kind,
    title: 'loss',
    x_label: 'version',
    y_label: 'loss',
    labels: values.map((_, i) => `v${i + 1}`),
    series: [{ label: 'loss', x: values.map((_, i) => i + 1), y: values }]
  };
}

async function drawn(made: IChart): Promise<HTMLElement> {
  const { panel } = await page();
  return drawChart(panel as never, made);
}

describe('words for numbers', () => {
  test('words for non-finite numbers are parsed and formatted', () => {
    expect(WORDS.map(metricNumber)).toEqual([0.5, NaN, Infinity, -Infinity, 0.25]);
    expect(WORDS.map(metricNumber).map(metricOf)).toEqual(WORDS);
    expect(WORDS.map(one => formatNumber(metricNumber(one)))).toEqual(['0.5', 'nan', 'inf', '-inf', '0.25']);
    expect([
      formatDifference(1, NaN),
      formatDifference(NaN, 1),
      formatDifference(1, Infinity),
      formatDifference(Infinity, Infinity)
    ]).toEqual(['', '', '', '']);
  });

  test('words for non-finite numbers are accepted in any spelling', () => {
    expect(['NaN', ' inf', '+Infinity', '-infinity', '1e-3', '', 'x', '0x'].map(parseMetric)).toEqual([
      'nan',
      'inf',
      'inf',
      '-inf',
      0.001,
      undefined,
      undefined,
      undefined
    ]);
  });
});

describe('the history', () => {
  test('each row shows its metric, also when that is not finite', async () => {
    const { root } = await page({ mock: mock() });
    expect(rows(root).flatMap(each => each.querySelector('.nbmv-value')?.textContent ?? [])).toEqual([
      '0.25',
      '-inf',
      'inf',
      'nan',
      '0.5'
    ]);
    await click(row(root, 'v2'));
    expect(one(root, '.nbmv-figures-list dd').textContent).toBe('nan');
  });

  test('the sparkline has a gap at a non-finite value and its label says so', async () => {
    const { root } = await page({ mock: mock() });
    const line = one(root, '.nbmv-spark');
    const path = line.querySelector('.nbmv-spark-line')?.getAttribute('d') ?? '';
    expect(path).not.toMatch(/NaN|Infinity/);
    expect(path.match(/M/g)).toHaveLength(2);
    expect(line.getAttribute('aria-label')).toBe(
      'loss over 5 versions: lowest 0.25 in v5, highest 0.5 in v1, last 0.25; 3 versions have no finite value'
    );
  });

  test('the sparkline is drawn without any finite value', async () => {
    const { root } = await page({ mock: mock(['nan', 'nan', 'inf']) });
    const line = one(root, '.nbmv-spark');
    expect(line.outerHTML).not.toMatch(/NaN|Infinity/);
    expect(line.getAttribute('aria-label')).toBe('loss over 3 versions; 3 versions have no finite value');
    await click(button(root, 'Chart of loss over the versions'));
    expect(one(root, '.nbmv-trend-full').innerHTML).not.toMatch(/NaN|Infinity/);
  });

  test('the chart has crosses for non-finite values, and a click on one selects its version', async () => {
    const { root } = await page({ mock: mock() });
    await click(button(root, 'Chart of loss over the versions'));
    const crosses = all(root, '.nbmv-no-number');
    expect(crosses.map(each => each.querySelector('title')?.textContent)).toEqual([
      'loss: version 2, loss nan',
      'loss: version 3, loss inf',
      'loss: version 4, loss -inf'
    ]);
    await click(crosses[1] as Element);
    expect(row(root, 'v3').getAttribute('aria-selected')).toBe('true');
  });

  test('thinning keeps gaps', () => {
    const many = Array.from({ length: 1000 }, (_, i) => ({ value: i % 100 === 50 ? NaN : i }));
    const kept = thinPoints(many, 40);
    expect(kept.length).toBeLessThan(70);
    expect(kept.filter(each => Number.isNaN(each.value)).length).toBe(10);
    expect(kept[0]?.value).toBe(0);
    expect(kept.at(-1)?.value).toBe(999);
  });
});

describe('charts', () => {
  test.each(['line', 'scatter', 'bars', 'histogram'] as const)(
    '%s: no drawing holds NaN, the table has the words',
    async kind => {
      const made =
        kind === 'histogram'
          ? { ...chart(kind), series: [{ label: 'loss', x: [0, 1, 2, 3, 4, 5], y: WORDS }] }
          : chart(kind);
      const figure = await drawn(made);
      expect(figure.querySelector('.nbmv-plot')?.innerHTML).not.toMatch(/NaN|Infinity|undefined/);
      expect(
        all(figure, '.nbmv-table td')
          .map(each => each.textContent)
          .filter(text => /^[a-z0-9.-]+$/.test(text ?? ''))
      ).toEqual(expect.arrayContaining(['0.5', 'nan', 'inf', '-inf', '0.25']));
    }
  );

  test('a non-finite value is a word instead of a bar, and a missing value is nothing', async () => {
    const figure = await drawn(chart('bars', [1, 'nan', null]));
    expect(all(figure, '.nbmv-bar-value').map(each => each.textContent)).toEqual(['1', 'nan']);
  });

  test('the sentence for screen readers counts finite values only', () => {
    expect(chartSummary(interpolate, chart('line'))).toBe('loss. loss: 2 values from 0.25 to 0.5');
    expect(chartSummary(interpolate, chart('line', ['nan']))).toBe('loss. loss');
  });
});

describe('the comparison', () => {
  test('a comparison of two shows the words aligned as numbers, without a difference', async () => {
    const made = new Mock();
    const metrics = {
      id: 'metrics',
      title: 'Metrics',
      columns: ['name', 'before', 'after', 'change'],
      rows: [{ cells: ['loss', 0.5, 'nan', null], status: 'changed' as const }],
      lines: [],
      note: '',
      charts: [chart('bars', [0.5, 'nan'])]
    };
    made.answers.diff = () => ({ ...sample.diff(1, 2), sections: [metrics] });
    const { root } = await page({ mock: made, view: 'compare', ids: ['v1', 'v2'] });
    const cells = all(root, '.nbmv-diff tbody :is(td, th):not(.nbmv-signs)');
    expect(cells.map(each => [each.textContent, each.className])).toEqual([
      ['loss', ''],
      ['0.5', 'nbmv-number'],
      ['nan', 'nbmv-number']
    ]);
  });

  const compared = (): IComparison => {
    const five = sample.comparison([1, 2, 3, 4, 5], TOTAL);
    return {
      ...five,
      metrics: [
        { name: 'loss', values: WORDS, differs: true },
        { name: 'acc', values: [3, null, 1, 1, 2], differs: true }
      ],
      charts: []
    };
  };
  const columns = (root: ParentNode): string[] =>
    all(root, '.nbmv-several thead .nbmv-version').map(each => each.textContent ?? '');

  test('versions without a finite metric are sorted last in both directions', async () => {
    const made = new Mock();
    made.answers.compare = compared;
    const { root } = await page({ mock: made, view: 'compare', ids: [1, 2, 3, 4, 5].map(sample.idOf) });
    expect(columns(root)).toEqual(['v1', 'v2', 'v3', 'v4', 'v5']);
    const sorted = async (name: string): Promise<string> => {
      button(root, name).focus();
      await click(button(root, name));
      expect(nameOf(document.activeElement as Element)).toBe(name);
      return columns(root).join(' ');
    };
    expect(await sorted('loss')).toBe('v5 v1 v2 v3 v4');
    expect(one(root, '[aria-sort]').getAttribute('aria-sort')).toBe('ascending');
    expect(await sorted('loss')).toBe('v1 v5 v2 v3 v4');
    expect(await sorted('acc')).toBe('v3 v4 v5 v1 v2');
    expect(await sorted('acc')).toBe('v1 v5 v3 v4 v2');
    expect(await sorted('acc')).toBe('v1 v2 v3 v4 v5');
    expect(all(root, '[aria-sort]')).toEqual([]);
    expect(all(root, '.nbmv-several tbody:nth-of-type(1) tr:nth-child(2) td').map(each => each.textContent)).toEqual([
      '0.5',
      'nan',
      'inf',
      '-inf',
      '0.25'
    ]);
  });

  test('numbers are sorted before words', () => {
    const by = { name: 'kernel', values: ['rbf', 3, 'nan', 1, 'linear', null], differs: true };
    expect(orderOf(6, { by, down: false })).toEqual([3, 1, 4, 0, 2, 5]);
  });

  test('non-finite metrics of a real kernel are drawn', () => {
    expect(SAMPLES.compare.result.metrics.find(each => each.name === 'loss')?.values).toContain('nan');
  });
});

describe('the commit form', () => {
  test('the form proposes a word, accepts one in any spelling, and refuses other text', async () => {
    const made = new Mock();
    made.answers.form = () => ({ ...sample.form, metrics: { loss: 'nan' } });
    const { root } = await page({ mock: made, view: 'commit' });
    const value = one(root, '.nbmv-metric-row input[inputmode]') as HTMLInputElement;
    expect(value.value).toBe('nan');
    await type(value, 'none');
    one(root, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
    await settled();
    expect([value.getAttribute('aria-invalid'), made.of('commit')]).toEqual(['true', []]);
    await type(value, '-Infinity');
    one(root, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
    await settled();
    expect(made.of('commit')[0]?.metrics).toEqual({ loss: '-inf' });
  });
});
