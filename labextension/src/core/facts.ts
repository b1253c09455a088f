import type { IContext } from './context';
import { fold, written } from './controls';
import { h } from './dom';
import { measured, number, said } from './figures';
import { icon } from './icons';
import type { IEntry } from './protocol';

/** Branches that end at a version, as chips. */
export function refs(branches: readonly string[]): HTMLElement | null {
  return branches.length ? h('div', { class: 'nbmv-tags' }, branches.map(name => h('span', { class: 'nbmv-chip nbmv-chip-branch' }, icon('branch'), written(name)))) : null;
}

/** A version's metrics as a row of figures, and its parameters behind a fold. */
export function metricsOf(ctx: IContext, entry: IEntry): HTMLElement[] {
  const metrics = Object.entries(entry.metrics);
  const params = Object.entries(entry.params);
  const figures = h('dl', { class: 'nbmv-figures-list' }, metrics.map(([name, value]) => h('div', {}, h('dt', {}, written(name)), h('dd', { title: String(value) }, number(measured(value))))));
  const list = h('dl', { class: 'nbmv-list-facts' }, params.map(([name, value]) => [h('dt', {}, written(name)), h('dd', {}, written(said(value)))]));
  return [...(metrics.length ? [figures] : []), ...(params.length ? [fold(ctx.t('Hyperparameters ({n})', { n: params.length }), list, false)] : [])];
}
