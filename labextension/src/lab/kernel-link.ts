import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import { type ISignal, Signal } from '@lumino/signaling';
import { connect, Failure, older, type IState, type ITransport, type Speaker } from '../core';

/** The comm of ours, and the one that a kernel holds while it has the extension loaded (nbmodelver/kernel/panel). */
const TARGET = 'nbmodelver';
const READY = 'nbmodelver.ready';

/** How long to wait for the comm's own thread in the kernel before going without it. */
const SUBSHELL_MS = 3000;

/**
 * How far a notebook is from its versions: it has no kernel; the kernel speaks another language; another page element
 * holds its comms; it has not answered yet; nbmodelver is not installed there; the extension is not loaded; one side is
 * older than the other understands; ready.
 */
export type Standing = 'none' | 'foreign' | 'elsewhere' | 'waiting' | 'missing' | 'absent' | 'mismatched' | 'ready';

/** Asked of a kernel that has not loaded the extension: whether it could. Nothing is imported. */
const IS_INSTALLED = "__import__('importlib.util', fromlist=['util']).find_spec('nbmodelver') is not None";

/** The way from one notebook to whatever kernel it has: followed through restarts, exchanges and lost connections. */
export class Link implements IDisposable {
  private readonly _changed = new Signal<this, void>(this);
  private _standing: Standing = 'waiting';
  private _transport: ITransport | null = null;
  private _state: IState | null = null;
  private _speaker: Speaker | null = null;
  private _comm: Kernel.IComm | null = null;
  private _disposed = false;
  /** Whatever is under way for an older turn is dropped. */
  private _turn = 0;
  private _looking = false;

  constructor(private readonly _context: ISessionContext) {
    _context.kernelChanged.connect(this._look, this);
    _context.statusChanged.connect(this._followStatus, this);
    _context.connectionStatusChanged.connect(this._followConnection, this);
    _context.iopubMessage.connect(this._listen, this);
    _context.disposed.connect(this.dispose, this);
    void _context.ready.then(() => {
      if (this._standing === 'waiting' && !this._comm) {
        this._look();
      }
    });
  }

  /** Emitted when the standing, the transport or the kernel's state is another one. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get standing(): Standing {
    return this._standing;
  }

  /** The way to the kernel while ready; a new one after each restart. */
  get transport(): ITransport | null {
    return this._transport;
  }

  /** What the kernel said last. */
  get state(): IState | null {
    return this._state;
  }

  /** What the kernel said of itself, also when it is not understood. */
  get speaker(): Speaker | null {
    return this._speaker;
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  /** Resolves once it is known how things stand, or after a while when the kernel says nothing. */
  settled(wait_ms = 30000): Promise<void> {
    if (this._standing !== 'waiting') {
      return Promise.resolve();
    }
    return new Promise(resolve => {
      const done = (): void => {
        window.clearTimeout(timer);
        this._changed.disconnect(look);
        resolve();
      };
      const look = (): void => {
        if (this._standing !== 'waiting') {
          done();
        }
      };
      const timer = window.setTimeout(done, wait_ms);
      this._changed.connect(look);
    });
  }

  /** Load the extension in the kernel. Rejects with a Failure that says why it could not. */
  async load(): Promise<void> {
    const kernel = this._context.session?.kernel;
    if (!kernel) {
      return;
    }
    const reply = await kernel.requestExecute({ code: '%load_ext nbmodelver', silent: true }).done;
    if (reply.content.status === 'error') {
      const { ename, evalue } = reply.content;
      throw new Failure({
        code: ename,
        message: evalue,
        hint: 'pip install nbmodelver, in the environment of this kernel'
      });
    }
    if (this._standing === 'absent' || this._standing === 'missing') {
      this._look();
    }
  }

  dispose(): void {
    if (this._disposed) {
      return;
    }
    this._disposed = true;
    this._drop();
    Signal.disconnectReceiver(this);
    Signal.clearData(this);
  }

  private _followStatus(_: unknown, status: Kernel.Status): void {
    if (status === 'restarting' || status === 'autorestarting' || status === 'dead' || status === 'terminating') {
      this._drop();
      this._stand('waiting');
    } else if (this._standing === 'waiting' && !this._looking && status === 'idle') {
      this._look();
    }
  }

  private _followConnection(_: unknown, status: Kernel.ConnectionStatus): void {
    if (status === 'disconnected') {
      this._drop();
      this._stand('waiting');
    } else if (status === 'connected' && this._transport) {
      this._transport
        .request('hello', {})
        .then(state => {
          this._take(state);
        })
        .catch(() => undefined); // a push may be lost
    }
  }

  private _listen(_: unknown, message: KernelMessage.IMessage): void {
    if (message.header.msg_type !== 'comm_msg') {
      return;
    }
    const content = message.content as KernelMessage.ICommMsgMsg['content'];
    if (content.comm_id === READY) {
      this._look();
    }
  }

  /** Find out how things stand, and connect if the extension is there. */
  private _look(): void {
    this._drop();
    const turn = this._turn;
    const kernel = this._context.session?.kernel;
    if (!kernel) {
      this._stand('none');
      return;
    }
    this._stand('waiting');
    this._looking = true;
    this._seek(kernel, turn)
      .catch(() => 'waiting' as const) // the kernel went away; its next status looks again
      .then(standing => {
        if (turn === this._turn) {
          this._looking = false;
          this._stand(standing);
        }
      })
      .catch(() => undefined);
  }

  private async _seek(kernel: Kernel.IKernelConnection, turn: number): Promise<Standing> {
    const info = await kernel.info;
    if (info.language_info.name !== 'python') {
      return 'foreign';
    }
    if (!kernel.handleComms) {
      return 'elsewhere';
    }
    const reply = await kernel.requestCommInfo({ target_name: READY });
    if (turn !== this._turn) {
      return 'waiting';
    }
    if (reply.content.status !== 'ok' || Object.keys(reply.content.comms).length === 0) {
      return (await isInstalled(kernel)) ? 'absent' : 'missing';
    }
    return this._open(kernel, turn);
  }

  private async _open(kernel: Kernel.IKernelConnection, turn: number): Promise<Standing> {
    const comm = kernel.createComm(TARGET);
    const listeners = new Set<(message: unknown) => void>();
    this._comm = comm;
    comm.onMsg = message => {
      listeners.forEach(listener => {
        listener(message.content.data);
      });
    };
    comm.onClose = () => {
      if (this._comm === comm) {
        this._drop();
        this._stand('absent');
      }
    };
    await ownThread(kernel, comm);
    if (turn !== this._turn) {
      return 'waiting';
    }
    comm.open();
    const transport = connect(
      message => {
        comm.send(message as ReadonlyJSONObject as never);
      },
      listener => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      }
    );
    this._transport = transport;
    transport.onState(state => {
      this._take(state);
    });
    const state = await transport.request('hello', {});
    this._speaker = { protocol: state.protocol, release: state.release };
    if (older(state) !== null) {
      this._letGo();
      return 'mismatched';
    }
    this._state = state;
    return 'ready';
  }

  private _stand(standing: Standing): void {
    if (!this._disposed) {
      this._standing = standing;
      this._changed.emit();
    }
  }

  private _take(state: IState): void {
    if (older(state) !== null) {
      return; // `hello` says so
    }
    this._state = state;
    this._changed.emit();
  }

  /** Let go of the kernel; what is under way is dropped. */
  private _drop(): void {
    this._turn += 1;
    this._looking = false;
    this._speaker = null;
    this._letGo();
  }

  private _letGo(): void {
    const [comm, transport] = [this._comm, this._transport];
    this._comm = this._transport = this._state = null;
    transport?.dispose();
    if (comm && !comm.isDisposed) {
      try {
        comm.close();
      } catch {
        comm.dispose(); // the kernel's connection has gone already
      }
    }
  }
}

/**
 * Wait until the comm has its own thread in the kernel (a subshell): what is sent before goes to the main one, and waits
 * there for a running cell. Only where kernel and settings have subshells: else that promise is never kept.
 */
async function ownThread(kernel: Kernel.IKernelConnection, comm: Kernel.IComm): Promise<void> {
  const started = (comm as { subshellStarted?: Promise<void> }).subshellStarted;
  if (started && kernel.supportsSubshells && String(comm.commsOverSubshells) !== 'disabled') {
    const late = new Promise<void>(resolve => {
      window.setTimeout(resolve, SUBSHELL_MS);
    });
    await Promise.race([started, late]).catch(() => undefined);
  }
}

/** Whether a kernel finds nbmodelver. A kernel that does not answer the question is taken to have it. */
async function isInstalled(kernel: Kernel.IKernelConnection): Promise<boolean> {
  const asked = { code: '', silent: true, store_history: false, user_expressions: { it: IS_INSTALLED } };
  const { content } = await kernel.requestExecute(asked).done;
  const answers =
    content.status === 'ok' ? (content.user_expressions as { it?: { data?: { [mime: string]: unknown } } }) : {};
  return answers.it?.data?.['text/plain'] !== 'False';
}
