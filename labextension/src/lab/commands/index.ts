import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import { InputDialog } from '@jupyterlab/apputils';
import { historyIcon, redoIcon, undoIcon, type LabIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IDone, ITransport, Translate, View } from '../../core';
import { withDocument, type Around } from '../panel-host';
import { commitIcon } from '../icons';
import type { IPlace, Links } from '../notebooks';
import { explain, notify } from '../notices';
import type { Sidebar } from '../sidebar';
import { reason } from '../panel-view';

/** The commands' ids; the schema's menus, toolbar and shortcuts name them too. */
export const ID = {
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

export interface IRoom {
  app: JupyterFrontEnd;
  t: Translate;
  links: Links;
  around: Around;
  sidebar: Sidebar;
  /** Opens a comparison in a tab, or over the page. */
  compare: (path: string, ids: string[]) => void;
  openDocument: ((name: string, notebook: object, beside: string) => void) | null;
}

const TEXT = { type: 'string' };
const VERSION = { type: 'string', description: 'A version: v3, HEAD~1, a tag, a branch or an id.' };
const NAMES = { type: 'array', items: TEXT, description: 'Names in the notebook; all of them without it.' };

export function addCommands(room: IRoom, palette: ICommandPalette | null): void {
  const { app, t, links } = room;
  const commands = { ...panelCommands(room), ...versionCommands(room), ...labelCommands(room) };
  for (const [id, command] of Object.entries(commands)) {
    app.commands.addCommand(id, {
      label: command.label,
      caption: command.caption ?? command.label,
      describedBy: { args: { type: 'object', properties: command.args ?? {} } as never },
      isEnabled: command.enabled ?? (() => links.current?.link.standing === 'ready'),
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

function panelCommands(room: IRoom): { [id: string]: ICommand } {
  const { t, links, around } = room;
  return {
    [ID.open]: {
      label: t('Show Versions'),
      caption: t('Show the versions of this notebook'),
      icon: historyIcon,
      enabled: () => true,
      run: () => {
        show(room);
      }
    },
    [ID.load]: {
      label: t('Load nbmodelver in This Kernel'),
      enabled: () => canLoad(links.current),
      run: async () => {
        await links.current?.link.load().catch((error: unknown) => {
          explain(error, t);
        });
      }
    },
    [ID.commitForm]: {
      label: t('Commit …'),
      caption: t('Choose names, metrics and tags of a new version'),
      run: () => {
        show(room, 'commit');
      }
    },
    [ID.inspect]: {
      label: t('Inspect a Variable …'),
      caption: t('Show the versions of one variable'),
      args: { name: TEXT },
      run: args => {
        show(room, 'inspect', undefined, text(args, 'name'));
      }
    },
    [ID.inspectCell]: {
      label: t('Versions of What This Cell Makes'),
      run: () => {
        const cell = links.current?.panel.content.activeCell?.model;
        if (cell) {
          show(room);
          room.sidebar.inspect({ id: cell.id, source: cell.sharedModel.getSource() });
        }
      }
    },
    [ID.compare]: {
      label: t('Compare Versions'),
      caption: t('Compare the selected versions, or the present one with the one before'),
      args: { path: TEXT, ids: { type: 'array', items: VERSION } },
      enabled: () => true, // a restored layout opens comparisons before their notebooks
      run: args => {
        const path = text(args, 'path') ?? links.current?.panel.context.path;
        const ids = texts(args, 'ids') ?? (links.current ? around.selected(links.current) : []);
        const wanted = ids.length > 1 ? ids : [`${ids[0] ?? 'HEAD'}~1`, ids[0] ?? 'HEAD'];
        if (path !== undefined) {
          room.compare(path, wanted);
        }
      }
    }
  };
}

// -- what makes a version, or goes to one

function versionCommands(room: IRoom): { [id: string]: ICommand } {
  const { t, links } = room;
  return {
    [ID.commit]: {
      label: t('Commit'),
      caption: t('Keep the models, data and hyperparameters of this notebook as a version'),
      icon: commitIcon,
      args: { message: TEXT, names: NAMES, tags: { type: 'array', items: TEXT }, queue: { type: 'boolean' } },
      enabled: () => links.current !== null,
      run: async args => {
        const wanted = {
          names: texts(args, 'names') ?? null,
          message: text(args, 'message') ?? '',
          tags: texts(args, 'tags') ?? []
        };
        await deed(
          room,
          (transport, queue) => transport.request('commit', { ...wanted, queue }),
          args['queue'] === true
        );
      }
    },
    [ID.rollback]: {
      label: t('Roll Back …'),
      caption: t('Show what a rollback to a version would change'),
      args: {
        id: VERSION,
        names: NAMES,
        now: { type: 'boolean', description: 'Do it without showing it first.' },
        queue: { type: 'boolean' }
      },
      run: async args => {
        const id = text(args, 'id') ?? (links.current ? room.around.selected(links.current)[0] : undefined);
        const names = texts(args, 'names');
        if (id === undefined) {
          show(room, 'history');
        } else if (args['now'] === true) {
          const params = { id, ...(names ? { names } : {}) };
          await deed(
            room,
            (transport, queue) => transport.request('rollback', { ...params, queue }),
            args['queue'] === true,
            ID.undo
          );
        } else {
          show(room, 'rollback', [id], names?.[0]);
        }
      }
    },
    [ID.undo]: {
      label: t('Undo Rollback'),
      icon: undoIcon,
      enabled: () => links.current?.link.state?.undo != null,
      run: () => deed(room, (transport, queue) => transport.request('undo', { queue }), false, ID.redo)
    },
    [ID.redo]: {
      label: t('Redo Rollback'),
      icon: redoIcon,
      enabled: () => links.current?.link.state?.redo != null,
      run: () => deed(room, (transport, queue) => transport.request('redo', { queue }), false, ID.undo)
    },
    [ID.branch]: {
      label: t('Switch Branch …'),
      args: { branch: TEXT, create: { type: 'boolean' } },
      run: async args => {
        const state = links.current?.link.state;
        const known = Object.keys(state?.branches ?? {});
        const branch =
          text(args, 'branch') ?? (await ask(t('Switch Branch'), t('Branch (a new one is made here)'), known));
        if (branch !== null) {
          const params = { branch, create: args['create'] === true || !known.includes(branch) };
          await deed(room, (transport, queue) => transport.request('switch', { ...params, queue }));
        }
      }
    },
    [ID.auto]: {
      label: t('Commit After Every Cell'),
      toggled: () => links.current?.link.state?.auto === true,
      args: { on: { type: 'boolean' } },
      run: args => {
        const on = typeof args['on'] === 'boolean' ? args['on'] : links.current?.link.state?.auto !== true;
        return deed(room, transport => transport.request('auto', { on }));
      }
    }
  };
}

// -- what names, describes or hands on a version

function labelCommands(room: IRoom): { [id: string]: ICommand } {
  const { t, links, around } = room;
  const chosen = (args: Args): string =>
    text(args, 'id') ?? (links.current ? around.selected(links.current)[0] : undefined) ?? 'HEAD';
  return {
    [ID.tag]: {
      label: t('Tag a Version …'),
      args: { id: VERSION, name: TEXT, move: { type: 'boolean' } },
      run: async args => {
        const name = text(args, 'name') ?? (await ask(t('Tag a Version'), t('Tag')));
        if (name !== null) {
          await deed(room, transport =>
            transport.request('tag', { id: chosen(args), name, move: args['move'] === true })
          );
        }
      }
    },
    [ID.note]: {
      label: t('Note on a Version …'),
      args: { id: VERSION, note: TEXT },
      run: async args => {
        const note = text(args, 'note') ?? (await ask(t('Note on a Version'), t('Note')));
        if (note !== null) {
          await deed(room, transport => transport.request('note', { id: chosen(args), note }));
        }
      }
    },
    [ID.export]: {
      label: t('Export a Version …'),
      caption: t('Write a version as one file'),
      args: {
        id: VERSION,
        path: { ...TEXT, description: 'The file, from the folder of the notebook; asked for without it.' },
        overwrite: { type: 'boolean' }
      },
      run: args => {
        const path = text(args, 'path');
        if (path === undefined) {
          show(room, 'export', [chosen(args)]);
          return;
        }
        return deed(room, transport =>
          transport.request('export', { id: chosen(args), path, overwrite: args['overwrite'] === true })
        );
      }
    },
    [ID.document]: {
      label: t('Open the Notebook of a Version'),
      caption: t('Show the notebook as it was, read only'),
      args: { id: VERSION },
      enabled: () => room.openDocument !== null && links.current?.link.standing === 'ready',
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
          explain(error, t);
        }
      }
    }
  };
}

// -- shared

/** Open the sidebar, and a view in it. */
function show({ app, sidebar }: IRoom, view?: View, ids?: string[], name?: string): void {
  if (sidebar.isVisible) {
    sidebar.activate(); // in Notebook 7.5 and older the shell would hide what is shown already
  } else {
    app.shell.activateById(sidebar.id);
  }
  if (view) {
    sidebar.go(view, ids, name);
  }
}

/**
 * Do something in the current notebook's kernel and say what was done; back: the command that takes it back.
 * Without the extension in the kernel its loading is offered, while a cell runs it is offered to wait.
 */
async function deed(
  room: IRoom,
  request: (transport: ITransport, queue: boolean) => Promise<IDone>,
  queue = false,
  back?: string
): Promise<void> {
  const { app, t, links } = room;
  const place = links.current;
  if (!place) {
    return;
  }
  await place.link.settled(); // the extension may have been loaded a moment ago
  const transport = place.link.transport;
  if (!transport || place.link.standing !== 'ready') {
    offerLoading(room, place);
    return;
  }
  try {
    const done = await request(withDocument(transport, place), queue);
    const label = back === ID.undo ? t('Undo') : t('Redo');
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
    explain(error, t, () => {
      void deed(room, request, true, back);
    });
  }
}

function offerLoading({ t, around }: IRoom, place: IPlace): void {
  const load = {
    label: t('Load nbmodelver in this kernel'),
    run: () => {
      around.load(place);
    }
  };
  notify(reason(place.link, t), 'info', canLoad(place) ? load : undefined);
}

function canLoad(place: IPlace | null): boolean {
  return place?.link.standing === 'absent' || place?.link.standing === 'missing';
}

async function ask(title: string, label: string, known: string[] = []): Promise<string | null> {
  const answer =
    known.length > 0
      ? await InputDialog.getItem({ title, label, items: known, editable: true })
      : await InputDialog.getText({ title, label });
  return answer.button.accept && answer.value ? answer.value : null;
}

function text(args: Args, name: string): string | undefined {
  const value = args[name];
  return typeof value === 'string' ? value : undefined;
}

function texts(args: Args, name: string): string[] | undefined {
  const value = args[name];
  return Array.isArray(value) ? value.filter(one => typeof one === 'string') : undefined;
}
