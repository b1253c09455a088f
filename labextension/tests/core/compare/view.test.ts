import { describe, expect, test } from 'vitest';
import type { IChart, IDiff } from '../../../src/core';
import { drawChart, chartSummary } from '../../../src/core/charts/chart';
import type { IContext } from '../../../src/core/context';
import { parseDiff, pairLines } from '../../../src/core/compare/text-diff';
import { registerRenderer } from '../../../src/core/compare/registry';
import { interpolate } from '../../../src/core';
import { fails, Mock } from '../../mock';
import { diff, idOf } from '../../sample';
import { all, button, click, one, page, settled } from '../mount';

const section = (root: ParentNode, id: string): HTMLElement => one(root, `[data-section="${id}"]`);

describe('comparison of two', () => {
  test('every section is drawn: known ones by their renderer, unknown ones as table, lines and note', async () => {
    const { root } = await page({ view: 'compare', ids: [idOf(2), idOf(7)] });
    expect(all(root, '[data-section]').map(each => each.dataset['section'])).toEqual(
      diff(2, 7).sections.map(each => each.id)
    );
    expect(section(root, 'names').textContent).toContain('16\u00a0MB');
    expect(section(root, 'metrics').textContent).toContain('+0.0422');
    expect(section(root, 'metrics').textContent).toContain('−0.1161');
    expect(section(root, 'profile.train').querySelectorAll('svg.nbmv-small-histogram')).toHaveLength(2);
    expect(section(root, 'drift.train').textContent).toContain('psi');
    expect(section(root, 'failed.weird').textContent).toContain('shapes do not fit');
  });

  test('"only differences" leaves out equal rows, and shows them when it is off', async () => {
    const { root } = await page({ view: 'compare', ids: [idOf(2), idOf(7)] });
    expect(section(root, 'params').textContent).not.toContain('learning_rate');
    (one(root, '.nbmv-compare-tools input') as HTMLInputElement).click();
    expect(section(root, 'params').textContent).toContain('learning_rate');
  });

  test('the status of a row has a sign and a word, not only a colour', async () => {
    const { root } = await page({ view: 'compare', ids: [idOf(2), idOf(7)] });
    const signs = all(section(root, 'names'), 'tbody .nbmv-sign').map(each => each.textContent);
    expect(signs).toEqual(['~changed', '~changed', '−removed', '+added']);
  });

  test('the swap button exchanges before and after', async () => {
    const { root, mock } = await page({ view: 'compare', ids: [idOf(2), idOf(7)] });
    await click(button(root, 'Swap before and after'));
    expect(mock.of('diff').at(-1)).toEqual({ before: idOf(7), after: idOf(2) });
  });

  test('a folded section is closed at first, with its count; once opened, it stays open', async () => {
    const mock = new Mock();
    mock.answers.diff = (): IDiff => ({
      ...diff(2, 7),
      sections: diff(2, 7).sections.map(each => (each.id === 'profile.train' ? { ...each, folded: true } : each))
    });
    const { root } = await page({ mock, view: 'compare', ids: [idOf(2), idOf(7)] });
    const fold = (id: string): HTMLDetailsElement => section(root, id) as HTMLDetailsElement;
    expect([fold('profile.train').open, fold('params').open]).toEqual([false, true]);
    expect(one(fold('profile.train'), 'summary').textContent).toBe('train6');
    fold('profile.train').open = true;
    fold('profile.train').dispatchEvent(new Event('toggle'));
    (one(root, '.nbmv-compare-tools input') as HTMLInputElement).click();
    expect(fold('profile.train').open).toBe(true);
  });

  test('a comparison of equal versions says that nothing differs', async () => {
    const mock = new Mock();
    mock.answers.diff = (): IDiff => ({
      ...diff(2, 7),
      sections: [{ id: 'names', title: 'Variables', columns: [], rows: [], lines: [], note: '', charts: [] }]
    });
    const { root } = await page({ mock, view: 'compare', ids: [idOf(2), idOf(7)] });
    expect(one(root, '.nbmv-empty').textContent).toBe('No differences.');
  });

  test('a failed comparison shows the hint and can be tried again', async () => {
    const mock = new Mock();
    const usual = mock.answers.diff;
    mock.answers.diff = fails({ message: 'v2 was forgotten', hint: 'choose another version' });
    const { root } = await page({ mock, view: 'compare', ids: [idOf(2), idOf(7)] });
    expect(root.textContent).toContain('choose another version');
    if (usual) {
      mock.answers.diff = usual;
    }
    await click(button(root, 'Try again'));
    expect(section(root, 'names')).toBeTruthy();
  });

  test('of thousands of rows the first are drawn, and the number of the others is shown', async () => {
    const mock = new Mock();
    const many = Array.from({ length: 3000 }, (_, i) => ({
      cells: [`c${i}`, i, i + 1, 1],
      status: 'changed' as const
    }));
    mock.answers.diff = (): IDiff => ({
      ...diff(2, 7),
      sections: [
        {
          id: 'profile.wide',
          title: 'wide',
          columns: ['what', 'before', 'after', 'change'],
          rows: many,
          lines: [],
          note: '',
          charts: []
        }
      ]
    });
    const { root } = await page({ mock, view: 'compare', ids: [idOf(2), idOf(7)] });
    expect(all(root, 'tbody tr')).toHaveLength(400);
    expect(section(root, 'profile.wide').textContent).toContain('2,600 more rows are not shown');
  });

  test('a registered renderer draws its kind of section', async () => {
    registerRenderer('drift.', () => [document.createElement('meter')]);
    const { root } = await page({ view: 'compare', ids: [idOf(2), idOf(7)] });
    expect(section(root, 'drift.train').querySelector('meter')).toBeTruthy();
  });

  test('a text diff has the line numbers of either side', () => {
    const lines = parseDiff(['@@ -3,2 +5,3 @@', ' same', '-old', '+new', '+more']);
    expect(lines.map(each => [each.kind, each.before, each.after])).toEqual([
      ['hunk', null, null],
      ['same', 3, 5],
      ['removed', 4, null],
      ['added', null, 6],
      ['added', null, 7]
    ]);
  });
});

test('a text diff side by side pairs removed lines with the lines that replace them', async () => {
  const lines = parseDiff(['@@ -1,3 +1,3 @@', ' a', '-b', '-c', '+d', ' e', '+f']);
  expect(pairLines(lines).map(([left, right]) => [left?.text, right?.text])).toEqual([
    ['@@ -1,3 +1,3 @@', '@@ -1,3 +1,3 @@'],
    ['a', 'a'],
    ['b', 'd'],
    ['c', undefined],
    ['e', 'e'],
    [undefined, 'f']
  ]);
  const { root } = await page({ view: 'compare', ids: [idOf(2), idOf(7)] });
  (one(root, '.nbmv-sideways-tick input') as HTMLInputElement).click();
  expect(all(section(root, 'code'), 'table.nbmv-sideways')).toHaveLength(1);
});

describe('comparison of several', () => {
  test('a column for each version, a row for what differs', async () => {
    const { root, mock } = await page({ view: 'compare', ids: [idOf(2), idOf(7), idOf(9)] });
    expect(mock.of('compare')).toEqual([{ ids: [idOf(2), idOf(7), idOf(9)] }]);
    expect(
      all(root, 'thead th')
        .slice(0, 3)
        .map(each => each.querySelector('.nbmv-version')?.textContent)
    ).toEqual(['v2', 'v7', 'v9']);
    expect(root.textContent).not.toContain('seed');
    (one(root, '.nbmv-compare-tools input') as HTMLInputElement).click();
    expect(root.textContent).toContain('seed');
  });

  test('a scatter plot of a parameter and a metric has the versions at its points', async () => {
    const { root } = await page({ view: 'compare', ids: [idOf(2), idOf(7), idOf(9)] });
    expect(all(root, 'svg.nbmv-svg .nbmv-point-label').map(each => each.textContent)).toEqual(['v2', 'v7', 'v9']);
  });
});

describe('charts', () => {
  test('each chart has its numbers as a table behind a button', async () => {
    const { root } = await page({ view: 'compare', ids: [idOf(2), idOf(7)] });
    const figure = one(section(root, 'metrics'), 'figure');
    const table = figure.querySelector('table');
    expect(table?.rows).toHaveLength(9);
    expect([...(table?.rows[6]?.cells ?? [])].map(each => each.textContent)).toEqual(['6', '0.39', '–']);
    const toggle = button(figure, 'Numbers of Loss over epochs as a table');
    expect(figure.querySelector('.nbmv-numbers')?.classList.contains('nbmv-spoken')).toBe(true);
    await click(toggle);
    expect(toggle.getAttribute('aria-pressed')).toBe('true');
    expect(figure.querySelector('.nbmv-numbers')?.classList.contains('nbmv-spoken')).toBe(false);
  });

  test('series are told apart by dashes and marks', async () => {
    const { root } = await page({ view: 'compare', ids: [idOf(2), idOf(7)] });
    const lines = all(section(root, 'metrics'), '.nbmv-svg .nbmv-line').map(each =>
      each.getAttribute('stroke-dasharray')
    );
    expect(new Set(lines).size).toBe(2);
    const [first, second] = [0, 1].map(i =>
      section(root, 'metrics')
        .querySelectorAll('.nbmv-svg > g:nth-last-of-type(2) .nbmv-point, .nbmv-svg > g:last-of-type .nbmv-point')
        [i * 8]?.getAttribute('d')
    );
    expect(first).not.toEqual(second);
  });

  test('a gap in the numbers is a gap in the line', async () => {
    const { root } = await page({ view: 'compare', ids: [idOf(2), idOf(7)] });
    const d = all(section(root, 'metrics'), '.nbmv-svg .nbmv-line')[1]?.getAttribute('d') ?? '';
    expect(d.match(/M/g)).toHaveLength(2);
    expect(d).not.toContain('NaN');
  });

  const odd: [string, IChart][] = (['line', 'scatter', 'bars', 'histogram'] as const).flatMap(
    kind =>
      [
        [`${kind} without series`, { kind, title: 't', x_label: 'x', y_label: 'y', labels: [], series: [] }],
        [
          `${kind} with nothing in it`,
          { kind, title: 't', x_label: 'x', y_label: 'y', labels: [], series: [{ label: 'a', x: [], y: [] }] }
        ],
        [
          `${kind} with one number`,
          {
            kind,
            title: 't',
            x_label: 'x',
            y_label: 'y',
            labels: ['a'],
            series: [{ label: 'a', x: kind === 'histogram' ? [1, 2] : [1], y: [3] }]
          }
        ],
        [
          `${kind} with nulls only`,
          { kind, title: 't', x_label: 'x', y_label: 'y', labels: ['a'], series: [{ label: 'a', x: [1], y: [null] }] }
        ]
      ] as [string, IChart][]
  );

  test.each(odd)('%s is drawn without NaN', async (_, chart) => {
    const mock = new Mock();
    mock.answers.diff = (): IDiff => ({
      ...diff(2, 7),
      sections: [
        {
          id: 'x',
          title: 'x',
          columns: ['a'],
          rows: [{ cells: [1], status: 'changed' }],
          lines: [],
          note: '',
          charts: [chart]
        }
      ]
    });
    const { root } = await page({ mock, view: 'compare', ids: [idOf(2), idOf(7)] });
    const svg = one(root, 'svg.nbmv-svg');
    for (const element of svg.querySelectorAll('*')) {
      for (const attribute of element.attributes) {
        expect(attribute.value, `${element.tagName} ${attribute.name}`).not.toMatch(/NaN|Infinity|undefined/);
      }
    }
  });

  const large: IChart = {
    kind: 'bars',
    title: 'importances',
    x_label: 'feature',
    y_label: 'importance',
    labels: ['a', 'b'],
    series: [{ label: 'v1', x: [], y: [-19_784_122_904, 13_842_921_748] }]
  };

  test.each([
    ['bars', large],
    ['line', { ...large, kind: 'line', labels: [], series: [{ label: 'v1', x: [1, 19_784_122_904], y: [0, 1] }] }]
  ] as [string, IChart][])('numbers of an axis never lie over each other: %s', (_, chart) => {
    const svg = drawChart({ t: interpolate } as IContext, chart).querySelector('.nbmv-svg');
    const ticks = [...(svg?.querySelectorAll('.nbmv-tick ~ text') ?? [])].map(each => ({
      at: Number(each.getAttribute('x')),
      half: 3 * (each.textContent ?? '').length
    }));
    expect(ticks.length).toBeGreaterThan(1);
    ticks.slice(1).forEach((tick, i) => {
      expect(tick.at - tick.half).toBeGreaterThan((ticks[i]?.at ?? 0) + (ticks[i]?.half ?? 0));
    });
  });

  test('the number behind a bar is inside the picture', () => {
    const svg = drawChart({ t: interpolate } as IContext, large).querySelector('.nbmv-svg');
    const ends = [...(svg?.querySelectorAll('.nbmv-bar-value') ?? [])].map(
      each => Number(each.getAttribute('x')) + 5.5 * (each.textContent ?? '').length
    );
    expect(Math.max(...ends)).toBeLessThanOrEqual(Number(svg?.getAttribute('width')));
  });

  test('a long axis title is cut, and its tooltip has all of it', () => {
    const svg = drawChart({ t: interpolate } as IContext, {
      ...large,
      y_label: 'prix au mètre carré '.repeat(8)
    }).querySelector('.nbmv-svg');
    const label = svg?.querySelector('.nbmv-axis-label');
    expect(label?.querySelector('title')?.textContent).toBe('prix au mètre carré '.repeat(8));
    expect(label?.firstChild?.textContent).toMatch(/^prix au mètre.*…$/);
    expect(label?.firstChild?.textContent?.length).toBeLessThan(50);
  });

  test('histograms with bins of different widths are scaled to equal areas', () => {
    const narrow = { label: 'v1', x: [0, 1, 2], y: [10, 10] };
    const wide = { label: 'v2', x: [0, 2, 4], y: [20, 0] };
    const tops = (chart: IChart): string[] =>
      [...drawChart({ t: interpolate } as IContext, chart).querySelectorAll('.nbmv-area')].map(
        each => /L[\d.]+ ([\d.]+)H/.exec(each.getAttribute('d') ?? '')?.[1] ?? ''
      );
    const chart: IChart = {
      kind: 'histogram',
      title: 'a',
      x_label: 'a',
      y_label: 'rows',
      labels: [],
      series: [narrow, wide]
    };
    const [first, second] = tops(chart);
    expect(first).toBe(second);
    expect(drawChart({ t: interpolate } as IContext, chart).querySelector('.nbmv-svg')?.textContent).toContain(
      'rows per 2'
    );
    expect(
      drawChart({ t: interpolate } as IContext, { ...chart, series: [narrow] }).querySelector('.nbmv-svg')?.textContent
    ).not.toContain('per');
  });

  test('a sentence describes the chart', () => {
    const chart = diff(2, 7).sections.find(each => each.id === 'metrics')?.charts[0] as IChart;
    expect(chartSummary(interpolate, chart)).toBe(
      'Loss over epochs. v2: 8 values from 0.33 to 1.1; v7: 7 values from 0.214 to 1'
    );
  });

  test('a point of the metric over the versions selects its version', async () => {
    const { root } = await page();
    await click(button(root, 'Chart of acc over the versions'));
    await click(all(root, '.nbmv-trend-full .nbmv-choose')[2] as Element);
    await settled();
    expect(one(root, '.nbmv-details .nbmv-version').textContent).toBe('v3');
  });
});
