import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { Translate, View } from '../../core';
import type { INotebook, Notebooks } from '../notebooks';
import type { PanelHost } from '../panel-host';
import type { Sidebar } from '../sidebar';

export type CommandArguments = ReadonlyPartialJSONObject;

/** One command: its texts, the JSON schemas of its arguments, and what it runs. */
export interface ICommand {
  label: string;
  caption?: string;
  icon?: LabIcon;
  /** JSON schemas of the arguments, by name. */
  args?: { [name: string]: object };
  /** Whether the command can run now. Default: the current notebook's kernel has loaded the extension. */
  isEnabled?: () => boolean;
  isToggled?: () => boolean;
  run: (args: CommandArguments) => void | Promise<void>;
}

/** The objects that commands work on. */
export interface ICommandContext {
  app: JupyterFrontEnd;
  t: Translate;
  notebooks: Notebooks;
  host: PanelHost;
  sidebar: Sidebar;
  /** Opens a comparison in a tab, or in a dialog where the application has no tabs. */
  openComparison: (path: string, ids: string[]) => void;
  /** Opens the re-run of a version in the same way. */
  openRerun: (path: string, id: string, name?: string) => void;
  /** null where notebook documents cannot be rendered. */
  openDocument: ((name: string, notebook: object, beside: string) => void) | null;
}

export const TEXT_SCHEMA = { type: 'string' };
export const TEXTS_SCHEMA = { type: 'array', items: TEXT_SCHEMA };
export const FLAG_SCHEMA = { type: 'boolean' };
export const VERSION_SCHEMA = { type: 'string', description: 'A version: v3, HEAD~1, a tag, a branch or an id.' };
export const NAMES_SCHEMA = { ...TEXTS_SCHEMA, description: 'Names of variables. Default: all variables.' };

/** A text argument, or undefined where the argument is missing or is not a text. */
export function textArgument(args: CommandArguments, name: string): string | undefined {
  const value = args[name];
  return typeof value === 'string' ? value : undefined;
}

/** The texts of a list argument, or undefined where the argument is missing or is not a list. */
export function textsArgument(args: CommandArguments, name: string): string[] | undefined {
  const value = args[name];
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : undefined;
}

/** The version of the arguments, else the version that is selected in the current notebook's panel. */
export function versionArgument(context: ICommandContext, args: CommandArguments): string | undefined {
  const { current } = context.notebooks;
  return textArgument(args, 'id') ?? (current ? context.host.selectedIds(current)[0] : undefined);
}

/** Whether the extension can be loaded in the kernel of a notebook. */
export function canLoad(notebook: INotebook | null): boolean {
  return notebook?.link.status === 'not-loaded' || notebook?.link.status === 'not-installed';
}

/** Opens the sidebar, and a view in it. */
export function showView({ app, sidebar }: ICommandContext, view?: View, ids?: string[], name?: string): void {
  if (sidebar.isVisible) {
    sidebar.activate(); // in Notebook 7.5 and older, activateById hides a panel that is visible
  } else {
    app.shell.activateById(sidebar.id);
  }
  if (view) {
    sidebar.openView(view, ids, name);
  }
}

/** Makes a notebook the current one, and shows a version in its history. */
export function showVersionOf(context: ICommandContext, notebook: INotebook, id: string): void {
  const { app, notebooks } = context;
  const open = (): void => {
    if (notebooks.current === notebook) {
      notebooks.changed.disconnect(open);
      showView(context, 'history', [id]);
    }
  };
  notebooks.changed.connect(open);
  app.shell.activateById(notebook.panel.id);
  open();
}
