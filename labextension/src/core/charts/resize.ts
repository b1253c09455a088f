/** The assumed width until the page has laid out the chart. */
const INITIAL_WIDTH = 300;

/** Calls `draw` with the width of the element, now and whenever it changes by more than 2 px. */
export function redrawOnResize(element: HTMLElement, draw: (width: number) => void): void {
  let drawn = INITIAL_WIDTH;
  draw(drawn);
  if (typeof ResizeObserver === 'function') {
    new ResizeObserver(() => {
      const width = Math.floor(element.clientWidth);
      if (width > 0 && Math.abs(width - drawn) > 2) {
        drawn = width;
        draw(width);
      }
    }).observe(element);
  }
}
