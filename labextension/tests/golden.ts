/** A transport that answers with the messages a real kernel has sent (tests/golden/panel/samples). */

import commit from '../../tests/golden/panel/samples/commit.json';
import compare from '../../tests/golden/panel/samples/compare.json';
import diffModel from '../../tests/golden/panel/samples/diff.model.json';
import diff from '../../tests/golden/panel/samples/diff.json';
import document from '../../tests/golden/panel/samples/document.json';
import form from '../../tests/golden/panel/samples/form.json';
import hello from '../../tests/golden/panel/samples/hello.json';
import history from '../../tests/golden/panel/samples/history.json';
import inspect from '../../tests/golden/panel/samples/inspect.json';
import plan from '../../tests/golden/panel/samples/plan.json';
import profile from '../../tests/golden/panel/samples/profile.json';
import profileModel from '../../tests/golden/panel/samples/profile.model.json';
import rollback from '../../tests/golden/panel/samples/rollback.json';
import series from '../../tests/golden/panel/samples/series.json';
import version from '../../tests/golden/panel/samples/version.json';
import { Mock } from './mock';

export const SAMPLES = {
  commit,
  compare,
  diff,
  diffModel,
  document,
  form,
  hello,
  history,
  inspect,
  plan,
  profile,
  profileModel,
  rollback,
  series,
  version
};

/** golden.test.ts has checked that these are what they are said to be here. */
export function golden(model = false): Mock {
  const of =
    <T>(sample: { result: unknown }): (() => T) =>
    () =>
      structuredClone(sample.result) as T;
  const mock = new Mock(0, {
    history: of(history),
    series: of(series),
    version: of(version),
    diff: of(model ? diffModel : diff),
    compare: of(compare),
    plan: of(plan),
    form: of(form),
    inspect: of(inspect),
    profile: of(model ? profileModel : profile),
    commit: of(commit),
    rollback: of(rollback),
    document: of(document)
  });
  mock.state = structuredClone(hello.result) as Mock['state'];
  return mock;
}
