import { renderAlarms } from './alarms';
import { renderMetrics, renderParams } from './metrics';
import { renderFailure, renderNames, renderProfile } from './renderers';
import { renderRows } from './row-browser';
import { renderSection, type Renderer } from './sections';

/** Renderers by the section's id, or by its prefix if the key ends with a dot. Default: `renderSection`. */
const RENDERERS = new Map<string, Renderer>([
  ['alarms', renderAlarms],
  ['names', renderNames],
  ['rows.', renderRows],
  ['params', renderParams],
  ['metrics', renderMetrics],
  ['profile.', renderProfile],
  ['failed.', renderFailure]
]);

/** Registers the renderer of a further kind of section. The longest matching prefix applies. */
export function registerRenderer(prefix: string, renderer: Renderer): void {
  RENDERERS.set(prefix, renderer);
}

export function rendererOf(id: string): Renderer {
  const fit = [...RENDERERS.keys()].filter(prefix => id === prefix || (prefix.endsWith('.') && id.startsWith(prefix)));
  const longest = fit.sort((a, b) => b.length - a.length)[0];
  return (longest === undefined ? undefined : RENDERERS.get(longest)) ?? renderSection;
}
