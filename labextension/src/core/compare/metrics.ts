import type { IContext } from '../context';
import { button } from '../dom/controls';
import { h } from '../dom/elements';
import { BisectView } from '../experiments/bisect';
import { WhyView, type IQuestion } from '../experiments/why';
import { formatJson } from '../text/figures';
import type { ISection } from '../protocol/messages';
import { changeCell, valueCell } from './cells';
import { renderCharts, renderNote, renderTable, type IComparedPair, type IDisplayOptions } from './sections';

/** Parameters and metrics: the last column is the difference, with its sign. */
export function renderParams(ctx: IContext, section: ISection, look: IDisplayOptions): (HTMLElement | null)[] {
  return [drawTable(ctx, section, look), ...renderCharts(ctx, section), renderNote(section)];
}

/** Metrics: between two versions, each that changed has a button that explains it below the table. */
export function renderMetrics(
  ctx: IContext,
  section: ISection,
  look: IDisplayOptions,
  pair?: IComparedPair
): (HTMLElement | null)[] {
  if (!pair) {
    return renderParams(ctx, section, look);
  }
  const place = pair.kept.get(section.id) ?? h('div', { class: 'nbmv-explanations' });
  pair.kept.set(section.id, place);
  const { before, after } = pair;
  const explain = (metric: string): HTMLElement =>
    whyButton(ctx, { metric, before, after, direction: section.directions?.[metric] }, place);
  const search = pair.kept.get('bisect') ?? new BisectView(ctx, { good: before, bad: after }, section).element;
  pair.kept.set('bisect', search);
  return [drawTable(ctx, section, look, explain), place, search, ...renderCharts(ctx, section), renderNote(section)];
}

/** explain: creates the button of a metric that changed; it stands in a column of its own. */
function drawTable(
  ctx: IContext,
  section: ISection,
  look: IDisplayOptions,
  explain?: (metric: string) => HTMLElement
): HTMLElement | null {
  const last = section.columns.length - 1;
  const isExplained = ({ status, cells }: ISection['rows'][number]): boolean =>
    explain !== undefined && status === 'changed' && typeof cells[last] === 'number';
  const hasButtons = section.rows.some(isExplained);
  const columns = hasButtons ? [...section.columns, ctx.t('explanation')] : section.columns;
  const rows = hasButtons
    ? section.rows.map(row => ({ ...row, cells: [...row.cells, isExplained(row) || null] }))
    : section.rows;
  return renderTable(ctx, { ...section, columns, rows }, look, (at, found, row) => {
    const name = formatJson(row[0]);
    if (at > last) {
      return { shown: found === null ? null : explain?.(name) };
    }
    return at === last && last > 2 ? changeCell(found, section.directions?.[name]) : valueCell(found);
  });
}

/** place: where the explanation is shown. A second click on the button closes it. */
function whyButton(ctx: IContext, question: IQuestion, place: HTMLElement): HTMLButtonElement {
  const { t } = ctx;
  const { metric } = question;
  const opened = (): HTMLElement | undefined =>
    [...place.children].find((one): one is HTMLElement => (one as HTMLElement).dataset['metric'] === metric);
  const element = button({
    label: t('Why?'),
    class: 'nbmv-link nbmv-why-button',
    title: t('Test which change explains {metric}', { metric }),
    onClick: () => {
      const found = opened();
      if (found) {
        found.querySelector<HTMLElement>('.nbmv-why-close')?.click();
        return;
      }
      const view: WhyView = new WhyView(ctx, question, () => {
        view.cancel();
        view.element.remove();
        const shown = currentButton(place, metric); // The table may have been drawn again.
        shown?.setAttribute('aria-expanded', 'false');
        shown?.focus();
      });
      view.element.dataset['metric'] = metric;
      place.append(view.element);
      element.setAttribute('aria-expanded', 'true');
      view.run();
      view.element.focus();
    }
  });
  element.dataset['metric'] = metric;
  element.setAttribute('aria-label', t('Why did {metric} change?', { metric }));
  element.setAttribute('aria-expanded', String(opened() !== undefined));
  return element;
}

function currentButton(place: HTMLElement, metric: string): HTMLElement | undefined {
  const shown = place.parentElement?.querySelectorAll<HTMLElement>('.nbmv-why-button') ?? [];
  return [...shown].find(one => one.dataset['metric'] === metric);
}
