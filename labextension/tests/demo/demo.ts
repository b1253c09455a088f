/**
 * The panel with made-up versions on a page of its own. To build it into a folder, then open index.html there:
 *
 *   npx esbuild demo=tests/demo/demo.ts panel=style/panel.css --bundle --format=iife --outdir=DIR
 *   cp tests/demo/*.{html,css} DIR
 *
 * The query of the address says what is shown: ?total=10000 (versions), &view=compare, &ids=2,7, &name=train,
 * &theme=dark, &rtl, &busy, &bare (without theme variables), &width=300, &golden or &golden=model (a real kernel's
 * messages), &hard (long names, twelve metrics), &empty (no versions), &failing (every request fails), &notices (one of
 * each kind).
 */
import { mountWholePanel, interpolate, type View } from '../../src/core';
import { golden } from '../golden';
import { hard } from '../extreme';
import { fails, Mock } from '../mock';
import { idOf } from '../sample';

const query = new URLSearchParams(location.search);
const total = Number(query.get('total') ?? 14);
const place = document.getElementById('place') as HTMLElement;
document.documentElement.dir = query.has('rtl') ? 'rtl' : 'ltr';
document.body.dataset['theme'] = query.has('bare') ? 'none' : (query.get('theme') ?? 'light');
place.style.width = query.has('width') ? `${query.get('width') ?? ''}px` : '';
const mock = query.has('golden')
  ? golden(query.get('golden') === 'model')
  : query.has('hard')
    ? hard()
    : new Mock(query.has('empty') ? 0 : total);
if (query.has('failing')) {
  const refused = fails({
    code: 'Damaged',
    message: 'the store /home/ada/projects/churn-prediction-2026/.nbmodelver is damaged: 3 parts are missing',
    hint: 'try: %mv_repair'
  });
  Object.assign(mock.answers, {
    history: refused,
    diff: refused,
    compare: refused,
    plan: refused,
    form: refused,
    inspect: refused,
    version: refused
  });
}
if (query.has('busy')) {
  mock.state = { ...mock.state, busy: true, queued: [{ request: 3, method: 'commit', what: 'Commit "deeper"' }] };
}
let asked = true;
const ids = (query.get('ids') ?? '')
  .split(',')
  .filter(Boolean)
  .map(n => idOf(Number(n)));
const panel = mountWholePanel(
  place,
  {
    transport: mock,
    translate: interpolate,
    skipsConfirmation: () => !asked,
    setSkipConfirmation: value => {
      asked = !value;
    }
  },
  (query.get('view') ?? 'history') as View,
  ids
);
if (query.has('name')) {
  panel.show('inspect', [], query.get('name') ?? '');
}
if (query.has('notices')) {
  const say = (panel as unknown as { notice(one: object): void }).notice.bind(panel);
  const run = (): void => undefined;
  say({ kind: 'success', text: 'Rolled back to v7', actions: [{ label: 'Undo', run }] });
  say({ kind: 'info', text: 'The tag best-so-far is at another version', actions: [{ label: 'Move it to v12', run }] });
  say({
    kind: 'error',
    text: 'a cell is running',
    hint: 'wait until it has ended, or interrupt it',
    actions: [{ label: 'Run after the cell', run }]
  });
}
Object.assign(window, { mock, panel });
