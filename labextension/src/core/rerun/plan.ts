import { foldable, userText } from '../dom/controls';
import { h, type Child } from '../dom/elements';
import { icon } from '../dom/icons';
import { DIM, FACTS, WARNING } from '../dom/styles';
import type { IRerunPlan } from '../protocol/messages';
import { plural, type Translate } from '../text/translate';

/** What a re-run would do, what differs beforehand, and what the record lacks. */
export function drawPlan(t: Translate, plan: IRerunPlan): Child[] {
  const { cells, environment, python, packages, files } = plan;
  const names = Object.entries(packages);
  const facts: [string, Child][] = [
    [
      t('Runs'),
      plural(t, cells, '{n} cell, in the order in which it ran', '{n} cells, in the order in which they ran')
    ],
    [t('In'), userText(environment)],
    ['Python', python || h('span', WARNING, t('the recorded release is not installed here'))]
  ];
  if (files.length) {
    facts.push([t('Files, copied as they are now'), userText(files.join(', '))]);
  }
  const list = h(
    'dl',
    FACTS,
    names.map(([name, release]) => [h('dt', {}, userText(name)), h('dd', {}, userText(release))])
  );
  return [
    h(
      'dl',
      FACTS,
      facts.map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])
    ),
    names.length ? foldable(t('Packages that the cells import ({n})', { n: names.length }), list, false) : null,
    drawGaps(t('The environment differs from the recorded one'), plan.differences),
    drawGaps(t('The record does not have'), plan.lacks)
  ];
}

function drawGaps(heading: string, gaps: readonly string[]): Child {
  return gaps.length
    ? h(
        'div',
        { class: 'nbmv-box nbmv-box-warning' },
        h('h3', { class: 'nbmv-box-title' }, icon('warning'), heading),
        h(
          'ul',
          { class: 'nbmv-bullets' },
          gaps.map(text => h('li', {}, userText(text)))
        )
      )
    : null;
}

/** What everybody should know before code runs. */
export function drawWarning(t: Translate, cells: number): HTMLElement {
  return h(
    'div',
    { class: 'nbmv-box nbmv-box-warning nbmv-rerun-warning' },
    h('h3', { class: 'nbmv-box-title' }, icon('warning'), t('This runs code')),
    h(
      'p',
      {},
      plural(t, cells, '{n} cell of this version runs again', '{n} cells of this version run again'),
      ' ',
      t('in a process and a folder of its own. Code can do what you can: read and change files, use the network.')
    ),
    h('p', DIM, t('The notebook, its variables and the store stay as they are. Your cells can run meanwhile.'))
  );
}
