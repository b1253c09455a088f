import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { ABCWidgetFactory, DocumentWidget, TextModelFactory, type DocumentRegistry } from '@jupyterlab/docregistry';
import type { Contents } from '@jupyterlab/services';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { BundlePage, type IBundleHost, type IBundleTarget, type Translate } from '../core';
import { bundleIcon } from './icons';
import type { INotebook, Notebooks } from './notebooks';
import { statusText, type IPanelHost } from './panel-view';

const NAME = 'nbmodelver-bundle';
const EXTENSION = '.nbmv.zip';

/** A larger file is not loaded into the page. */
const MOST_BYTES = 64 * 1024 * 1024;

/** What the pages of bundles need from the application. */
export interface IBundleServices {
  t: Translate;
  contents: Contents.IManager;
  notebooks: Notebooks;
  host: IPanelHost;
  /** Shows a version in the history of a notebook. */
  show(notebook: INotebook, id: string): void;
}

/** Registers the file type of bundles, and the page that a double click opens. */
export function registerBundles(
  app: JupyterFrontEnd,
  services: IBundleServices,
  restorer: ILayoutRestorer | null
): void {
  const { t } = services;
  const { docRegistry } = app;
  docRegistry.addFileType({
    name: NAME,
    displayName: t('nbmodelver bundle'),
    extensions: [EXTENSION],
    mimeTypes: ['application/zip'],
    contentType: 'file',
    fileFormat: 'base64',
    icon: bundleIcon
  });
  docRegistry.addModelFactory(new EmptyModelFactory());
  const tracker = new WidgetTracker<BundleDocument>({ namespace: NAME });
  const factory = new BundleFactory(services);
  factory.widgetCreated.connect((_, document) => {
    void tracker.add(document);
  });
  docRegistry.addWidgetFactory(factory);
  if (restorer) {
    void restorer.restore(tracker, {
      command: 'docmanager:open',
      args: document => ({ path: document.context.path, factory: NAME }),
      name: document => document.context.path
    });
  }
}

type BundleDocument = DocumentWidget<BundleView, DocumentRegistry.ICodeModel>;

/** A model without content, so that opening a bundle does not load the file. The page decides whether to read it. */
class EmptyModelFactory extends TextModelFactory {
  override get name(): string {
    return NAME;
  }

  override get fileFormat(): Contents.FileFormat {
    return null;
  }
}

class BundleFactory extends ABCWidgetFactory<BundleDocument, DocumentRegistry.ICodeModel> {
  constructor(private readonly _services: IBundleServices) {
    super({
      name: NAME,
      label: _services.t('nbmodelver bundle'),
      modelName: NAME,
      fileTypes: [NAME],
      defaultFor: [NAME],
      readOnly: true
    });
  }

  protected override createNewWidget(context: DocumentRegistry.CodeContext): BundleDocument {
    const content = new BundleView(context, this._services);
    const document = new DocumentWidget({ content, context });
    document.toolbar.hide();
    document.title.icon = bundleIcon;
    return document;
  }
}

/** The page of one bundle. */
class BundleView extends Widget {
  private readonly _page: BundlePage;

  constructor(context: DocumentRegistry.CodeContext, services: IBundleServices) {
    super();
    this.addClass('nbmv-Lab-bundle');
    this._page = new BundlePage(this.node, bundleHost(context, services));
  }

  override dispose(): void {
    this._page.dispose();
    super.dispose();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this._page.focus();
  }
}

function bundleHost(context: DocumentRegistry.CodeContext, services: IBundleServices): IBundleHost {
  const { t, notebooks } = services;
  const targets = (): IBundleTarget[] => {
    const { current, all } = notebooks;
    const ordered = current ? [current, ...all.filter(one => one !== current)] : all;
    return ordered.map(one => target(one, context.localPath, services));
  };
  return {
    name: PathExt.basename(context.localPath),
    translate: t,
    read: () => readFile(context, services.contents),
    targets,
    onTargets: listener => {
      let shown = signature(targets());
      const look = (): void => {
        const now = signature(targets());
        if (now !== shown) {
          shown = now;
          listener();
        }
      };
      notebooks.changed.connect(look);
      return () => {
        notebooks.changed.disconnect(look);
      };
    }
  };
}

/** What the page shows of the targets: it is not drawn again for other changes of the notebooks. */
function signature(targets: readonly IBundleTarget[]): string {
  return JSON.stringify(targets.map(({ path, status, transport }) => [path, status, transport !== null]));
}

async function readFile(
  context: DocumentRegistry.CodeContext,
  contents: Contents.IManager
): Promise<Uint8Array | number> {
  const { size } = await contents.get(context.path, { content: false });
  if (size !== undefined && size > MOST_BYTES) {
    return size;
  }
  const { content } = await contents.get(context.path, { type: 'file', format: 'base64', content: true });
  return Uint8Array.from(atob(String(content).replace(/\s/g, '')), letter => letter.charCodeAt(0));
}

function target(notebook: INotebook, bundle: string, { t, host, show }: IBundleServices): IBundleTarget {
  const { link, panel } = notebook;
  const { localPath } = panel.context;
  const canLoad = link.status === 'not-loaded' || link.status === 'not-installed';
  const load = (): void => {
    host.load(notebook);
  };
  return {
    name: PathExt.basename(localPath),
    path: panel.context.path,
    transport: link.status === 'ready' ? link.transport : null,
    status: statusText(link, t),
    load: canLoad ? load : null,
    bundlePath: PathExt.relative(PathExt.dirname(localPath), bundle),
    show: id => {
      show(notebook, id);
    }
  };
}
