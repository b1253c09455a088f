import { describe, expect, test } from 'vitest';
import { fails, Mock } from '../../mock';
import { idOf } from '../../sample';
import { all, button, click, nameOf, one, page, press, settled, type } from '../mount';

describe('variables', () => {
  test('the names are a list with one tab stop; choosing one shows its versions', async () => {
    const { root, mock } = await page({ view: 'inspect' });
    expect(root.textContent).toContain('Choose a variable to see its versions.');
    expect(all(root, '.nbmv-variable').filter(each => each.tabIndex === 0)).toHaveLength(1);
    (all(root, '.nbmv-variable')[0] as HTMLElement).focus();
    await press('ArrowDown');
    await press('Enter');
    expect(mock.of('inspect').at(-1)).toEqual({ name: 'test' });
    expect(document.activeElement).toBe(one(root, '.nbmv-variable[aria-selected=true]'));
    expect(all(root, '.nbmv-step-item').map(each => each.querySelector('.nbmv-strong')?.textContent)).toEqual([
      'v14',
      'v11',
      'v9',
      'v1'
    ]);
  });

  test('typing narrows the names, Enter takes the first', async () => {
    const { root, mock } = await page({ view: 'inspect' });
    const field = one(root, 'input[type=search]');
    await type(field, 'mod');
    expect(all(root, '.nbmv-variable').map(each => each.querySelector('bdi')?.textContent)).toEqual(['model']);
    field.focus();
    await press('Enter');
    expect(mock.of('inspect').at(-1)).toEqual({ name: 'model' });
  });

  test('a step opens its comparison and the rollback of this name alone', async () => {
    const { root, mock } = await page({ view: 'inspect' });
    await click(all(root, '.nbmv-variable')[0] as Element);
    await click(button(all(root, '.nbmv-step-item')[1] as Element, 'What changed'));
    expect(mock.of('diff')).toEqual([{ before: idOf(9), after: idOf(11), names: ['train'] }]);
    await press('Escape');
    await click(button(all(root, '.nbmv-step-item')[1] as Element, 'Roll back to this'));
    expect(mock.of('plan')).toEqual([{ id: idOf(11), names: ['train'] }]);
    await click(button(one(root, '.nbmv-rollback'), 'Roll back'));
    expect(mock.of('rollback')).toEqual([{ id: idOf(11), names: ['train'] }]);
  });

  test('the profile opens under its step and closes again', async () => {
    const { root, mock } = await page({ view: 'inspect' });
    await click(all(root, '.nbmv-variable')[0] as Element);
    const profile = button(all(root, '.nbmv-step-item')[0] as Element, 'Profile');
    await click(profile);
    expect(mock.of('profile')).toEqual([{ id: idOf(14), name: 'train' }]);
    expect(profile.getAttribute('aria-expanded')).toBe('true');
    await click(profile);
    expect(profile.getAttribute('aria-expanded')).toBe('false');
  });

  test('the history of the variables of a cell is shown', async () => {
    const { root, mock, panel } = await page();
    panel.inspect({ id: 'c1', source: 'train = 1' });
    await settled();
    expect(mock.of('inspect').at(-1)).toEqual({ cell: { id: 'c1', source: 'train = 1' } });
    expect(all(root, '.nbmv-name-history').map(nameOf)).toEqual(['train', 'model']);
  });

  test('a name that no version contains has a message', async () => {
    const mock = new Mock();
    mock.answers.inspect = () => ({ found: [], names: ['x'] });
    const { root, panel } = await page({ mock });
    panel.show('inspect', [], 'x');
    await settled();
    expect(root.textContent).toContain('No version contains x.');
    mock.answers.inspect = fails({ message: 'no store yet', hint: 'try: %mv_init' });
    panel.show('inspect', [], 'y');
    await settled();
    expect(root.textContent).toContain('try: %mv_init');
  });
});
