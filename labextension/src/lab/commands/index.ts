import type { ICommandPalette } from '@jupyterlab/apputils';
import type { ICommand, ICommandContext } from './command';
import { labelCommands } from './label-commands';
import { panelCommands } from './panel-commands';
import { remoteCommands } from './remote-commands';
import { versionCommands } from './version-commands';

export { showVersionOf } from './command';
export { COMMAND_ID } from './ids';

/** Registers all commands, and lists them in the command palette where there is one. */
export function addCommands(context: ICommandContext, palette: ICommandPalette | null): void {
  const { app, t, notebooks } = context;
  const commands = {
    ...panelCommands(context),
    ...versionCommands(context),
    ...labelCommands(context),
    ...remoteCommands(context)
  };
  for (const [id, command] of Object.entries(commands)) {
    app.commands.addCommand(id, commandOptions(context, command));
    palette?.addItem({ command: id, category: t('Versions') });
  }
  notebooks.changed.connect(() => {
    Object.keys(commands).forEach(id => {
      app.commands.notifyCommandChanged(id);
    });
  });
}

function commandOptions(
  { notebooks }: ICommandContext,
  command: ICommand
): Parameters<ICommandContext['app']['commands']['addCommand']>[1] {
  return {
    label: command.label,
    caption: command.caption ?? command.label,
    describedBy: { args: { type: 'object', properties: command.args ?? {} } as never },
    isEnabled: command.isEnabled ?? (() => notebooks.current?.link.status === 'ready'),
    execute: args => command.run(args),
    ...(command.icon ? { icon: command.icon } : {}),
    ...(command.isToggled ? { isToggleable: true, isToggled: command.isToggled } : {})
  };
}
