import type { IContext } from '../context';
import { Failure } from '../protocol/transport';
import type { ITransferWork, Send, Transfer } from './transfer';
import { broughtText, pulledText, sentText, type IOutcome } from './words';

export function fetchWork({ t }: IContext, remote: string): ITransferWork {
  return {
    what: t('Fetching from {remote}', { remote }),
    run: async send => ({ text: broughtText(t, remote, await send('fetch_from', { remote })) })
  };
}

/** Sends the current branch. If others pushed first, their versions are fetched, so that the page shows them. */
export function pushWork({ t }: IContext, remote: string): ITransferWork {
  return {
    what: t('Pushing to {remote}', { remote }),
    run: async send => {
      try {
        return { text: sentText(t, remote, await send('push_to', { remote })) };
      } catch (error) {
        requireDiverged(error);
        await send('fetch_from', { remote });
        return { text: t('Nothing was sent: {remote} has versions that are not here', { remote }), isWarning: true };
      }
    }
  };
}

/** branch: default: the current one. trust: load pickled values of other people. */
interface IPullChoice {
  branch?: string;
  trust?: boolean;
}

/** Fetches, which needs no kernel state and can be cancelled, then moves the branch and the notebook. */
export function pullWork(ctx: IContext, remote: string, transfer: Transfer, choice: IPullChoice = {}): ITransferWork {
  const { t } = ctx;
  return {
    what: t('Pulling from {remote}', { remote }),
    run: async (send, waits) => {
      const fetched = await send('fetch_from', { remote });
      try {
        const done = await send('pull_from', { remote, ...choice, ...(waits ? { queue: true } : {}) });
        const text = pulledText(t, remote, done, fetched);
        return done.outcome === 'fetched' ? askTrust(ctx, remote, transfer, { text, choice }) : { text };
      } catch (error) {
        requireDiverged(error);
        return { text: t('Nothing was moved: both sides have new versions'), isWarning: true };
      }
    }
  };
}

/** The branch stays, because values of other people need trust: the user decides that. */
function askTrust(
  ctx: IContext,
  remote: string,
  transfer: Transfer,
  { text, choice }: { text: string; choice: IPullChoice }
): IOutcome {
  const run = (): void => void transfer.start(pullWork(ctx, remote, transfer, { ...choice, trust: true }));
  return { text, isWarning: true, action: { label: ctx.t('Trust them, and load the values'), run } };
}

/** Merges the branch of the remote into the current version. take: choices by name. */
export function mergeWork(
  { t }: IContext,
  remote: string,
  take: { [name: string]: string },
  onText: (text: string) => void
): ITransferWork {
  return {
    what: t('Merging with {remote}', { remote }),
    run: async (send: Send, waits) => {
      const done = await send('pull_from', { remote, merge: true, take, ...(waits ? { queue: true } : {}) });
      const text = pulledText(t, remote, done);
      onText(text);
      return { text };
    }
  };
}

/** Throws any other error again. */
function requireDiverged(error: unknown): void {
  if (!(error instanceof Failure) || error.code !== 'Diverged') {
    throw error;
  }
}
