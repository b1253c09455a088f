import type { IContext } from '../context';
import type { Disposables } from '../disposables';
import { button } from '../dom/controls';
import type { IRemoteSummary } from '../protocol/messages';
import { plural, type Translate } from '../text/translate';

/** A line below the tabs: "3 versions not pushed · 2 to pull". A click opens the remotes. Hidden if nothing waits. */
export function createSummaryLine(ctx: IContext, disposables: Disposables): HTMLElement {
  const line = button({
    label: '',
    icon: 'branch',
    class: 'nbmv-link nbmv-remote-line',
    onClick: () => {
      ctx.openView('remotes');
    }
  });
  const update = (): void => {
    const text = summaryText(ctx.t, ctx.state.value?.remote);
    line.querySelector('.nbmv-words')?.replaceChildren(text);
    line.hidden = !text;
  };
  disposables.add(ctx.state.on(update));
  update();
  return line;
}

export function summaryText(t: Translate, remote: IRemoteSummary | undefined): string {
  const { unsent = 0, behind = 0 } = remote ?? {};
  return [
    unsent && plural(t, unsent, '{n} version not pushed', '{n} versions not pushed'),
    behind && t('{n} to pull', { n: behind })
  ]
    .filter(Boolean)
    .join(' · ');
}
