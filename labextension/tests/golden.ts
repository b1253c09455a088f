/** A transport that answers with the messages a real kernel has sent (tests/golden/panel/samples). */

import card from '../../tests/golden/panel/samples/card.json';
import commit from '../../tests/golden/panel/samples/commit.json';
import compare from '../../tests/golden/panel/samples/compare.json';
import diffModel from '../../tests/golden/panel/samples/diff.model.json';
import diff from '../../tests/golden/panel/samples/diff.json';
import document from '../../tests/golden/panel/samples/document.json';
import form from '../../tests/golden/panel/samples/form.json';
import hello from '../../tests/golden/panel/samples/hello.json';
import history from '../../tests/golden/panel/samples/history.json';
import inspect from '../../tests/golden/panel/samples/inspect.json';
import lineage from '../../tests/golden/panel/samples/lineage.json';
import models from '../../tests/golden/panel/samples/models.json';
import model from '../../tests/golden/panel/samples/model.waiting.json';
import gates from '../../tests/golden/panel/samples/gates.json';
import plan from '../../tests/golden/panel/samples/plan.json';
import profile from '../../tests/golden/panel/samples/profile.json';
import profileModel from '../../tests/golden/panel/samples/profile.model.json';
import rollback from '../../tests/golden/panel/samples/rollback.json';
import series from '../../tests/golden/panel/samples/series.json';
import version from '../../tests/golden/panel/samples/version.json';
import { Mock } from './mock';

export const SAMPLES = {
  card,
  commit,
  compare,
  diff,
  diffModel,
  document,
  form,
  hello,
  history,
  gates,
  inspect,
  lineage,
  model,
  models,
  plan,
  profile,
  profileModel,
  rollback,
  series,
  version
};

/** golden.test.ts has checked that these are what they are said to be here. */
export function golden(ofModels = false): Mock {
  const of =
    <T>(sample: { result: unknown }): (() => T) =>
    () =>
      structuredClone(sample.result) as T;
  const mock = new Mock(0, {
    history: of(history),
    series: of(series),
    version: of(version),
    diff: of(ofModels ? diffModel : diff),
    compare: of(compare),
    plan: of(plan),
    form: of(form),
    inspect: of(inspect),
    profile: of(ofModels ? profileModel : profile),
    commit: of(commit),
    rollback: of(rollback),
    document: of(document),
    lineage: of(lineage),
    card: of(card),
    models: of(models),
    model: of(model),
    gates: of(gates)
  });
  mock.state = structuredClone(hello.result) as Mock['state'];
  return mock;
}
