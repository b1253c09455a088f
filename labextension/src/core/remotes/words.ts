import type { INoticeAction } from '../context';
import type { IPulled, IRemote, IRemoteBranch, ITransferred } from '../protocol/messages';
import { formatDuration, formatSize } from '../text/figures';
import { plural, type Translate } from '../text/translate';

/** What a transfer did, in one line. A warning says why nothing moved. */
export interface IOutcome {
  text: string;
  isWarning?: boolean;
  action?: INoticeAction;
}

/** How concurrent pushes are kept apart, and what one's rights allow. */
export function rulesText(t: Translate, { rule, rights }: IRemote): string {
  const rules: { [R in IRemote['rule']]: string } = {
    swap: t('concurrent pushes are safe'),
    numbered: t('concurrent pushes are safe'),
    'single writer': t('for one writer only: concurrent pushes would overwrite each other'),
    'read only': t('read only')
  };
  const allowed = rights === 'read and write' ? t('you can read and write') : rights ? t('you can only read') : '';
  return [rules[rule], allowed].filter(Boolean).join(' · ');
}

/** How a branch here stands to the one at the remote: "2 ahead · 1 behind". */
export function relationText(t: Translate, { relation, ahead, behind }: IRemoteBranch): string {
  switch (relation) {
    case 'same':
      return t('up to date');
    case 'new':
      return t('only there');
    case 'only here':
      return t('only here');
    case 'ahead':
    case 'behind':
    case 'diverged':
      return [
        ahead.count ? t('{n} ahead', { n: ahead.count }) : '',
        behind.count ? t('{n} behind', { n: behind.count }) : ''
      ]
        .filter(Boolean)
        .join(' · ');
  }
}

export function sentText(t: Translate, remote: string, done: ITransferred): string {
  return done.is_empty
    ? t('{remote} has everything', { remote })
    : joined(t('Sent to {remote}', { remote }), amounts(t, done));
}

export function broughtText(t: Translate, remote: string, done: ITransferred): string {
  return done.is_empty
    ? t('{remote} has nothing new', { remote })
    : joined(t('Fetched from {remote}', { remote }), amounts(t, done));
}

export function pulledText(t: Translate, remote: string, done: IPulled, fetched?: ITransferred): string {
  const { branch, outcome, version, authors, note } = done;
  const size = fetched?.size_bytes ? formatSize(fetched.size_bytes) : '';
  switch (outcome) {
    case 'up to date':
      return t('{branch} is up to date', { branch });
    case 'ahead':
      return t('{branch} has versions that are not at {remote} yet', { branch, remote });
    case 'merged':
      return t('{branch} merged with {remote}: {version}', { branch, remote, version });
    case 'fetched':
      return note;
    case 'moved':
    case 'loaded':
      return [
        authors.length
          ? t('{branch} is now {version}, by {authors}', { branch, version, authors: authors.join(', ') })
          : t('{branch} is now {version}', { branch, version }),
        size,
        note
      ]
        .filter(Boolean)
        .join(' · ');
  }
}

/** "v2, v3 · 1.2 MB · 0.3 s". */
function amounts(t: Translate, { count, versions, size_bytes, duration_s, branches }: ITransferred): string {
  const names = count > 4 ? plural(t, count, '{n} version', '{n} versions') : versions.join(', ');
  const moved = count || !branches.length ? '' : t('branch {branch}', { branch: branches.join(', ') });
  const size = size_bytes ? formatSize(size_bytes) : '';
  return [names, moved, size, formatDuration(duration_s)].filter(Boolean).join(' · ');
}

function joined(head: string, rest: string): string {
  return rest ? `${head}: ${rest}` : head;
}

/** The people of some versions, each once. */
export function peopleOf(versions: readonly { author: string }[]): string {
  return [...new Set(versions.map(one => one.author).filter(Boolean))].join(', ');
}
