import { redrawOnResize } from '../charts/resize';
import type { IContext, IView } from '../context';
import { Disposables } from '../disposables';
import { button, foldable, tableHead, userText } from '../dom/controls';
import { h, replaceChildren, svg, type Child } from '../dom/elements';
import type { ILineage, ILineageEdge, ILineageNode } from '../protocol/messages';
import { plural } from '../text/translate';
import { drawFailure } from '../failure';
import { drawGraph, howText, nodeText, openerOf } from './lineage-graph';
import { nearestPart } from './lineage-layout';
import { DIM, SPOKEN, TITLE, WARNING_BOX } from '../dom/styles';

/** Nodes that are shown at first, and that a click adds. */
const STEP = 40;

/** The lineage of a registered version: the graph, what its edges mean, a table of the edges, and what is not known. */
export class LineagePage implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _disposables = new Disposables();
  private readonly _plot = h('div', { class: 'nbmv-plot nbmv-lineage-plot', dir: 'ltr' });
  private readonly _count = h('div', { class: 'nbmv-lineage-count' });
  private readonly _rest = h('div', { class: 'nbmv-lineage-rest' });
  private _lineage: ILineage | undefined;
  private _most = STEP;
  private _width = 0;

  constructor(
    private readonly _ctx: IContext,
    private readonly _address: string
  ) {
    const { t } = _ctx;
    this.title = t('Lineage of {name}', { name: _address });
    this.element = h(
      'div',
      { class: 'nbmv-view nbmv-lineage-page', role: 'region', 'aria-label': this.title, tabindex: -1 },
      h('p', DIM, t('Asking the kernel…'))
    );
    void this._load();
  }

  focus(): void {
    (this._plot.querySelector<SVGElement>('[tabindex="0"]') ?? this.element).focus();
  }

  dispose(): void {
    this._disposables.dispose();
  }

  private async _load(): Promise<void> {
    try {
      this._lineage = await this._ctx.query('lineage', { address: this._address });
      if (!this._disposables.isDisposed) {
        this._show();
      }
    } catch (error) {
      if (!this._disposables.isDisposed) {
        replaceChildren(this.element, drawFailure(this._ctx, error));
      }
    }
  }

  private _show(): void {
    const hadFocus = document.activeElement === this.element;
    replaceChildren(this.element, this._count, this._plot, this._rest);
    redrawOnResize(this._plot, width => {
      this._width = width;
      this._drawGraph();
    });
    this._drawRest();
    this._ctx.announce(this._count.textContent);
    if (hadFocus) {
      this.focus();
    }
  }

  private _drawGraph(): void {
    const whole = this._lineage;
    if (!whole) {
      return;
    }
    const focused = this._plot.contains(document.activeElement)
      ? document.activeElement?.getAttribute('data-node')
      : undefined;
    replaceChildren(this._plot, drawGraph(this._ctx, nearestPart(whole, this._most), whole, this._width));
    if (focused) {
      [...this._plot.querySelectorAll<SVGElement>('[data-node]')]
        .find(one => one.getAttribute('data-node') === focused)
        ?.focus();
    }
  }

  /** The count of what is shown, the meaning of the edges, their table, and what is not known. */
  private _drawRest(): void {
    const { t } = this._ctx;
    const whole = this._lineage;
    if (!whole) {
      return;
    }
    const part = nearestPart(whole, this._most);
    replaceChildren(this._count, this._drawCount(part, whole));
    replaceChildren(
      this._rest,
      drawLegend(this._ctx, part.edges),
      whole.unknown.length
        ? h(
            'div',
            WARNING_BOX,
            h('h3', TITLE, t('Not known')),
            h(
              'ul',
              { class: 'nbmv-bullets' },
              whole.unknown.map(text => h('li', {}, userText(text)))
            )
          )
        : null,
      foldable(t('The same as a table'), drawTable(this._ctx, part), false)
    );
  }

  private _drawCount({ nodes }: ILineage, whole: ILineage): Child {
    const { t } = this._ctx;
    const hidden = whole.nodes.length - nodes.length;
    if (!hidden) {
      return h('p', DIM, plural(t, nodes.length, '{n} node', '{n} nodes'));
    }
    const more = button({
      label: t('Show {n} more', { n: Math.min(STEP, hidden) }),
      class: 'nbmv-link',
      onClick: () => {
        this._most += STEP;
        this._drawGraph();
        this._drawRest();
        this._ctx.announce(this._count.textContent);
        (this._count.querySelector('button') ?? this.element).focus();
      }
    });
    const shown = t('The nearest {n} of {all} nodes; {hidden} are not shown', {
      n: nodes.length.toLocaleString(),
      all: whole.nodes.length.toLocaleString(),
      hidden: hidden.toLocaleString()
    });
    return h('p', DIM, shown, ' ', more);
  }
}

function drawLegend({ t }: IContext, edges: readonly ILineageEdge[]): HTMLElement {
  const present = (['observed', 'declared', 'inherited'] as const).filter(how => edges.some(one => one.how === how));
  const sample = (how: ILineageEdge['how']): SVGSVGElement =>
    svg(
      'svg',
      { class: `nbmv-edge nbmv-edge-${how}`, width: 34, height: 10, viewBox: '0 0 34 10', 'aria-hidden': true },
      svg('path', { class: 'nbmv-edge-line', d: 'M1 5H27' }),
      svg('path', { class: 'nbmv-edge-tip', d: 'M27 1L33 5L27 9z' })
    );
  return h(
    'ul',
    { class: 'nbmv-legend', 'aria-label': t('Kinds of connections') },
    present.map(how => h('li', {}, h('span', {}, sample(how), howText(t, how))))
  );
}

/** Every edge that the graph shows. A click on a node with a version shows it in the history. */
function drawTable(ctx: IContext, { nodes, edges }: ILineage): HTMLElement {
  const { t } = ctx;
  const known = new Map(nodes.map(one => [one.id, one]));
  const end = (id: string): Child => {
    const node = known.get(id);
    return node ? drawEnd(ctx, node) : null;
  };
  return h(
    'div',
    { class: 'nbmv-scroll' },
    h(
      'table',
      { class: 'nbmv-table' },
      h('caption', SPOKEN, t('Connections')),
      tableHead([t('From'), t('Into'), t('How')]),
      h(
        'tbody',
        {},
        edges.map(({ source, target, how }) =>
          h('tr', {}, h('td', {}, end(source)), h('td', {}, end(target)), h('td', {}, howWord(ctx, how)))
        )
      )
    )
  );
}

function drawEnd(ctx: IContext, node: ILineageNode): Child {
  const text = nodeText(ctx.t, node);
  const open = openerOf(ctx, node);
  return open
    ? button({ label: text, class: 'nbmv-link nbmv-wrap', title: node.detail, onClick: open })
    : userText(text);
}

function howWord({ t }: IContext, how: ILineageEdge['how']): string {
  return { observed: t('observed'), declared: t('declared'), inherited: t('inherited') }[how];
}
