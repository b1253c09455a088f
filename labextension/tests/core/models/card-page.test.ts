import { describe, expect, test } from 'vitest';
import { golden, SAMPLES } from '../../golden';
import { fails, Mock } from '../../mock';
import { card as sample } from '../../sample-models';
import { all, button, click, nameOf, one, page, press, settled, type, type IPage } from '../mount';

async function opened(mock = new Mock(), address = 'churn/1.2.0'): Promise<IPage & { view: HTMLElement }> {
  const found = await page({ mock });
  await click(one(found.root, '[role=tab][data-view=models]'));
  await click(button(found.root, `More actions for ${address}`));
  await click(button(found.root, 'Show the model card'));
  return { ...found, view: one(found.root, '.nbmv-card-page') };
}

async function submit(root: HTMLElement): Promise<void> {
  one(root, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
  await settled();
}

function fieldNamed(root: HTMLElement, label: string): HTMLElement {
  const found = all(root, '.nbmv-field').find(each => each.textContent?.startsWith(label));
  return one(found as HTMLElement, 'textarea, input');
}

describe('the card of a registered version', () => {
  test('the headline counts what is not stated, and these rows are marked', async () => {
    const { view, mock } = await opened();
    expect(mock.of('card')).toEqual([{ address: 'churn/1.2.0' }]);
    expect(one(view, '.nbmv-box').textContent).toBe('3 of the rows below are not stated.');
    expect(all(view, 'section').map(nameOf)).toEqual(['Model', 'Use', 'Data']);
    expect(all(view, '.nbmv-not-stated').map(nameOf)).toEqual([
      'not stated',
      'not stated',
      'pandas.DataFrame, licence not stated'
    ]);
    expect(one(view, 'section:nth-of-type(2) h3').textContent).toBe('Use · stated by people');
  });

  test('a card in which all is stated says so', async () => {
    const { view } = await opened(new Mock(14, { card: () => ({ ...sample(), not_stated: 0 }) }));
    expect(one(view, '.nbmv-box').textContent).toBe('Every row below is stated.');
  });

  test('the form has the texts that hold, sends only those that changed, and the card is loaded again', async () => {
    const { root, mock } = await opened();
    await click(button(root, 'State what people know…'));
    expect((fieldNamed(root, 'Purpose') as HTMLTextAreaElement).value).toBe('offers');
    expect(document.activeElement).toBe(fieldNamed(root, 'Purpose'));
    await type(fieldNamed(root, 'Licence'), ' mit ');
    await submit(root);
    expect(mock.of('state_card')).toEqual([{ address: 'churn/1.2.0', texts: { licence: 'mit' } }]);
    expect(all(root, 'form')).toEqual([]);
    expect(one(root, '.nbmv-notice').textContent).toContain('card of churn: licence stated');
    expect(mock.of('card').length).toBeGreaterThan(1);
  });

  test('an emptied text is sent, and without a change nothing is', async () => {
    const { root, mock } = await opened();
    await click(button(root, 'State what people know…'));
    await submit(root);
    expect(mock.of('state_card')).toEqual([]);
    await click(button(root, 'State what people know…'));
    await type(fieldNamed(root, 'Purpose'), '');
    await submit(root);
    expect(mock.of('state_card')).toEqual([{ address: 'churn/1.2.0', texts: { purpose: '' } }]);
  });

  test('a refusal keeps the form and its texts', async () => {
    const refused = fails({ message: 'the text of licence is longer than 5000 characters', hint: 'make it shorter' });
    const { root } = await opened(new Mock(14, { state_card: refused }));
    await click(button(root, 'State what people know…'));
    await type(fieldNamed(root, 'Licence'), 'long');
    await submit(root);
    expect(one(root, '[role=alert]').textContent).toContain('longer than 5000 charactersmake it shorter');
    expect((fieldNamed(root, 'Licence') as HTMLTextAreaElement).value).toBe('long');
  });

  test('it is saved beside the notebook, under the name that the kernel proposes', async () => {
    const { root, mock } = await opened();
    await click(button(root, 'Save as a file…'));
    const file = one(root, '.nbmv-export input') as HTMLInputElement;
    expect(file.value).toBe('churn-1.2.0-card.md');
    expect([file.selectionStart, file.selectionEnd]).toEqual([0, 'churn-1.2.0-card'.length]);
    expect(one(root, '.nbmv-path').textContent).toBe('/home/ada/study/churn-1.2.0-card.md');
    await submit(root);
    expect(mock.of('write_card')).toEqual([{ address: 'churn/1.2.0', path: 'churn-1.2.0-card.md' }]);
    expect(one(root, '.nbmv-notice').textContent).toContain('Card written to churn-1.2.0-card.md (2.2\u00a0kB)');
    expect(one(root, '.nbmv-card-page')).toBeTruthy();
  });

  test('Escape returns to the models', async () => {
    const { view } = await opened();
    expect(document.activeElement).toBe(view);
    await press('Escape');
    expect(view.isConnected).toBe(false);
    expect(nameOf(document.activeElement as Element)).toBe('More actions for churn/1.2.0');
  });

  test('a failure is shown with its hint', async () => {
    const { view } = await opened(new Mock(14, { card: fails({ message: 'it is damaged', hint: 'repair it' }) }));
    expect(view.textContent).toBe('it is damagedrepair it');
  });

  test('what a real kernel sent is drawn', async () => {
    const { view } = await opened(golden(), 'trees/1.1.0');
    const { not_stated, sections } = SAMPLES.card.result;
    expect(one(view, '.nbmv-box').textContent).toContain(`${not_stated} of the rows`);
    expect(all(view, '.nbmv-not-stated')).toHaveLength(not_stated);
    expect(all(view, 'section').map(nameOf)).toEqual(sections.map(each => each.title));
  });
});
