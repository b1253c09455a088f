import type { IContext } from '../context';
import type { ISecretFound } from '../protocol/messages';
import { Failure } from '../protocol/transport';
import type { Translate } from '../text/translate';
import type { IRemedy, ITransferWork, Send, Transfer } from './transfer';
import { broughtText, pulledText, sentText, type IOutcome } from './words';

export function fetchWork({ t }: IContext, remote: string): ITransferWork {
  return {
    what: t('Fetching from {remote}', { remote }),
    run: async send => ({ text: broughtText(t, remote, await send('fetch_from', { remote })) })
  };
}

/** branch: default: the current one. branch_as: its name there. allow_secrets: versions to send nevertheless. */
interface IPushChoice {
  branch?: string;
  branch_as?: string;
  allow_secrets?: string[];
}

/** Sends a branch. If others pushed first, their versions are fetched, so that the page shows them. */
export function pushWork(ctx: IContext, remote: string, transfer: Transfer, choice: IPushChoice = {}): ITransferWork {
  const { t } = ctx;
  return {
    what: t('Pushing to {remote}', { remote }),
    run: async send => {
      try {
        return { text: sentText(t, remote, await send('push_to', { remote, ...choice })) };
      } catch (error) {
        requireDiverged(error);
        await send('fetch_from', { remote });
        return { text: t('Nothing was sent: {remote} has versions that are not here', { remote }), isWarning: true };
      }
    },
    remedy: ({ secret }) => secret && allowSecret(ctx, remote, transfer, choice, secret)
  };
}

/** A version looks as if it had a secret: what was found, and a button that sends this one version nevertheless. */
function allowSecret(
  ctx: IContext,
  remote: string,
  transfer: Transfer,
  choice: IPushChoice,
  { version, found }: ISecretFound
): IRemedy {
  const { t } = ctx;
  const allow_secrets = [...(choice.allow_secrets ?? []), version];
  return {
    text: t('Nothing was sent: {version} may hold a secret', { version }),
    lines: found.map(({ where, why }) => t('{where}: {why}', { where, why })),
    hint: t('Remove it (%mv_purge), or send the version if this is no secret.'),
    action: {
      label: t('Send {version} nevertheless', { version }),
      run: () => void transfer.start(pushWork(ctx, remote, transfer, { ...choice, allow_secrets }))
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
  return { text, isWarning: true, action: { label: trustLabel(ctx.t), run } };
}

interface IMergeChoice {
  /** The sides by name. */
  take: { [name: string]: string };
  /** Load pickled values of other people. */
  trust: boolean;
}

interface IMergeEvents {
  /** Called after the merge. */
  merged(text: string): void;
  /** Called when the user trusts the values that were refused. */
  trusted(): void;
}

/** Merges the branch of the remote into the current version. */
export function mergeWork({ t }: IContext, remote: string, choice: IMergeChoice, events: IMergeEvents): ITransferWork {
  const { take, trust } = choice;
  return {
    what: t('Merging with {remote}', { remote }),
    run: async (send: Send, waits) => {
      const params = { remote, merge: true, take, ...(trust ? { trust } : {}), ...(waits ? { queue: true } : {}) };
      return { text: pulledText(t, remote, await send('pull_from', params)) };
    },
    done: ({ text }) => {
      events.merged(text);
    },
    remedy: ({ code }) =>
      code === 'NeedsTrust' ? { action: { label: trustLabel(t), run: events.trusted } } : undefined
  };
}

export function trustLabel(t: Translate): string {
  return t('Trust them, and load the values');
}

/** Throws any other error again. */
function requireDiverged(error: unknown): void {
  if (!(error instanceof Failure) || error.code !== 'Diverged') {
    throw error;
  }
}
