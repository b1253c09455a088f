import type { IContext } from '../context';
import { checkbox, field, select } from '../dom/controls';
import { h } from '../dom/elements';
import type { IRegisteredModel, IModelVersion, Params } from '../protocol/messages';
import { plural } from '../text/translate';
import { ChangeForm } from './change-form';
import { drawGates } from './gates';
import { MovePreview } from './move-preview';
import { DIM } from '../dom/styles';

type Outcome = Params<'decide'>['outcome'];

/** Asks for a stage and a reason, and shows the outcome of every gate first. wanted: the stage; default: the next. */
export function askPromotion(
  ctx: IContext,
  model: IRegisteredModel,
  { address, stages }: IModelVersion,
  wanted?: string
): void {
  const { t } = ctx;
  const open = model.stages.filter(one => !stages.includes(one));
  const after = Math.max(...stages.map(one => model.stages.indexOf(one)), -1) + 1;
  let stage = wanted ?? model.stages[after] ?? open[0] ?? '';
  let force = false;
  const preview = new MovePreview(ctx, found => {
    const failed = found.gates.filter(one => !one.is_met).length;
    force = false;
    return [
      h('p', {}, failed ? plural(t, failed, '{n} gate stops it', '{n} gates stop it') : t('No gate stops it')),
      drawGates(ctx, found.gates),
      failed
        ? checkbox({
            label: t('Promote it although gates fail'),
            checked: false,
            onChange: on => {
              force = on;
            }
          })
        : null
    ];
  });
  const check = (): void => {
    void preview.show(() => ctx.query('gates', { address, stage }));
  };
  const choice = select(t('Stage'), options(open), stage, chosen => {
    stage = chosen;
    check();
  });
  check();
  ctx.openPage(
    new ChangeForm(ctx, {
      title: t('Promote {address}', { address }),
      label: t('Promote'),
      method: 'promote',
      fields: [field(t('Stage'), choice), preview.element],
      preview,
      params: why => ({
        address,
        stage,
        why,
        ...(force ? { force } : {}),
        ...(model.diverged.includes(stage) ? { settle: true } : {})
      }),
      onFailure: check
    })
  );
}

/** Shows which version a stage goes back to, and asks for the reason. */
export function askBack(ctx: IContext, model: string, stage: string): void {
  const { t } = ctx;
  const preview = new MovePreview(ctx, () => []);
  void preview.show(() => ctx.query('way_back', { model, stage }));
  ctx.openPage(
    new ChangeForm(ctx, {
      title: t('Move {stage} back', { stage }),
      label: t('Move back'),
      method: 'back',
      fields: [preview.element],
      preview,
      params: why => ({ model, stage, why })
    })
  );
}

/** stage: "" to choose it. */
export function askDecision(
  ctx: IContext,
  model: IRegisteredModel,
  { address, stage, outcome }: { address: string; stage: string; outcome: Outcome }
): void {
  const { t } = ctx;
  const titles: { [O in Outcome]: string } = {
    request: t('Ask for an approval of {address}', { address }),
    approve: t('Approve {address}', { address }),
    refuse: t('Refuse {address}', { address }),
    withdraw: t('Withdraw the approval of {address}', { address })
  };
  const labels: { [O in Outcome]: string } = {
    request: t('Ask'),
    approve: t('Approve'),
    refuse: t('Refuse'),
    withdraw: t('Withdraw')
  };
  let chosen = stage || (model.stages[model.stages.length - 1] ?? '');
  const choice = select(t('Stage'), options(model.stages), chosen, value => {
    chosen = value;
  });
  ctx.openPage(
    new ChangeForm(ctx, {
      title: titles[outcome],
      label: labels[outcome],
      method: 'decide',
      fields: [field(t('Stage'), choice)],
      reason: outcome === 'request' ? 'optional' : 'required',
      params: why => ({ address, stage: chosen, outcome, why })
    })
  );
}

/** Asks for the reason, the replacement and the first day of a deprecation. */
export function askDeprecation(ctx: IContext, model: IRegisteredModel, { address }: IModelVersion): void {
  const { t } = ctx;
  const others = model.versions.filter(one => one.address !== address && !one.state).map(one => one.address);
  let use = '';
  const replacement = select(t('Replacement'), [['', t('none')], ...options(others)], '', chosen => {
    use = chosen;
  });
  const day = h('input', { type: 'date', class: 'nbmv-input' });
  ctx.openPage(
    new ChangeForm(ctx, {
      title: t('Deprecate {address}', { address }),
      label: t('Deprecate'),
      method: 'deprecate',
      fields: [field(t('Replacement'), replacement), field(t('First day'), day, t('Without a day it begins at once.'))],
      params: why => ({
        address,
        why,
        ...(use ? { use } : {}),
        ...(day.value ? { starts_on: day.value } : {})
      })
    })
  );
}

/** Asks for the reason to archive a version, or to make it active again. */
export function askState(ctx: IContext, address: string, method: 'archive' | 'restore'): void {
  const { t } = ctx;
  const isArchive = method === 'archive';
  const said = isArchive
    ? t('It leaves its stages and cannot be used until it is active again. Its data is kept.')
    : t('It can be used again. Stages and aliases that it left stay as they are.');
  ctx.openPage(
    new ChangeForm(ctx, {
      title: isArchive ? t('Archive {address}', { address }) : t('Make {address} active again', { address }),
      label: isArchive ? t('Archive') : t('Make active'),
      method,
      fields: [h('p', DIM, said)],
      params: why => ({ address, why })
    })
  );
}

function options(values: readonly string[]): [string, string][] {
  return values.map(one => [one, one]);
}
