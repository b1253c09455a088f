import { connect, mountPanel, interpolate, type IPanel, type View } from '../core';

/** The model that anywidget provides: the widget's traits and messages. */
interface IModel {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: object): void;
  on(event: string, listener: (value: unknown) => void): void;
  off(event: string, listener: (value: unknown) => void): void;
}

/**
 * Draws the panel into a cell's output as soon as the kernel has answered. Without a kernel, as in a saved notebook
 * that is opened again, it draws nothing and sends no further request, and the static output stays visible.
 * Returns a function that removes the panel.
 */
function render({ model, el }: { model: IModel; el: HTMLElement }): () => void {
  const transport = connect(
    message => {
      model.send(message);
    },
    listener => {
      model.on('msg:custom', listener);
      return () => {
        model.off('msg:custom', listener);
      };
    }
  );
  let panel: IPanel | null = null;
  let lastSelected = '';

  const onSelect = (ids: string[]): void => {
    lastSelected = ids.join();
    model.set('selected', ids);
    model.save_changes();
  };
  const selectionChanged = (): void => {
    const ids = selectedIds(model);
    if (ids.join() !== lastSelected) {
      lastSelected = ids.join();
      panel?.show(viewOf(model), ids);
    }
  };
  const viewChanged = (): void => {
    panel?.show(viewOf(model), selectedIds(model));
  };

  void transport.request('hello', {}).then(
    () => {
      el.classList.add('nbmv-mounted', 'nbmv-widget');
      panel = mountPanel(el, { transport, translate: interpolate, onSelect }, viewOf(model), selectedIds(model));
      model.on('change:selected', selectionChanged);
      model.on('change:view', viewChanged);
    },
    () => undefined
  );
  return () => {
    model.off('change:selected', selectionChanged);
    model.off('change:view', viewChanged);
    panel?.dispose();
    transport.dispose();
  };
}

const VIEWS: readonly View[] = ['history', 'inspect', 'models', 'compare', 'rollback', 'commit'];

function viewOf(model: IModel): View {
  return VIEWS.find(view => view === model.get('view')) ?? 'history';
}

function selectedIds(model: IModel): string[] {
  const ids = model.get('selected');
  return Array.isArray(ids) ? ids.filter(id => typeof id === 'string') : [];
}

export default { render };
