import { describe, expect, test } from 'vitest';
import type { IRegisteredModel } from '../../../src/core';
import { Mock } from '../../mock';
import { idOf } from '../../sample';
import { model as sample } from '../../sample-models';
import { all, button, click, nameOf, one, page, press, type IPage } from '../mount';

async function opened(change: (model: IRegisteredModel) => void = () => undefined): Promise<IPage> {
  const mock = new Mock();
  mock.answers.model = ({ name }) => {
    const found = sample(name);
    change(found);
    return found;
  };
  const found = await page({ mock });
  await click(one(found.root, '[role=tab][data-view=models]'));
  return found;
}

function columns(root: ParentNode): [string, string[]][] {
  return all(root, '.nbmv-board-column').map(one => [nameOf(one), all(one, '.nbmv-card').map(nameOf)]);
}

function card(root: ParentNode, address: string): HTMLElement {
  return one(root, `.nbmv-card[aria-label="${address}"]`);
}

function focused(): string {
  return nameOf(document.activeElement as Element);
}

describe('the board of a model', () => {
  test('it has a column for each stage in the order of the policy, and one for versions in no stage', async () => {
    const { root } = await opened();
    expect(columns(root)).toEqual([
      ['development', []],
      ['staging', ['churn/1.2.0']],
      ['production', ['churn/1.0.0']],
      ['No stage', ['churn/1.1.0']]
    ]);
    expect(one(root, '.nbmv-board-column').textContent).toBe('developmentnone');
  });

  test('a stage that holds a version but is not in the policy has a column that says so', async () => {
    const { root } = await opened(model => {
      model.stages = ['production'];
    });
    expect(columns(root).map(([heading]) => heading)).toEqual([
      'production',
      'staging (not in the policy)',
      'No stage'
    ]);
  });

  test('a card has number, metrics that matter, state, alarms and what waits', async () => {
    const { root } = await opened();
    const staged = card(root, 'churn/1.2.0');
    expect(all(staged, '.nbmv-chip').map(nameOf)).toEqual(['waits for production']);
    expect(all(staged, '.nbmv-figures-list div').map(nameOf)).toEqual(['f10.84', 'lossnan']);
    expect(staged.textContent).toContain('minor: parameters changed (max_depth), same 3 inputs');
    const rest = card(root, 'churn/1.1.0');
    expect(all(rest, '.nbmv-chip').map(nameOf)).toEqual(['deprecated', 'churn/1.1.0: 1 alarm']);
    expect(rest.textContent).toContain('leaked rows · from 2026-12-15 · use churn/1.0.0 · Ada');
    expect(all(card(root, 'churn/1.0.0'), '.nbmv-chip').map(nameOf)).toEqual(['champion']);
  });

  test('archived and older versions are folded, and their number is said', async () => {
    const { root } = await opened(model => {
      const [, rest] = model.versions;
      for (let i = 0; rest && i < 20; i += 1) {
        model.versions.push({ ...rest, address: `churn/0.1.${i}`, number: `0.1.${i}` });
      }
    });
    const shown = (): number => (columns(root).at(-1)?.[1] ?? []).length;
    expect(shown()).toBe(8);
    await click(button(root, 'Show 14 more, older or archived'));
    expect(shown()).toBe(22);
    const archived = card(root, 'churn/0.9.0');
    expect(archived.textContent).toContain('its record is gone');
    expect(all(archived, 'button').map(nameOf)).toEqual(['More actions for churn/0.9.0']);
    await click(button(root, 'uplift'));
    expect(shown()).toBe(8);
  });

  test('the number shows the version in the history', async () => {
    const { root } = await opened();
    await click(button(root, 'churn/1.0.0: show v2 in the history'));
    expect(one(root, '[role=tab][aria-selected=true]').textContent).toBe('History');
    expect(one(root, '.nbmv-details').textContent).toContain(idOf(2).slice(0, 12));
  });

  test('the badge of an alarm compares the version with its first parent', async () => {
    const { root, mock } = await opened();
    const badge = button(root, 'churn/1.1.0: 1 alarm');
    expect(badge.title).toBe('20 of 100 rows of test are in train');
    await click(badge);
    expect(mock.of('diff').at(-1)).toEqual({ before: idOf(6), after: idOf(7) });
  });

  test('the arrow keys move between the cards: up and down through all, left and right between columns', async () => {
    const { root } = await opened();
    button(root, 'churn/1.2.0: show v7 in the history').focus();
    await press('ArrowRight');
    expect(focused()).toBe('churn/1.0.0: show v2 in the history');
    await press('ArrowDown');
    expect(focused()).toBe('churn/1.1.0: show v7 in the history');
    await press('ArrowLeft');
    await press('ArrowUp');
    expect(focused()).toBe('churn/1.2.0: show v7 in the history');
    await press('ArrowUp');
    expect(focused()).toBe('churn/1.2.0: show v7 in the history');
    await press('End');
    expect(focused()).toBe('churn/1.1.0: show v7 in the history');
    await press('Home');
    expect(focused()).toBe('churn/1.2.0: show v7 in the history');
  });

  test('only the controls of the current card are tab stops', async () => {
    const { root } = await opened();
    const stops = (): string[] => all(root, '.nbmv-card button[tabindex="0"]').map(nameOf);
    expect(stops()).toEqual([
      'churn/1.2.0: show v7 in the history',
      'Promote churn/1.2.0',
      'More actions for churn/1.2.0'
    ]);
    button(root, 'Promote churn/1.0.0').focus();
    expect(stops()).toEqual([
      'churn/1.0.0: show v2 in the history',
      'Promote churn/1.0.0',
      'More actions for churn/1.0.0'
    ]);
  });

  test('from right to left the arrow keys are mirrored', async () => {
    const { root } = await opened();
    one(root, '.nbmv-board').style.direction = 'rtl';
    button(root, 'churn/1.2.0: show v7 in the history').focus();
    await press('ArrowLeft');
    expect(focused()).toBe('churn/1.0.0: show v2 in the history');
  });
});
