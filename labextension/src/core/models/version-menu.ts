import type { IContext } from '../context';
import { openMenu, type IMenuItem } from '../dom/menu';
import type { IModelVersion, IRegisteredModel } from '../protocol/messages';
import { CardPage } from './card-page';
import { askDecision, askDeprecation, askPromotion, askState } from './forms';

/** The actions on a registered version. A promotion opens its form, which shows the gates first. */
export function openVersionMenu(
  ctx: IContext,
  model: IRegisteredModel,
  version: IModelVersion,
  opener: HTMLElement
): void {
  const isArchived = version.state?.state === 'archived';
  openMenu(
    version.address,
    [
      ...(isArchived ? [] : [...promotions(ctx, model, version), ...decisions(ctx, model, version)]),
      ...states(ctx, model, version),
      ...documents(ctx, version)
    ],
    { root: ctx.root, opener }
  );
}

function promotions(ctx: IContext, model: IRegisteredModel, version: IModelVersion): IMenuItem[] {
  return model.stages
    .filter(stage => !version.stages.includes(stage))
    .map(stage => ({
      label: ctx.t('Promote to {stage}…', { stage }),
      run: () => {
        askPromotion(ctx, model, version, stage);
      }
    }));
}

function decisions(ctx: IContext, model: IRegisteredModel, { address }: IModelVersion): IMenuItem[] {
  const { t } = ctx;
  const decide = (label: string, outcome: 'request' | 'approve' | 'refuse' | 'withdraw'): IMenuItem => ({
    label,
    run: () => {
      askDecision(ctx, model, { address, stage: '', outcome });
    }
  });
  return [
    decide(t('Ask for an approval…'), 'request'),
    decide(t('Approve…'), 'approve'),
    decide(t('Refuse…'), 'refuse'),
    decide(t('Withdraw the approval…'), 'withdraw')
  ];
}

function states(ctx: IContext, model: IRegisteredModel, version: IModelVersion): IMenuItem[] {
  const { t } = ctx;
  const { address, state } = version;
  const change = (label: string, method: 'archive' | 'restore'): IMenuItem => ({
    label,
    run: () => {
      askState(ctx, address, method);
    }
  });
  const deprecation = {
    label: t('Deprecate…'),
    run: () => {
      askDeprecation(ctx, model, version);
    }
  };
  return [
    ...(state?.state === 'archived' ? [] : [deprecation, change(t('Archive…'), 'archive')]),
    ...(state ? [change(t('Make it active again…'), 'restore')] : [])
  ];
}

function documents(ctx: IContext, { address, id }: IModelVersion): IMenuItem[] {
  const { t } = ctx;
  return [
    {
      label: t('Show the lineage'),
      icon: 'branch',
      disabled: !id,
      run: () => {
        showLineage(ctx, address);
      }
    },
    {
      label: t('Show the model card'),
      icon: 'notebook',
      disabled: !id,
      run: () => {
        ctx.openPage(new CardPage(ctx, address));
      }
    }
  ];
}

function showLineage(ctx: IContext, address: string): void {
  const page = ctx.pages.lineage?.(ctx, address);
  if (page) {
    ctx.openPage(page);
  } else {
    ctx.showNotice({
      kind: 'info',
      text: ctx.t('The lineage is drawn in the panel beside the notebook.'),
      hint: `%mv_lineage ${address}`
    });
  }
}
