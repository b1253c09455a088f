import type { IActionResult, ITransport } from '../../core';
import type { INotebook } from '../notebooks';
import { notify, notifyFailure } from '../notices';
import { withDocument } from '../panel-host';
import { statusText } from '../panel-view';
import { canLoad, type ICommandContext } from './command';
import { COMMAND_ID } from './ids';

/** A request to the kernel that changes something. queue: wait for the running cell instead of being refused. */
export type KernelAction = (transport: ITransport, queue: boolean) => Promise<IActionResult>;

interface IRunOptions {
  queue?: boolean;
  /** The command that reverts the action. The notification offers it. */
  inverse?: typeof COMMAND_ID.undo | typeof COMMAND_ID.redo;
}

/**
 * Runs an action in the current notebook's kernel and shows its result as a notification.
 * Offers to load the extension where the kernel has not loaded it, and to wait where a cell is running.
 */
export async function runInKernel(
  context: ICommandContext,
  action: KernelAction,
  { queue = false, inverse }: IRunOptions = {}
): Promise<void> {
  const { app, t } = context;
  const notebook = context.notebooks.current;
  if (!notebook) {
    return;
  }
  await notebook.link.untilKnown(); // the extension may have been loaded a moment ago
  const { transport, status } = notebook.link;
  if (!transport || status !== 'ready') {
    offerLoading(context, notebook);
    return;
  }
  try {
    const { said } = await action(withDocument(transport, notebook), queue);
    const label = inverse === COMMAND_ID.undo ? t('Undo') : t('Redo');
    notify(said, 'success', inverse && { label, run: () => void app.commands.execute(inverse) });
  } catch (error) {
    notifyFailure(error, t, () => void runInKernel(context, action, { queue: true, ...(inverse ? { inverse } : {}) }));
  }
}

function offerLoading({ t, host }: ICommandContext, notebook: INotebook): void {
  const load = {
    label: t('Load nbmodelver in this kernel'),
    run: () => {
      host.load(notebook);
    }
  };
  notify(statusText(notebook.link, t), 'info', canLoad(notebook) ? load : undefined);
}
