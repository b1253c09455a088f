import { describe, expect, test } from 'vitest';
import { Mock } from '../../mock';
import { idOf } from '../../sample';
import { all, button, click, one, page, press, row, settled, type } from '../mount';

describe('details of the selected version', () => {
  test('a tag is added and removed in the details', async () => {
    const { root, mock } = await page();
    await click(row(root, 'v7'));
    const details = one(root, '.nbmv-details');
    await click(button(details, 'Remove the tag paper'));
    expect(mock.of('untag')).toEqual([{ name: 'paper' }]);
    await click(button(details, 'Add a tag'));
    await type(one(details, 'input[aria-label="New tag"]'), ' best ');
    await press('Enter');
    expect(mock.of('tag')).toEqual([{ id: idOf(7), name: 'best' }]);
  });

  test('a tag of another version is moved only after a confirmation', async () => {
    const { root, mock } = await page();
    await click(row(root, 'v10'));
    await click(button(root, 'Add a tag'));
    await type(one(root, 'input[aria-label="New tag"]'), 'paper');
    await press('Enter');
    expect(mock.of('tag')).toEqual([]);
    await click(button(one(root, '.nbmv-notice'), 'Move it to v10'));
    expect(mock.of('tag')).toEqual([{ id: idOf(10), name: 'paper', move: true }]);
  });

  test('after a tag is removed the focus stays in the details, and open folds stay open', async () => {
    const mock = new Mock();
    const { root } = await page({ mock });
    await click(row(root, 'v7'));
    const fold = all(root, '.nbmv-details details')[0] as HTMLDetailsElement;
    fold.open = true;
    const usual = mock.answers.history;
    mock.answers.history = async (params, options) => {
      const found = await (usual as NonNullable<typeof usual>)(params, options);
      return {
        ...found,
        entries: found.entries.map(each => ({ ...each, tags: each.tags.filter(tag => tag !== 'paper') }))
      };
    };
    button(root, 'Remove the tag paper').focus();
    await click(button(root, 'Remove the tag paper'));
    expect(all(root, '.nbmv-details button').map(each => each.getAttribute('aria-label'))).not.toContain(
      'Remove the tag paper'
    );
    expect(one(root, '.nbmv-details').contains(document.activeElement)).toBe(true);
    expect((all(root, '.nbmv-details details')[0] as HTMLDetailsElement).open).toBe(true);
  });

  test('a note that is being edited survives a commit from elsewhere', async () => {
    const { root, mock } = await page();
    await click(row(root, 'v10'));
    await click(button(root, 'Add a note'));
    (one(root, '.nbmv-details textarea') as HTMLTextAreaElement).value = 'half a sent';
    mock.push({ head: mock.state.head ? { ...mock.state.head, id: idOf(15) } : null, versions: 15 });
    await settled();
    expect((one(root, '.nbmv-details textarea') as HTMLTextAreaElement).value).toBe('half a sent');
  });

  test('Escape leaves the tag unwritten and the focus on the button', async () => {
    const { root, mock } = await page();
    await click(row(root, 'v7'));
    await click(button(root, 'Add a tag'));
    await press('Escape');
    expect(document.activeElement).toBe(button(root, 'Add a tag'));
    expect(mock.of('tag')).toEqual([]);
  });

  test('the note is edited in the details', async () => {
    const { root, mock } = await page();
    await click(row(root, 'v10'));
    await click(button(root, 'Add a note'));
    await type(one(root, '.nbmv-details textarea'), 'checked by hand');
    await click(button(root, 'Save the note'));
    expect(mock.of('note')).toEqual([{ id: idOf(10), note: 'checked by hand' }]);
  });

  test('after a change of one version the lists are read again', async () => {
    const { root, mock } = await page();
    await click(row(root, 'v7'));
    const before = mock.of('history').length;
    await click(button(root, 'Remove the tag paper'));
    expect(mock.of('history').length).toBe(before + 1);
  });

  test('code and environment are requested once, when their fold is opened', async () => {
    const { root, mock } = await page();
    await click(row(root, 'v7'));
    expect(mock.of('version')).toEqual([]);
    const fold = all(root, '.nbmv-details details').at(-1) as HTMLDetailsElement;
    fold.open = true;
    fold.dispatchEvent(new Event('toggle'));
    await settled();
    expect(mock.of('version')).toEqual([{ id: idOf(7) }]);
    expect(fold.textContent).toContain('model.fit(train[features]');
    expect(fold.textContent).toContain('a connection to a database cannot be kept');
  });

  test('a notebook document opens in the host, or in the panel if the host cannot show it', async () => {
    const opened: string[] = [];
    const first = await page({
      host: {
        openDocument: name => {
          opened.push(name);
        }
      }
    });
    await click(row(first.root, 'v7'));
    await click(button(first.root, 'More actions'));
    await click(button(first.root, 'Show its notebook'));
    expect(opened).toEqual(['churn-v3.ipynb']);
    const second = await page();
    await click(row(second.root, 'v7'));
    await click(button(second.root, 'More actions'));
    await click(button(second.root, 'Show its notebook'));
    expect(one(second.root, '.nbmv-document').textContent).toContain('import pandas as pd');
    await press('Escape');
    expect(all(second.root, '.nbmv-document')).toEqual([]);
  });

  test('a selected version that is on no loaded page is requested alone', async () => {
    const { root, mock } = await page({ mock: new Mock(500), ids: [idOf(3)] });
    await settled();
    expect(mock.of('version')).toEqual([{ id: idOf(3) }]);
    expect(one(root, '.nbmv-details').textContent).toContain('v3');
  });

  test('Enter in the tag field does not press the button that replaces the field', async () => {
    const { root, mock } = await page();
    await click(row(root, 'v7'));
    await click(button(root, 'Add a tag'));
    const input = one(root, '.nbmv-tag-input') as HTMLInputElement;
    input.value = 'golden';
    const enter = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true });
    input.dispatchEvent(enter);
    await settled();
    expect(enter.defaultPrevented).toBe(true);
    expect(mock.of('tag')).toEqual([{ id: idOf(7), name: 'golden' }]);
  });

  test('an empty tag field does not prevent the details from being redrawn', async () => {
    const mock = new Mock();
    const usual = mock.answers.history;
    const { root, panel } = await page({ mock });
    await click(row(root, 'v7'));
    await click(button(root, 'Add a tag'));
    panel.focus();
    mock.answers.history = async (params, options) => {
      const found = await usual?.(params, options);
      return {
        total: 0,
        ...found,
        entries: (found?.entries ?? []).map(each => (each.id === idOf(7) ? { ...each, note: 'from elsewhere' } : each))
      };
    };
    mock.push({});
    await settled();
    expect(one(root, '.nbmv-details').textContent).toContain('from elsewhere');
  });

  test('a click on a name opens its history', async () => {
    const { root, mock } = await page();
    await click(row(root, 'v7'));
    await click(button(one(root, '.nbmv-details'), 'train'));
    expect(mock.of('inspect').at(-1)).toEqual({ name: 'train' });
    expect(one(root, '[role=tab][aria-selected=true]').textContent).toBe('Variables');
  });
});
