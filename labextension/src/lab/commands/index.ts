import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import { InputDialog } from '@jupyterlab/apputils';
import { historyIcon, redoIcon, undoIcon, type LabIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IActionResult, ITransport, Translate, View } from '../../core';
import { withDocument, type PanelHost } from '../panel-host';
import { commitIcon } from '../icons';
import type { INotebookLink, NotebookLinks } from '../notebooks';
import { notifyFailure, notify } from '../notices';
import type { Sidebar } from '../sidebar';
import { statusText } from '../panel-view';

/** The commands' ids; the schema's menus, toolbar and shortcuts name them too. */
export const COMMAND_ID = {
  open: 'nbmodelver:open',
  load: 'nbmodelver:load',
  commit: 'nbmodelver:commit',
  commitForm: 'nbmodelver:commit-form',
  rollback: 'nbmodelver:rollback',
  undo: 'nbmodelver:undo',
  redo: 'nbmodelver:redo',
  compare: 'nbmodelver:compare',
  inspect: 'nbmodelver:inspect',
  inspectCell: 'nbmodelver:inspect-cell',
  tag: 'nbmodelver:tag',
  note: 'nbmodelver:note',
  branch: 'nbmodelver:switch-branch',
  export: 'nbmodelver:export',
  document: 'nbmodelver:open-document',
  auto: 'nbmodelver:auto-commit'
} as const;

type Args = ReadonlyPartialJSONObject;

interface ICommand {
  label: string;
  caption?: string;
  icon?: LabIcon;
  /** JSON schemas of the arguments by name. */
  args?: { [name: string]: object };
  /** Whether it can be run now; else when the current notebook's kernel has the extension loaded. */
  enabled?: () => boolean;
  toggled?: () => boolean;
  run: (args: Args) => void | Promise<void>;
}

export interface ICommandContext {
  app: JupyterFrontEnd;
  t: Translate;
  links: NotebookLinks;
  host: PanelHost;
  sidebar: Sidebar;
  /** Opens a comparison in a tab, or over the page. */
  compare: (path: string, ids: string[]) => void;
  openDocument: ((name: string, notebook: object, beside: string) => void) | null;
}

const TEXT_SCHEMA = { type: 'string' };
const VERSION_SCHEMA = { type: 'string', description: 'A version: v3, HEAD~1, a tag, a branch or an id.' };
const NAMES_SCHEMA = {
  type: 'array',
  items: TEXT_SCHEMA,
  description: 'Names in the notebook; all of them without it.'
};

export function addCommands(room: ICommandContext, palette: ICommandPalette | null): void {
  const { app, t, links } = room;
  const commands = { ...panelCommands(room), ...versionCommands(room), ...labelCommands(room) };
  for (const [id, command] of Object.entries(commands)) {
    app.commands.addCommand(id, {
      label: command.label,
      caption: command.caption ?? command.label,
      describedBy: { args: { type: 'object', properties: command.args ?? {} } as never },
      isEnabled: command.enabled ?? (() => links.current?.link.status === 'ready'),
      execute: args => command.run(args),
      ...(command.icon ? { icon: command.icon } : {}),
      ...(command.toggled ? { isToggleable: true, isToggled: command.toggled } : {})
    });
    palette?.addItem({ command: id, category: t('Versions') });
  }
  links.changed.connect(() => {
    Object.keys(commands).forEach(id => {
      app.commands.notifyCommandChanged(id);
    });
  });
}

// -- what opens or shows something

function panelCommands(room: ICommandContext): { [id: string]: ICommand } {
  const { t, links, host: around } = room;
  return {
    [COMMAND_ID.open]: {
      label: t('Show Versions'),
      caption: t('Show the versions of this notebook'),
      icon: historyIcon,
      enabled: () => true,
      run: () => {
        showView(room);
      }
    },
    [COMMAND_ID.load]: {
      label: t('Load nbmodelver in This Kernel'),
      enabled: () => canLoad(links.current),
      run: async () => {
        await links.current?.link.load().catch((error: unknown) => {
          notifyFailure(error, t);
        });
      }
    },
    [COMMAND_ID.commitForm]: {
      label: t('Commit …'),
      caption: t('Choose names, metrics and tags of a new version'),
      run: () => {
        showView(room, 'commit');
      }
    },
    [COMMAND_ID.inspect]: {
      label: t('Inspect a Variable …'),
      caption: t('Show the versions of one variable'),
      args: { name: TEXT_SCHEMA },
      run: args => {
        showView(room, 'inspect', undefined, textArgument(args, 'name'));
      }
    },
    [COMMAND_ID.inspectCell]: {
      label: t('Versions of What This Cell Makes'),
      run: () => {
        const cell = links.current?.panel.content.activeCell?.model;
        if (cell) {
          showView(room);
          room.sidebar.inspect({ id: cell.id, source: cell.sharedModel.getSource() });
        }
      }
    },
    [COMMAND_ID.compare]: {
      label: t('Compare Versions'),
      caption: t('Compare the selected versions, or the present one with the one before'),
      args: { path: TEXT_SCHEMA, ids: { type: 'array', items: VERSION_SCHEMA } },
      enabled: () => true, // a restored layout opens comparisons before their notebooks
      run: args => {
        const path = textArgument(args, 'path') ?? links.current?.panel.context.path;
        const ids = textListArgument(args, 'ids') ?? (links.current ? around.selectedIds(links.current) : []);
        const wanted = ids.length > 1 ? ids : [`${ids[0] ?? 'HEAD'}~1`, ids[0] ?? 'HEAD'];
        if (path !== undefined) {
          room.compare(path, wanted);
        }
      }
    }
  };
}

// -- what makes a version, or goes to one

function versionCommands(room: ICommandContext): { [id: string]: ICommand } {
  const { t, links } = room;
  return {
    [COMMAND_ID.commit]: {
      label: t('Commit'),
      caption: t('Keep the models, data and hyperparameters of this notebook as a version'),
      icon: commitIcon,
      args: {
        message: TEXT_SCHEMA,
        names: NAMES_SCHEMA,
        tags: { type: 'array', items: TEXT_SCHEMA },
        queue: { type: 'boolean' }
      },
      enabled: () => links.current !== null,
      run: async args => {
        const wanted = {
          names: textListArgument(args, 'names') ?? null,
          message: textArgument(args, 'message') ?? '',
          tags: textListArgument(args, 'tags') ?? []
        };
        await runInKernel(
          room,
          (transport, queue) => transport.request('commit', { ...wanted, queue }),
          args['queue'] === true
        );
      }
    },
    [COMMAND_ID.rollback]: {
      label: t('Roll Back …'),
      caption: t('Show what a rollback to a version would change'),
      args: {
        id: VERSION_SCHEMA,
        names: NAMES_SCHEMA,
        now: { type: 'boolean', description: 'Do it without showing it first.' },
        queue: { type: 'boolean' }
      },
      run: async args => {
        const id = textArgument(args, 'id') ?? (links.current ? room.host.selectedIds(links.current)[0] : undefined);
        const names = textListArgument(args, 'names');
        if (id === undefined) {
          showView(room, 'history');
        } else if (args['now'] === true) {
          const params = { id, ...(names ? { names } : {}) };
          await runInKernel(
            room,
            (transport, queue) => transport.request('rollback', { ...params, queue }),
            args['queue'] === true,
            COMMAND_ID.undo
          );
        } else {
          showView(room, 'rollback', [id], names?.[0]);
        }
      }
    },
    [COMMAND_ID.undo]: {
      label: t('Undo Rollback'),
      icon: undoIcon,
      enabled: () => links.current?.link.state?.undo != null,
      run: () => runInKernel(room, (transport, queue) => transport.request('undo', { queue }), false, COMMAND_ID.redo)
    },
    [COMMAND_ID.redo]: {
      label: t('Redo Rollback'),
      icon: redoIcon,
      enabled: () => links.current?.link.state?.redo != null,
      run: () => runInKernel(room, (transport, queue) => transport.request('redo', { queue }), false, COMMAND_ID.undo)
    },
    [COMMAND_ID.branch]: {
      label: t('Switch Branch …'),
      args: { branch: TEXT_SCHEMA, create: { type: 'boolean' } },
      run: async args => {
        const state = links.current?.link.state;
        const known = Object.keys(state?.branches ?? {});
        const branch =
          textArgument(args, 'branch') ??
          (await promptFor(t('Switch Branch'), t('Branch (a new one is made here)'), known));
        if (branch !== null) {
          const params = { branch, create: args['create'] === true || !known.includes(branch) };
          await runInKernel(room, (transport, queue) => transport.request('switch', { ...params, queue }));
        }
      }
    },
    [COMMAND_ID.auto]: {
      label: t('Commit After Every Cell'),
      toggled: () => links.current?.link.state?.auto === true,
      args: { on: { type: 'boolean' } },
      run: args => {
        const on = typeof args['on'] === 'boolean' ? args['on'] : links.current?.link.state?.auto !== true;
        return runInKernel(room, transport => transport.request('auto', { on }));
      }
    }
  };
}

// -- what names, describes or hands on a version

function labelCommands(room: ICommandContext): { [id: string]: ICommand } {
  const { t, links, host: around } = room;
  const chosen = (args: Args): string =>
    textArgument(args, 'id') ?? (links.current ? around.selectedIds(links.current)[0] : undefined) ?? 'HEAD';
  return {
    [COMMAND_ID.tag]: {
      label: t('Tag a Version …'),
      args: { id: VERSION_SCHEMA, name: TEXT_SCHEMA, move: { type: 'boolean' } },
      run: async args => {
        const name = textArgument(args, 'name') ?? (await promptFor(t('Tag a Version'), t('Tag')));
        if (name !== null) {
          await runInKernel(room, transport =>
            transport.request('tag', { id: chosen(args), name, move: args['move'] === true })
          );
        }
      }
    },
    [COMMAND_ID.note]: {
      label: t('Note on a Version …'),
      args: { id: VERSION_SCHEMA, note: TEXT_SCHEMA },
      run: async args => {
        const note = textArgument(args, 'note') ?? (await promptFor(t('Note on a Version'), t('Note')));
        if (note !== null) {
          await runInKernel(room, transport => transport.request('note', { id: chosen(args), note }));
        }
      }
    },
    [COMMAND_ID.export]: {
      label: t('Export a Version …'),
      caption: t('Write a version as one file'),
      args: {
        id: VERSION_SCHEMA,
        path: { ...TEXT_SCHEMA, description: 'The file, from the folder of the notebook; asked for without it.' },
        overwrite: { type: 'boolean' }
      },
      run: args => {
        const path = textArgument(args, 'path');
        if (path === undefined) {
          showView(room, 'export', [chosen(args)]);
          return;
        }
        return runInKernel(room, transport =>
          transport.request('export', { id: chosen(args), path, overwrite: args['overwrite'] === true })
        );
      }
    },
    [COMMAND_ID.document]: {
      label: t('Open the Notebook of a Version'),
      caption: t('Show the notebook as it was, read only'),
      args: { id: VERSION_SCHEMA },
      enabled: () => room.openDocument !== null && links.current?.link.status === 'ready',
      run: async args => {
        const place = links.current;
        try {
          const found = await place?.link.transport?.request('document', { id: chosen(args) });
          if (place && found?.notebook) {
            room.openDocument?.(found.name, found.notebook, place.panel.id);
          } else if (found) {
            notify(t('{version} was kept without its notebook', { version: found.name }), 'info');
          }
        } catch (error) {
          notifyFailure(error, t);
        }
      }
    }
  };
}

// -- shared

/** Open the sidebar, and a view in it. */
function showView({ app, sidebar }: ICommandContext, view?: View, ids?: string[], name?: string): void {
  if (sidebar.isVisible) {
    sidebar.activate(); // in Notebook 7.5 and older the shell would hide what is shown already
  } else {
    app.shell.activateById(sidebar.id);
  }
  if (view) {
    sidebar.openView(view, ids, name);
  }
}

/**
 * Do something in the current notebook's kernel and say what was done; back: the command that takes it back.
 * Without the extension in the kernel its loading is offered, while a cell runs it is offered to wait.
 */
async function runInKernel(
  room: ICommandContext,
  request: (transport: ITransport, queue: boolean) => Promise<IActionResult>,
  queue = false,
  back?: string
): Promise<void> {
  const { app, t, links } = room;
  const place = links.current;
  if (!place) {
    return;
  }
  await place.link.untilKnown(); // the extension may have been loaded a moment ago
  const transport = place.link.transport;
  if (!transport || place.link.status !== 'ready') {
    offerLoading(room, place);
    return;
  }
  try {
    const done = await request(withDocument(transport, place), queue);
    const label = back === COMMAND_ID.undo ? t('Undo') : t('Redo');
    notify(
      done.said,
      'success',
      back === undefined
        ? undefined
        : {
            label,
            run: () => {
              void app.commands.execute(back);
            }
          }
    );
  } catch (error) {
    notifyFailure(error, t, () => {
      void runInKernel(room, request, true, back);
    });
  }
}

function offerLoading({ t, host: around }: ICommandContext, place: INotebookLink): void {
  const load = {
    label: t('Load nbmodelver in this kernel'),
    run: () => {
      around.load(place);
    }
  };
  notify(statusText(place.link, t), 'info', canLoad(place) ? load : undefined);
}

function canLoad(place: INotebookLink | null): boolean {
  return place?.link.status === 'absent' || place?.link.status === 'missing';
}

async function promptFor(title: string, label: string, known: string[] = []): Promise<string | null> {
  const answer =
    known.length > 0
      ? await InputDialog.getItem({ title, label, items: known, editable: true })
      : await InputDialog.getText({ title, label });
  return answer.button.accept && answer.value ? answer.value : null;
}

function textArgument(args: Args, name: string): string | undefined {
  const value = args[name];
  return typeof value === 'string' ? value : undefined;
}

function textListArgument(args: Args, name: string): string[] | undefined {
  const value = args[name];
  return Array.isArray(value) ? value.filter(one => typeof one === 'string') : undefined;
}
