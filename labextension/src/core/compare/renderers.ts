import type { IContext } from '../context';
import { spoken, written } from '../dom/controls';
import { h } from '../dom/elements';
import { said, size } from '../text/figures';
import { icon, KINDS } from '../dom/icons';
import type { ISection, Kind } from '../protocol/messages';
import { charts, general, note, table, type ILook } from './sections';
import { change, value } from './cells';

/** Parameters and metrics: the last column is a step and carries its sign. */
export function figures(ctx: IContext, section: ISection, look: ILook): (HTMLElement | null)[] {
  const last = section.columns.length - 1;
  const drawn = table(ctx, section, look, (at, found, row) =>
    at === last && last > 2 ? change(found, section.directions?.[said(row[0])]) : value(found)
  );
  return [drawn, ...charts(ctx, section), note(section)];
}

/** Two profiles: rows "column · statistic" belong together, so the column is said once. */
export function profile(ctx: IContext, section: ISection, look: ILook): (HTMLElement | null)[] {
  let group = '';
  const [drawn] = [
    table(ctx, section, look, (at, found) => {
      if (at !== 0 || typeof found !== 'string' || !found.includes(' · ')) {
        if (at === 0) {
          group = '';
        }
        return value(found);
      }
      const cut = found.indexOf(' · ');
      const [column, what] = [found.slice(0, cut), found.slice(cut + 3)];
      const again = column === group;
      group = column;
      return {
        shown: [
          h('span', { class: again ? 'nbmv-again' : undefined }, written(column)),
          h('span', { class: 'nbmv-dim' }, ` · ${what}`)
        ]
      };
    })
  ];
  return [
    ...charts(ctx, section),
    ...general(ctx, { ...section, rows: [], charts: [], note: '' }, look),
    drawn,
    note(section)
  ];
}

/** Names with their kinds and sizes. Where it is narrow the type is in the name's title alone. */
export function names(ctx: IContext, section: ISection, look: ILook): (HTMLElement | null)[] {
  const { t } = ctx;
  const rows = section.rows.map(row => ({ ...row, cells: [row.cells[0] ?? '', ...row.cells.slice(2)] }));
  const kindOf = new Map(
    section.rows.map(row => [row.cells[0], KINDS.find((one): one is Kind => one === row.cells[1]) ?? 'other'])
  );
  const drawn = table(
    ctx,
    { ...section, rows, columns: [t('name'), t('type'), t('before'), t('after')] },
    look,
    (at, found, cells) => {
      if (at === 0) {
        const kind = kindOf.get(found) ?? 'other';
        return {
          shown: h(
            'span',
            { class: 'nbmv-named' },
            icon(kind),
            spoken(`${kind} `),
            written(said(found), 'nbmv-name-text')
          ),
          title: `${kind}, ${said(cells[1])}`
        };
      }
      return at === 1
        ? { ...value(found), wide: true }
        : typeof found === 'number'
          ? { shown: size(found), number: true }
          : value(found);
    }
  );
  return [drawn, note(section)];
}

/** What could not be compared, and why. */
export function failed(_: IContext, section: ISection): (HTMLElement | null)[] {
  return [h('div', { class: 'nbmv-box nbmv-box-warning' }, written(section.note))];
}
