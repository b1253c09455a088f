import { LabIcon } from '@jupyterlab/ui-components';

/** A point on a line, the same sign as on the Commit button of the panel. */
export const commitIcon = new LabIcon({
  name: 'nbmodelver:commit',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3 jp-icon-selectable" fill="#616161"
    d="M11 1h2v6.1a5 5 0 0 1 0 9.8V23h-2v-6.1a5 5 0 0 1 0-9.8zm1 8a3 3 0 1 0 0 6 3 3 0 0 0 0-6z"/>
</svg>`
});

/** A box with the point on a line of the Commit button: a version in one file. */
export const bundleIcon = new LabIcon({
  name: 'nbmodelver:bundle',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3 jp-icon-selectable" fill="#616161"
    d="M3 3h18v4h-1v14H4V7H3zm2 2v1h14V5zm1 3v11h12V8zm5 1h2v1.7a3.2 3.2 0 0 1 0 5.6V18h-2v-1.7a3.2 3.2 0 0 1 0-5.6zm1
    3.2a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6z"/>
</svg>`
});
