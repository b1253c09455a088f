import { redoIcon, undoIcon } from '@jupyterlab/ui-components';
import { commitIcon } from '../icons';
import {
  FLAG_SCHEMA,
  NAMES_SCHEMA,
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

/** Commands that create a version or restore one. */
export function versionCommands(context: ICommandContext): { [id: string]: ICommand } {
  const { t, notebooks } = context;
  return {
    [COMMAND_ID.commit]: {
      label: t('Commit'),
      caption: t('Save the models, data and hyperparameters of this notebook as a version'),
      icon: commitIcon,
      args: { message: TEXT_SCHEMA, names: NAMES_SCHEMA, tags: TEXTS_SCHEMA, queue: FLAG_SCHEMA },
      isEnabled: () => notebooks.current !== null,
      run: args => commit(context, args)
    },
    [COMMAND_ID.rollback]: {
      label: t('Roll Back…'),
      caption: t('Show what a rollback to a version would change'),
      args: {
        id: VERSION_SCHEMA,
        names: NAMES_SCHEMA,
        now: { ...FLAG_SCHEMA, description: 'Roll back without showing the plan.' },
        queue: FLAG_SCHEMA
      },
      run: args => rollBack(context, args)
    },
    [COMMAND_ID.undo]: {
      label: t('Undo Rollback'),
      icon: undoIcon,
      isEnabled: () => notebooks.current?.link.state?.undo != null,
      run: () =>
        runInKernel(context, (transport, queue) => transport.request('undo', { queue }), { inverse: COMMAND_ID.redo })
    },
    [COMMAND_ID.redo]: {
      label: t('Redo Rollback'),
      icon: redoIcon,
      isEnabled: () => notebooks.current?.link.state?.redo != null,
      run: () =>
        runInKernel(context, (transport, queue) => transport.request('redo', { queue }), { inverse: COMMAND_ID.undo })
    },
    [COMMAND_ID.branch]: {
      label: t('Switch Branch…'),
      args: { branch: TEXT_SCHEMA, create: FLAG_SCHEMA },
      run: args => switchBranch(context, args)
    },
    [COMMAND_ID.auto]: {
      label: t('Commit After Every Cell'),
      isToggled: () => notebooks.current?.link.state?.auto === true,
      args: { on: FLAG_SCHEMA },
      run: args => {
        const on = typeof args['on'] === 'boolean' ? args['on'] : notebooks.current?.link.state?.auto !== true;
        return runInKernel(context, transport => transport.request('auto', { on }));
      }
    }
  };
}

function commit(context: ICommandContext, args: CommandArguments): Promise<void> {
  const params = {
    names: textsArgument(args, 'names') ?? null,
    message: textArgument(args, 'message') ?? '',
    tags: textsArgument(args, 'tags') ?? []
  };
  const queue = args['queue'] === true;
  return runInKernel(context, (transport, wait) => transport.request('commit', { ...params, queue: wait }), { queue });
}

async function rollBack(context: ICommandContext, args: CommandArguments): Promise<void> {
  const id = versionArgument(context, args);
  const names = textsArgument(args, 'names');
  if (id === undefined) {
    showView(context, 'history');
  } else if (args['now'] === true) {
    const params = { id, ...(names ? { names } : {}) };
    await runInKernel(context, (transport, queue) => transport.request('rollback', { ...params, queue }), {
      queue: args['queue'] === true,
      inverse: COMMAND_ID.undo
    });
  } else {
    showView(context, 'rollback', [id], names?.[0]);
  }
}

async function switchBranch(context: ICommandContext, args: CommandArguments): Promise<void> {
  const { t, notebooks } = context;
  const known = Object.keys(notebooks.current?.link.state?.branches ?? {});
  const branch =
    textArgument(args, 'branch') ??
    (await promptFor(t('Switch Branch'), t('Branch (a name that does not exist yet creates a branch)'), known));
  if (branch !== null) {
    const params = { branch, create: args['create'] === true || !known.includes(branch) };
    await runInKernel(context, (transport, queue) => transport.request('switch', { ...params, queue }));
  }
}
