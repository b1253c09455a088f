import { ILabShell, ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IEditorServices } from '@jupyterlab/codeeditor';
import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator } from '@jupyterlab/translation';
import { PanelHost } from './panel-host';
import { addCommands, COMMAND_ID } from './commands';
import { ComparisonTabs } from './comparisons';
import { NotebookViewer } from './notebook-viewer';
import { Notebooks } from './notebooks';
import { UserSettings } from './settings';
import { Sidebar } from './sidebar';
import { StatusItem } from './status-item';
import { createTranslate } from './translation';

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
    const host = new PanelHost({ t, settings, viewer, openComparison, hasTabs });
    const comparisons = new ComparisonTabs(app, notebooks, host, hasTabs);

    const sidebar = new Sidebar(notebooks, host);
    app.shell.add(sidebar, hasTabs ? 'left' : 'right', { rank: 450 });
    const openDocument = viewer ? viewer.open.bind(viewer) : null;
    addCommands({ app, t, notebooks, host, sidebar, openComparison, openDocument }, palette);

    if (restorer) {
      restorer.add(sidebar, sidebar.id);
      comparisons.restore(restorer, COMMAND_ID.compare);
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

export default plugin;
