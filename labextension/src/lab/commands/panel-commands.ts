import { historyIcon } from '@jupyterlab/ui-components';
import { notifyFailure } from '../notices';
import {
  canLoad,
  showView,
  TEXT_SCHEMA,
  textArgument,
  textsArgument,
  VERSION_SCHEMA,
  type CommandArguments,
  type ICommand,
  type ICommandContext
} from './command';
import { COMMAND_ID } from './ids';

/** Commands that open the panel or one of its views. */
export function panelCommands(context: ICommandContext): { [id: string]: ICommand } {
  const { t, notebooks } = context;
  return {
    [COMMAND_ID.open]: {
      label: t('Show Versions'),
      caption: t('Show the versions of this notebook'),
      icon: historyIcon,
      isEnabled: () => true,
      run: () => {
        showView(context);
      }
    },
    [COMMAND_ID.load]: {
      label: t('Load nbmodelver in This Kernel'),
      isEnabled: () => canLoad(notebooks.current),
      run: async () => {
        await notebooks.current?.link.load().catch((error: unknown) => {
          notifyFailure(error, t);
        });
      }
    },
    [COMMAND_ID.commitForm]: {
      label: t('Commit…'),
      caption: t('Choose the variables, metrics and tags of a new version'),
      run: () => {
        showView(context, 'commit');
      }
    },
    [COMMAND_ID.inspect]: {
      label: t('Inspect a Variable…'),
      caption: t('Show the versions of one variable'),
      args: { name: TEXT_SCHEMA },
      run: args => {
        showView(context, 'inspect', undefined, textArgument(args, 'name'));
      }
    },
    [COMMAND_ID.inspectCell]: {
      label: t('Versions of the Variables of This Cell'),
      run: () => {
        inspectActiveCell(context);
      }
    },
    [COMMAND_ID.compare]: {
      label: t('Compare Versions'),
      caption: t('Compare the selected versions, or the current version with the one before it'),
      args: { path: TEXT_SCHEMA, ids: { type: 'array', items: VERSION_SCHEMA } },
      isEnabled: () => true, // a restored layout opens comparisons before their notebooks
      run: args => {
        compareVersions(context, args);
      }
    }
  };
}

function inspectActiveCell(context: ICommandContext): void {
  const cell = context.notebooks.current?.panel.content.activeCell?.model;
  if (cell) {
    showView(context);
    context.sidebar.inspect({ id: cell.id, source: cell.sharedModel.getSource() });
  }
}

function compareVersions({ notebooks, host, openComparison }: ICommandContext, args: CommandArguments): void {
  const { current } = notebooks;
  const path = textArgument(args, 'path') ?? current?.panel.context.path;
  const ids = textsArgument(args, 'ids') ?? (current ? host.selectedIds(current) : []);
  if (path !== undefined) {
    openComparison(path, ids.length > 1 ? ids : [`${ids[0] ?? 'HEAD'}~1`, ids[0] ?? 'HEAD']);
  }
}
