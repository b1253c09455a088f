import type { IContext } from '../context';
import { button, field } from '../dom/controls';
import { h } from '../dom/elements';
import { openMenu } from '../dom/menu';
import { ACTIONS } from '../dom/styles';

/** Opens the menu of branches. The current branch is checked; the last item creates a branch. */
export function openBranchMenu(ctx: IContext, from: HTMLElement): void {
  const { t } = ctx;
  const state = ctx.state.value;
  if (!state) {
    return;
  }
  const go = (branch: string): void => void ctx.mutate('switch', { branch }, t('Switching to {branch}', { branch }));
  openMenu(
    t('Branches'),
    [
      ...Object.keys(state.branches).map(branch => ({
        label: branch,
        checked: branch === state.branch,
        run: () => {
          go(branch);
        }
      })),
      {
        label: t('New branch…'),
        icon: 'plus' as const,
        disabled: !state.head,
        run: () => {
          openNewBranchForm(ctx);
        }
      }
    ],
    { root: ctx.root, opener: from }
  );
}

function openNewBranchForm(ctx: IContext): void {
  const { t } = ctx;
  const input = h('input', {
    type: 'text',
    class: 'nbmv-input',
    required: true,
    autocomplete: 'off',
    spellcheck: 'false'
  });
  const make = (): void => {
    const branch = input.value.trim();
    if (branch) {
      ctx.goBack();
      void ctx.mutate('switch', { branch, create: true }, t('Creating the branch {branch}', { branch }));
    }
  };
  const form = h(
    'form',
    {
      class: 'nbmv-view nbmv-form',
      on: {
        submit: event => {
          event.preventDefault();
          make();
        }
      }
    },
    field(t('Name of the branch'), input, t('The branch starts at the current version. The notebook does not change.')),
    h(
      'div',
      ACTIONS,
      button({ label: t('Create and switch'), class: 'nbmv-primary', onClick: () => undefined }),
      button({
        label: t('Cancel'),
        onClick: () => {
          ctx.goBack();
        }
      })
    )
  );
  form.querySelector('button')?.setAttribute('type', 'submit');
  ctx.openPage({
    element: form,
    title: t('New branch'),
    focus: () => {
      input.focus();
    },
    dispose: () => undefined
  });
}
