import { describe, expect, test } from 'vitest';
import { golden } from '../../golden';
import { fails, Mock } from '../../mock';
import { all, button, click, nameOf, one, page, press, type IPage } from '../mount';

async function opened(mock = new Mock()): Promise<IPage & { view: HTMLElement }> {
  const found = await page({ mock });
  await click(one(found.root, '[role=tab][data-view=models]'));
  return { ...found, view: one(found.root, '.nbmv-models') };
}

function texts(root: ParentNode, selector: string): string[] {
  return all(root, selector).map(nameOf);
}

describe('the view of the models', () => {
  test('a tab beside History lists the models, and shows the first one', async () => {
    const { root, view } = await opened();
    expect(texts(root, '[role=tab]')).toEqual(['History', 'Variables', 'Models', 'Remotes']);
    expect(texts(view, '.nbmv-model-table thead th')).toEqual(['Model', 'development', 'staging', 'production']);
    expect(all(view, '.nbmv-model-table tbody tr').map(row => texts(row, 'th, td'))).toEqual([
      ['churn 1.2.01 waiting', '–', '1.2.0', '1.0.0'],
      ['uplift 1.2.0', '–', '1.2.0', '1.0.0']
    ]);
    expect(one(view, '[aria-current=true]').textContent).toBe('churn');
    expect(nameOf(one(view, '.nbmv-model'))).toBe('churn');
    expect(view.textContent).toContain('Owned by Ada, Grace');
  });

  test('what waits for a decision has the buttons for it', async () => {
    const { view } = await opened();
    const waiting = one(view, '[aria-label=Waiting]');
    expect(waiting.textContent).toContain('churn/1.2.0 waits for an approval for production');
    expect(waiting.textContent).toContain('please read the report');
    expect(texts(waiting, 'button')).toEqual([
      'Approve… churn/1.2.0 for production',
      'Refuse… churn/1.2.0 for production'
    ]);
  });

  test('the holders of a stage are listed with who, why and whether gates were overridden', async () => {
    const { view } = await opened();
    const [production] = all(view, '.nbmv-fold');
    const rows = all(production as Element, 'li').map(each => each.textContent);
    expect(rows[0]).toMatch(/^1\.0\.0 back: complaintsAda · .* – now$/);
    expect(rows[1]).toMatch(/^1\.1\.0 forced must beAda · /);
  });

  test('the audit log lists events, and a click requests older ones', async () => {
    const { view, mock } = await opened();
    const log = all(view, '.nbmv-fold').at(-1) as HTMLDetailsElement;
    expect(nameOf(log.querySelector('summary') as Element)).toBe('Audit log');
    expect(log.textContent).toContain('churn@production: 1.1.0 -> 1.0.0');
    await click(button(log, 'Show older events'));
    expect(mock.of('model').map(each => each.limit)).toEqual([20, 40]);
  });

  test('the audit log stays open and keeps the focus when the view is loaded again', async () => {
    const { view, mock } = await opened();
    const log = all(view, '.nbmv-fold').at(-1) as HTMLDetailsElement;
    log.open = true;
    log.dispatchEvent(new Event('toggle'));
    button(view, 'Show older events').focus();
    await click(button(view, 'Show older events'));
    expect(document.activeElement?.textContent).toBe('Show older events');
    expect((all(view, '.nbmv-fold').at(-1) as HTMLDetailsElement).open).toBe(true);
    expect(mock.of('model')).toHaveLength(2);
  });

  test('the arrow keys and Enter choose another model, and the focus stays in the table', async () => {
    const { view, mock } = await opened();
    one(view, '[aria-current=true]').focus();
    await press('ArrowDown');
    expect(nameOf(document.activeElement as Element)).toBe('uplift');
    await click(document.activeElement as Element);
    expect(mock.of('model').at(-1)?.name).toBe('uplift');
    expect(nameOf(one(view, '.nbmv-model'))).toBe('uplift');
    expect(nameOf(document.activeElement as Element)).toBe('uplift');
    expect(document.activeElement?.getAttribute('aria-current')).toBe('true');
  });

  test('a click anywhere in a row chooses its model', async () => {
    const { view } = await opened();
    await click(all(view, '.nbmv-model-table tbody td').at(-1) as Element);
    expect(nameOf(one(view, '.nbmv-model'))).toBe('uplift');
  });

  test('without a model it says how to register one', async () => {
    const { view } = await opened(new Mock(3, { models: () => ({ models: [], stages: [] }) }));
    expect(view.textContent).toContain('No model is registered yet.');
    expect(one(view, 'code').textContent).toBe('%mv_register churn v1');
    expect(all(view, '.nbmv-model-table')).toEqual([]);
  });

  test('a failure is shown with its hint', async () => {
    const answers = { models: fails({ message: 'the log is damaged', hint: 'see %mv_audit --verify' }) };
    const { root, view } = await opened(new Mock(3, answers));
    expect(view.textContent).toContain('the log is damaged');
    expect(view.textContent).toContain('see %mv_audit --verify');
    expect(one(root, '.nbmv-live').textContent).toBe('the log is damaged');
  });

  test('it is loaded again after a change and after a cell', async () => {
    const { mock } = await opened();
    const before = mock.of('models').length;
    mock.push({ busy: true });
    mock.push({ busy: false });
    mock.push({ tags: { new: 'a' } });
    expect(mock.of('models').length).toBe(before + 2);
  });

  test('a stage that diverged is named', async () => {
    const mock = new Mock();
    const usual = mock.answers.model;
    mock.answers.model = async (params, options) => ({
      ...(await (usual as NonNullable<typeof usual>)(params, options)),
      diverged: ['production']
    });
    const { view } = await opened(mock);
    expect(view.textContent).toContain('Two stores moved production to different versions');
  });

  test('what a real kernel sent is drawn', async () => {
    const { view } = await opened(golden());
    expect(texts(view, '.nbmv-card .nbmv-strong .nbmv-words')).toEqual(['1.1.0', '1.0.0']);
    expect(view.textContent).toContain('trees/1.1.0 waits for an approval for production');
  });
});
