import type { IContext } from '../context';
import { button, field } from '../dom/controls';
import { h } from '../dom/elements';
import { openMenu } from '../dom/menu';

/** The menu of branches: the present one is ticked, the last item makes a new one. */
export function branchMenu(ctx: IContext, from: HTMLElement): void {
  const { t } = ctx;
  const state = ctx.state.value;
  if (!state) {
    return;
  }
  const go = (branch: string): void => void ctx.act('switch', { branch }, t('Switching to {branch}', { branch }));
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
          askName(ctx);
        }
      }
    ],
    { root: ctx.root, from }
  );
}

function askName(ctx: IContext): void {
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
      ctx.back();
      void ctx.act('switch', { branch, create: true }, t('Making the branch {branch}', { branch }));
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
    field(t('Name of the branch'), input, t('It begins at the present version; what is in the notebook stays.')),
    h(
      'div',
      { class: 'nbmv-actions' },
      button({ label: t('Make and switch'), class: 'nbmv-primary', run: () => undefined }),
      button({
        label: t('Cancel'),
        run: () => {
          ctx.back();
        }
      })
    )
  );
  form.querySelector('button')?.setAttribute('type', 'submit');
  ctx.open({
    element: form,
    title: t('New branch'),
    focus: () => {
      input.focus();
    },
    dispose: () => undefined
  });
}
