import { showView, type ICommand, type ICommandContext } from './command';
import { COMMAND_ID } from './ids';

/** Commands that open the remotes, and begin a transfer there: the page shows its progress and what to decide. */
export function remoteCommands(context: ICommandContext): { [id: string]: ICommand } {
  const { t } = context;
  const begin = (deed?: 'fetch_from' | 'push_to' | 'pull_from') => (): void => {
    showView(context, 'remotes', deed && [deed]);
  };
  return {
    [COMMAND_ID.remotes]: {
      label: t('Remotes'),
      caption: t('Show the places with which this store exchanges versions'),
      run: begin()
    },
    [COMMAND_ID.fetch]: {
      label: t('Fetch'),
      caption: t('Bring new versions from the remote. Branches and variables stay as they are.'),
      run: begin('fetch_from')
    },
    [COMMAND_ID.push]: {
      label: t('Push'),
      caption: t('Send the versions of the current branch to the remote'),
      run: begin('push_to')
    },
    [COMMAND_ID.pull]: {
      label: t('Pull'),
      caption: t('Bring new versions, and the notebook to the newest version of its branch'),
      run: begin('pull_from')
    }
  };
}
