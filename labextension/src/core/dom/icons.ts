import { svg } from './elements';

/** Paths in a view box of 16 by 16. An icon has the colour of the text around it and is hidden from screen readers. */
const PATHS = {
  commit: ['M8 1.5v3.2', 'M8 11.3v3.2', 'M8 4.7a3.3 3.3 0 1 0 0 6.6a3.3 3.3 0 1 0 0-6.6z'],
  undo: ['M3 6.5h6.2a3.8 3.8 0 0 1 0 7.6H6', 'M6 3.3L2.8 6.5L6 9.7'],
  redo: ['M13 6.5H6.8a3.8 3.8 0 0 0 0 7.6H10', 'M10 3.3l3.2 3.2L10 9.7'],
  branch: [
    'M4.5 5.5v5',
    'M4.5 2.3a1.6 1.6 0 1 0 0 3.2a1.6 1.6 0 1 0 0-3.2z',
    'M4.5 10.5a1.6 1.6 0 1 0 0 3.2a1.6 1.6 0 1 0 0-3.2z',
    'M11.5 3.3a1.6 1.6 0 1 0 0 3.2a1.6 1.6 0 1 0 0-3.2z',
    'M11.5 6.5c0 2.6-7 1.4-7 4'
  ],
  more: ['M3.2 8h.01', 'M8 8h.01', 'M12.8 8h.01'],
  close: ['M4 4l8 8', 'M12 4l-8 8'],
  back: ['M9.8 3.2L5 8l4.8 4.8'],
  filter: ['M2 3.5h12', 'M4.5 8h7', 'M6.8 12.5h2.4'],
  tag: ['M2.3 2.8v4.6l6.3 6.3l5-5L7.3 2.3H2.8z', 'M5.2 5.2h.01'],
  note: ['M3 2.5h10v8l-3 3H3z', 'M5.5 6h5', 'M5.5 9h3'],
  export: ['M8 10V2.2', 'M5 5l3-3l3 3', 'M3 9v4.5h10V9'],
  compare: ['M6.8 2.5H2.5v11h4.3', 'M9.2 2.5h4.3v11H9.2', 'M8 1v14'],
  rollback: ['M2.6 8a5.4 5.4 0 1 0 1.8-4', 'M4.6 1.3L4.3 4.2L7.2 4.5', 'M8 5.2V8.2l2 1.4'],
  notebook: ['M4 2h8.5v12H4z', 'M6.5 2v12', 'M2.5 5H4', 'M2.5 8H4', 'M2.5 11H4'],
  down: ['M4 6l4 4l4-4'],
  run: ['M4.5 2.8v10.4L13 8z'],
  forward: ['M6.2 3.2L11 8l-4.8 4.8'],
  check: ['M3 8.5l3.3 3.3L13 5'],
  warning: ['M8 2L1.8 13.5h12.4z', 'M8 6.5v3.2', 'M8 11.6v.01'],
  plus: ['M8 3v10', 'M3 8h10'],
  table: ['M2.5 3h11v10h-11z', 'M2.5 6.5h11', 'M6.5 6.5V13'],
  swap: ['M3 5.5h9.5', 'M10 2.8l2.7 2.7L10 8.2', 'M13 10.5H3.5', 'M6 7.8l-2.7 2.7L6 13.2'],
  pencil: ['M3 13l.7-3L10.5 3.2l2.3 2.3L6 12.3z'],
  info: ['M8 2.2a5.8 5.8 0 1 0 0 11.6a5.8 5.8 0 1 0 0-11.6z', 'M8 7.4v3.6', 'M8 5v.01'],
  clock: ['M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11z', 'M8 5v3.2l2.2 1.3'],
  model: ['M8 2l5.2 3v6L8 14l-5.2-3V5z', 'M2.8 5L8 8l5.2-3', 'M8 8v6'],
  dataset: ['M2.5 3h11v10h-11z', 'M2.5 6.3h11', 'M2.5 9.6h11', 'M6.2 3v10'],
  hyperparameters: ['M2.5 4.5h5', 'M10.5 4.5h3', 'M9 3v3', 'M2.5 11.5h3', 'M8.5 11.5h5', 'M7 10v3'],
  metric: ['M2.5 13.5h11', 'M4 11V8', 'M8 11V4', 'M12 11V6'],
  code: ['M5.5 4L1.8 8l3.7 4', 'M10.5 4l3.7 4l-3.7 4'],
  other: ['M8 5.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5z']
} as const;

export type Icon = keyof typeof PATHS;

export function icon(name: Icon): SVGSVGElement {
  return svg(
    'svg',
    {
      class: `nbmv-icon nbmv-icon-${name}`,
      viewBox: '0 0 16 16',
      width: 16,
      height: 16,
      'aria-hidden': true,
      focusable: 'false'
    },
    PATHS[name].map(d => svg('path', { d }))
  );
}
