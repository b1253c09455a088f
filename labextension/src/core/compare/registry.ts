import { renderFailure, renderMetrics, renderNames, renderProfile } from './renderers';
import { renderSection, type Renderer } from './sections';

/** By the section's id, or by its beginning where that ends with a dot; what none fits is drawn by `general`. */
const RENDERERS = new Map<string, Renderer>([
  ['names', renderNames],
  ['params', renderMetrics],
  ['metrics', renderMetrics],
  ['profile.', renderProfile],
  ['failed.', renderFailure]
]);

/** A deeper comparison registers how it wants to be drawn. The longest prefix that fits is taken. */
export function registerRenderer(prefix: string, renderer: Renderer): void {
  RENDERERS.set(prefix, renderer);
}

export function rendererOf(id: string): Renderer {
  const fit = [...RENDERERS.keys()].filter(prefix => id === prefix || (prefix.endsWith('.') && id.startsWith(prefix)));
  const longest = fit.sort((a, b) => b.length - a.length)[0];
  return (longest === undefined ? undefined : RENDERERS.get(longest)) ?? renderSection;
}
