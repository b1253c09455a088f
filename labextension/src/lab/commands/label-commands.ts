import { notify, notifyFailure } from '../notices';
import {
  FLAG_SCHEMA,
  showView,
  TEXT_SCHEMA,
  textArgument,
  TEXTS_SCHEMA,
  textsArgument,
  VERSION_SCHEMA,
  versionArgument,
  type CommandArguments,
  type ICommand,
  type ICommandContext
} from './command';
import { COMMAND_ID } from './ids';
import { promptFor } from './prompt';
import { runInKernel } from './run-in-kernel';

/** Commands that label, export, open or run a version. */
export function labelCommands(context: ICommandContext): { [id: string]: ICommand } {
  const { t, notebooks } = context;
  return {
    [COMMAND_ID.tag]: {
      label: t('Tag a Version…'),
      args: { id: VERSION_SCHEMA, name: TEXT_SCHEMA, move: FLAG_SCHEMA },
      run: args => tag(context, args)
    },
    [COMMAND_ID.note]: {
      label: t('Add a Note to a Version…'),
      args: { id: VERSION_SCHEMA, note: TEXT_SCHEMA },
      run: args => writeNote(context, args)
    },
    [COMMAND_ID.export]: {
      label: t('Export a Version…'),
      caption: t('Write a version to one file'),
      args: {
        id: VERSION_SCHEMA,
        path: {
          ...TEXT_SCHEMA,
          description: "The file, relative to the notebook's folder. Default: a form asks for it."
        },
        overwrite: FLAG_SCHEMA
      },
      run: args => exportVersion(context, args)
    },
    [COMMAND_ID.rerun]: {
      label: t('Re-run a Version…'),
      caption: t('Run the cells of a version again, and compare the results with the record'),
      args: { path: TEXT_SCHEMA, ids: TEXTS_SCHEMA },
      isEnabled: () => true, // a restored layout opens re-runs before their notebooks
      run: args => {
        rerunVersion(context, args);
      }
    },
    [COMMAND_ID.document]: {
      label: t('Open the Notebook of a Version'),
      caption: t('Show the notebook of a version, read only'),
      args: { id: VERSION_SCHEMA },
      isEnabled: () => context.openDocument !== null && notebooks.current?.link.status === 'ready',
      run: args => openDocument(context, args)
    }
  };
}

async function tag(context: ICommandContext, args: CommandArguments): Promise<void> {
  const { t } = context;
  const name = textArgument(args, 'name') ?? (await promptFor(t('Tag a Version'), t('Tag')));
  if (name !== null) {
    const params = { id: versionArgument(context, args) ?? 'HEAD', name, move: args['move'] === true };
    await runInKernel(context, transport => transport.request('tag', params));
  }
}

async function writeNote(context: ICommandContext, args: CommandArguments): Promise<void> {
  const { t } = context;
  const note = textArgument(args, 'note') ?? (await promptFor(t('Add a Note to a Version'), t('Note')));
  if (note !== null) {
    const params = { id: versionArgument(context, args) ?? 'HEAD', note };
    await runInKernel(context, transport => transport.request('note', params));
  }
}

async function exportVersion(context: ICommandContext, args: CommandArguments): Promise<void> {
  const id = versionArgument(context, args) ?? 'HEAD';
  const path = textArgument(args, 'path');
  if (path === undefined) {
    showView(context, 'export', [id]);
  } else {
    const params = { id, path, overwrite: args['overwrite'] === true };
    await runInKernel(context, transport => transport.request('export', params));
  }
}

async function openDocument(context: ICommandContext, args: CommandArguments): Promise<void> {
  const { t } = context;
  const notebook = context.notebooks.current;
  try {
    const id = versionArgument(context, args) ?? 'HEAD';
    const found = await notebook?.link.transport?.request('document', { id });
    if (notebook && found?.notebook) {
      context.openDocument?.(found.name, found.notebook, notebook.panel.id);
    } else if (found) {
      notify(t('{version} was saved without its notebook', { version: found.name }), 'info');
    }
  } catch (error) {
    notifyFailure(error, t);
  }
}

/** Opens the plan of a re-run. Nothing runs before the user agrees. */
function rerunVersion({ notebooks, host, openRerun }: ICommandContext, args: CommandArguments): void {
  const { current } = notebooks;
  const path = textArgument(args, 'path') ?? current?.panel.context.path;
  const [id, name] = textsArgument(args, 'ids') ?? (current ? host.selectedIds(current) : []);
  if (path !== undefined) {
    openRerun(path, id ?? 'HEAD', name);
  }
}
