import { ILabShell, ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IEditorServices } from '@jupyterlab/codeeditor';
import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator } from '@jupyterlab/translation';
import { PanelHost } from './panel-host';
import { PanelTabs, type ITabKind } from './panel-tabs';
import { registerBundles } from './bundles';
import { addCommands, COMMAND_ID, showVersionOf } from './commands';
import { NotebookViewer } from './notebook-viewer';
import { Notebooks, type INotebook } from './notebooks';
import { UserSettings } from './settings';
import { Sidebar } from './sidebar';
import { StatusItem } from './status-item';
import { createTranslate } from './translation';
import type { Translate } from '../core';

const PLUGIN = 'nbmodelver:plugin';

const plugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN,
  description: 'Versions of the variables in the kernel: history, comparison and rollback beside the notebook.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [
    ICommandPalette,
    ILayoutRestorer,
    ISettingRegistry,
    IStatusBar,
    ITranslator,
    ILabShell,
    IRenderMimeRegistry,
    NotebookPanel.IContentFactory,
    IEditorServices
  ],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    registry: ISettingRegistry | null,
    statusBar: IStatusBar | null,
    translator: ITranslator | null,
    labShell: ILabShell | null,
    rendermime: IRenderMimeRegistry | null,
    factory: NotebookPanel.IContentFactory | null,
    editors: IEditorServices | null
  ) => {
    const t = createTranslate(translator);
    const notebooks = new Notebooks(tracker);
    const settings = new UserSettings(notebooks);
    const hasTabs = labShell !== null;
    const drawable = rendermime && factory && editors; // all three are needed to render a notebook
    const viewer = drawable ? new NotebookViewer(app, { rendermime, factory, editors }, t, hasTabs) : null;
    const openComparison = (path: string, ids: string[]): void => {
      comparisons.open({ path, ids });
    };
    const openRerun = (path: string, id: string, name = id): void => {
      reruns.open({ path, ids: [id, name] });
    };
    const host = new PanelHost({ t, settings, viewer, openComparison, openRerun, hasTabs });
    const comparisons = new PanelTabs(app, comparisonKind(t), notebooks, host, hasTabs);
    const reruns = new PanelTabs(app, rerunKind(t), notebooks, host, hasTabs);
    [comparisons.neighbours, reruns.neighbours] = [reruns, comparisons];

    const sidebar = new Sidebar(notebooks, host);
    app.shell.add(sidebar, hasTabs ? 'left' : 'right', { rank: 450 });
    const openDocument = viewer ? viewer.open.bind(viewer) : null;
    const commands = { app, t, notebooks, host, sidebar, openComparison, openRerun, openDocument };
    addCommands(commands, palette);
    const { contents } = app.serviceManager;
    const show = (notebook: INotebook, id: string): void => {
      showVersionOf(commands, notebook, id);
    };
    registerBundles(app, { t, contents, notebooks, host, show }, restorer);

    if (restorer) {
      restorer.add(sidebar, sidebar.id);
      comparisons.restore(restorer, COMMAND_ID.compare);
      reruns.restore(restorer, COMMAND_ID.rerun);
    }
    statusBar?.registerStatusItem('nbmodelver:status', {
      item: new StatusItem(notebooks, t),
      align: 'left',
      rank: 50,
      isActive: () => notebooks.current?.link.state != null,
      activeStateChanged: notebooks.changed
    });
    if (registry) {
      settings.load(registry, PLUGIN).catch(() => undefined); // the defaults apply
    }
  }
};

/** One tab for each notebook. */
function comparisonKind(t: Translate): ITabKind {
  return {
    view: 'compare',
    namespace: 'nbmodelver-comparison',
    title: name => t('Comparison: {name}', { name }),
    key: ({ path }) => path
  };
}

/** One tab for each version, which keeps its result. */
function rerunKind(t: Translate): ITabKind {
  return {
    view: 'rerun',
    namespace: 'nbmodelver-rerun',
    title: (name, { ids }) => t('Re-run of {version}: {name}', { version: ids[1] ?? ids[0] ?? '', name }),
    key: ({ path, ids }) => `${path}:${ids[0] ?? ''}`
  };
}

export default plugin;
