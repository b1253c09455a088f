import type { IContext, IView } from '../context';
import { field } from '../dom/controls';
import type { IRemote } from '../protocol/messages';
import { createForm, showProblem, submitButton, textField } from './form';
import type { Transfer } from './transfer';
import { pushWork } from './works';

/** Asks for the name under which the own versions go to the remote. The branch of the others stays as it is there. */
export class BesideForm implements IView {
  readonly element: HTMLElement;
  readonly title: string;
  private readonly _name;

  constructor(
    private readonly _ctx: IContext,
    private readonly _remote: IRemote,
    private readonly _branch: string,
    private readonly _transfer: Transfer
  ) {
    const { t } = _ctx;
    const { name: remote, branches } = _remote;
    const taken = branches.filter(one => one.there !== null).map(one => one.branch);
    this.title = t('Keep {branch} beside', { branch: _branch });
    this._name = textField(freeName(`${_branch}-${_ctx.state.value?.author ?? 'mine'}`, taken));
    this.element = createForm(_ctx, {
      title: this.title,
      go: submitButton(t('Push')),
      fields: [
        field(
          t('Name of the branch at {remote}', { remote }),
          this._name.input,
          t('Your versions go there under this name. The branch of the others stays as it is.')
        ),
        this._name.problem
      ],
      submit: () => {
        this._submit();
      }
    });
  }

  focus(): void {
    this._name.input.focus();
  }

  dispose(): void {
    // It holds nothing: the transfer belongs to the page of the remotes.
  }

  private _submit(): void {
    const branch_as = this._name.input.value.trim();
    if (branch_as) {
      const choice = { branch: this._branch, branch_as };
      this._ctx.goBack();
      void this._transfer.start(pushWork(this._ctx, this._remote.name, this._transfer, choice));
    } else {
      showProblem(this._name, this._ctx.t('Give it a name'));
      this.focus();
    }
  }
}

/** A name that the remote does not have, of characters that every remote accepts. */
function freeName(wanted: string, taken: readonly string[]): string {
  const name = wanted.replace(/[^\w.-]+/g, '-');
  let free = name;
  for (let n = 2; taken.includes(free); n += 1) {
    free = `${name}-${n}`;
  }
  return free;
}
