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
import { NotebookLinks } from './notebooks';
import { UserSettings } from './settings';
import { Sidebar } from './sidebar';
import { StatusItem } from './status-item';
import { createTranslate } from './translation';

const PLUGIN = 'nbmodelver:plugin';

const plugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN,
  description: 'Versions of what lives in the kernel: history, comparison and rollback beside the notebook.',
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
    const links = new NotebookLinks(tracker);
    const settings = new UserSettings(links);
    const hasTabs = labShell !== null;
    const drawable = rendermime && factory && editors;
    const documents = drawable ? new NotebookViewer(app, { rendermime, factory, editors }, t, hasTabs) : null;
    const compare = (path: string, ids: string[]): void => {
      comparisons.open({ path, ids });
    };
    const around = new PanelHost({ t, links, settings, documents, compare, hasTabs });
    const comparisons = new ComparisonTabs(app, links, around, hasTabs);

    const sidebar = new Sidebar(links, around);
    app.shell.add(sidebar, hasTabs ? 'left' : 'right', { rank: 450 });
    const openDocument = documents ? documents.open.bind(documents) : null;
    addCommands({ app, t, links, host: around, sidebar, compare, openDocument }, palette);

    if (restorer) {
      restorer.add(sidebar, sidebar.id);
      comparisons.restore(restorer, COMMAND_ID.compare);
    }
    statusBar?.registerStatusItem('nbmodelver:status', {
      item: new StatusItem(links, t),
      align: 'left',
      rank: 50,
      isActive: () => links.current?.link.state != null,
      activeStateChanged: links.changed
    });
    if (registry) {
      settings.load(registry, PLUGIN).catch(() => undefined); // the defaults stand
    }
  }
};

export default plugin;
