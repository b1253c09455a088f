import { truncatedText } from '../charts/axes';
import type { IContext } from '../context';
import { svg } from '../dom/elements';
import { enableGridKeys } from '../dom/focus';
import { icon, type Icon } from '../dom/icons';
import type { ILineage, ILineageEdge, ILineageNode } from '../protocol/messages';
import type { Translate } from '../text/translate';
import { layOut, NODE_HEIGHT, type IPlacedEdge, type IPlacedNode } from './lineage-layout';

const ICONS: { [K in ILineageNode['kind']]: Icon } = {
  dataset: 'dataset',
  code: 'code',
  model: 'model',
  value: 'other',
  registered: 'tag',
  deployment: 'export',
  base: 'forward'
};

/** A part of a lineage. The arrow keys move between the nodes, Enter shows the version of a node in the history. */
export function drawGraph(ctx: IContext, part: ILineage, whole: ILineage, width: number): SVGSVGElement {
  const { t } = ctx;
  const { lines, edges, height } = layOut(part, whole, width);
  const drawn = lines.map(line => line.map(one => drawNode(ctx, one, part)));
  const name = t('Lineage of {name}', { name: whole.nodes.find(one => one.id === whole.root)?.label ?? '' });
  const graph = svg(
    'svg',
    {
      class: 'nbmv-svg nbmv-lineage',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'group',
      'aria-label': name
    },
    edges.map(one => drawEdge(ctx, one)),
    drawn
  );
  enableGridKeys(graph, { lines: () => drawn, isColumns: false });
  return graph;
}

function drawEdge(ctx: IContext, { edge, path, tip }: IPlacedEdge): SVGElement {
  return svg(
    'g',
    { class: `nbmv-edge nbmv-edge-${edge.how}`, 'aria-hidden': true },
    svg('path', { class: 'nbmv-edge-line', d: path }),
    svg('path', { class: 'nbmv-edge-tip', d: tip }),
    svg('title', {}, howText(ctx.t, edge.how))
  );
}

function drawNode(ctx: IContext, { node, x, y, width, hidden }: IPlacedNode, part: ILineage): SVGGElement {
  const { t } = ctx;
  const open = openerOf(ctx, node);
  const name = nodeText(t, node);
  const sign = icon(ICONS[node.kind]);
  sign.setAttribute('x', String(x + 6));
  sign.setAttribute('y', String(y + 4));
  const room = width - 32;
  const more = hidden > 0 ? `+${hidden}` : '';
  const below = [kindText(t, node.kind), node.version].filter(Boolean).join(' · ');
  const isCode = node.kind === 'code';
  return svg(
    'g',
    {
      class: `nbmv-node nbmv-node-${node.kind}${node.id === part.root ? ' nbmv-node-root' : ''}`,
      role: open ? 'button' : 'img',
      tabindex: -1,
      'data-node': node.id,
      'aria-label': describe(t, node, part, hidden),
      on: open
        ? {
            click: open,
            keydown: event => {
              if (event.key === 'Enter' || event.key === ' ') {
                event.preventDefault();
                open();
              }
            }
          }
        : {}
    },
    svg('title', {}, `${name}\n${node.detail}`),
    svg('rect', { x, y, width, height: NODE_HEIGHT, rx: 4 }),
    sign,
    svg(
      'text',
      { class: 'nbmv-node-name', x: x + 26, y: y + 16 },
      truncatedText(isCode ? node.detail : node.label, room)
    ),
    svg('text', { x: x + 26, y: y + 30 }, truncatedText(isCode ? `${node.label} · ${node.version}` : below, room)),
    more ? svg('text', { class: 'nbmv-node-more', x: x + width - 5, y: y + 13, 'text-anchor': 'end' }, more) : null
  );
}

/** What a click on a node does: it shows its version in the history. undefined: it belongs to no version. */
export function openerOf(ctx: IContext, { version_id }: ILineageNode): (() => void) | undefined {
  return version_id
    ? () => {
        ctx.openView('history', [version_id]);
      }
    : undefined;
}

/** A node in one line, as in "data customers (v4)". */
export function nodeText(t: Translate, { kind, label, version }: ILineageNode): string {
  const name = kind === 'code' ? label : `${kindText(t, kind)} ${label}`;
  return version ? `${name} (${version})` : name;
}

export function kindText(t: Translate, kind: ILineageNode['kind']): string {
  const words: { [K in ILineageNode['kind']]: string } = {
    dataset: t('data'),
    code: t('cell'),
    model: t('model'),
    value: t('value'),
    registered: t('registered version'),
    deployment: t('deployment'),
    base: t('outside base')
  };
  return words[kind];
}

export function howText(t: Translate, how: ILineageEdge['how']): string {
  const words: { [H in ILineageEdge['how']]: string } = {
    observed: t('observed: a cell read one and made the other'),
    declared: t('declared: somebody stated it'),
    inherited: t('inherited: unchanged from an earlier version')
  };
  return words[how];
}

/** The name of a node for screen readers: what it is, what it was made from, and what it went into. */
function describe(t: Translate, node: ILineageNode, { nodes, edges }: ILineage, hidden: number): string {
  const named = (ids: readonly string[]): string =>
    nodes
      .filter(one => ids.includes(one.id))
      .map(one => nodeText(t, one))
      .join(', ');
  const from = named(edges.filter(one => one.target === node.id).map(one => one.source));
  const into = named(edges.filter(one => one.source === node.id).map(one => one.target));
  return [
    nodeText(t, node),
    node.detail,
    from ? t('made from {names}', { names: from }) : '',
    into ? t('went into {names}', { names: into }) : '',
    hidden > 0 ? t('{n} more connections are not shown', { n: hidden }) : ''
  ]
    .filter(Boolean)
    .join('; ');
}
