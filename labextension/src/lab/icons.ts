import { LabIcon } from '@jupyterlab/ui-components';

/** A point on a line, the same sign as on the Commit button of the panel. */
export const commitIcon = new LabIcon({
  name: 'nbmodelver:commit',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3 jp-icon-selectable" fill="#616161"
    d="M11 1h2v6.1a5 5 0 0 1 0 9.8V23h-2v-6.1a5 5 0 0 1 0-9.8zm1 8a3 3 0 1 0 0 6 3 3 0 0 0 0-6z"/>
</svg>`
});
