import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import { type ISignal, Signal } from '@lumino/signaling';
import { connect, Failure, olderSide, type IState, type ITransport, type KernelVersion } from '../core';

/** The comm of ours, and the one that a kernel holds while it has the extension loaded (nbmodelver/kernel/panel). */
const COMM_TARGET = 'nbmodelver';
const READY_COMM = 'nbmodelver.ready';

/** How long to wait for the comm's own thread in the kernel before going without it. */
const SUBSHELL_TIMEOUT_MS = 3000;

/**
 * How far a notebook is from its versions: it has no kernel; the kernel speaks another language; another page element
 * holds its comms; it has not answered yet; nbmodelver is not installed there; the extension is not loaded; one side is
 * older than the other understands; ready.
 */
export type LinkStatus = 'none' | 'foreign' | 'elsewhere' | 'waiting' | 'missing' | 'absent' | 'mismatched' | 'ready';

/** Asked of a kernel that has not loaded the extension: whether it could. Nothing is imported. */
const IS_INSTALLED = "__import__('importlib.util', fromlist=['util']).find_spec('nbmodelver') is not None";

/** The way from one notebook to whatever kernel it has: followed through restarts, exchanges and lost connections. */
export class KernelLink implements IDisposable {
  private readonly _changed = new Signal<this, void>(this);
  private _status: LinkStatus = 'waiting';
  private _transport: ITransport | null = null;
  private _state: IState | null = null;
  private _kernelVersion: KernelVersion | null = null;
  private _comm: Kernel.IComm | null = null;
  private _disposed = false;
  /** Whatever is under way for an older turn is dropped. */
  private _generation = 0;
  private _isConnecting = false;

  constructor(private readonly _context: ISessionContext) {
    _context.kernelChanged.connect(this._reconnect, this);
    _context.statusChanged.connect(this._onKernelStatus, this);
    _context.connectionStatusChanged.connect(this._onConnectionStatus, this);
    _context.iopubMessage.connect(this._onMessage, this);
    _context.disposed.connect(this.dispose, this);
    void _context.ready.then(() => {
      if (this._status === 'waiting' && !this._comm) {
        this._reconnect();
      }
    });
  }

  /** Emitted when the standing, the transport or the kernel's state is another one. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get status(): LinkStatus {
    return this._status;
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
  get kernelVersion(): KernelVersion | null {
    return this._kernelVersion;
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  /** Resolves once it is known how things stand, or after a while when the kernel says nothing. */
  untilKnown(wait_ms = 30000): Promise<void> {
    if (this._status !== 'waiting') {
      return Promise.resolve();
    }
    return new Promise(resolve => {
      const done = (): void => {
        window.clearTimeout(timer);
        this._changed.disconnect(look);
        resolve();
      };
      const look = (): void => {
        if (this._status !== 'waiting') {
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
    if (this._status === 'absent' || this._status === 'missing') {
      this._reconnect();
    }
  }

  dispose(): void {
    if (this._disposed) {
      return;
    }
    this._disposed = true;
    this._disconnect();
    Signal.disconnectReceiver(this);
    Signal.clearData(this);
  }

  private _onKernelStatus(_: unknown, status: Kernel.Status): void {
    if (status === 'restarting' || status === 'autorestarting' || status === 'dead' || status === 'terminating') {
      this._disconnect();
      this._setStatus('waiting');
    } else if (this._status === 'waiting' && !this._isConnecting && status === 'idle') {
      this._reconnect();
    }
  }

  private _onConnectionStatus(_: unknown, status: Kernel.ConnectionStatus): void {
    if (status === 'disconnected') {
      this._disconnect();
      this._setStatus('waiting');
    } else if (status === 'connected' && this._transport) {
      this._transport
        .request('hello', {})
        .then(state => {
          this._updateState(state);
        })
        .catch(() => undefined); // a push may be lost
    }
  }

  private _onMessage(_: unknown, message: KernelMessage.IMessage): void {
    if (message.header.msg_type !== 'comm_msg') {
      return;
    }
    const content = message.content as KernelMessage.ICommMsgMsg['content'];
    if (content.comm_id === READY_COMM) {
      this._reconnect();
    }
  }

  /** Find out how things stand, and connect if the extension is there. */
  private _reconnect(): void {
    this._disconnect();
    const turn = this._generation;
    const kernel = this._context.session?.kernel;
    if (!kernel) {
      this._setStatus('none');
      return;
    }
    this._setStatus('waiting');
    this._isConnecting = true;
    this._connect(kernel, turn)
      .catch(() => 'waiting' as const) // the kernel went away; its next status looks again
      .then(standing => {
        if (turn === this._generation) {
          this._isConnecting = false;
          this._setStatus(standing);
        }
      })
      .catch(() => undefined);
  }

  private async _connect(kernel: Kernel.IKernelConnection, turn: number): Promise<LinkStatus> {
    const info = await kernel.info;
    if (info.language_info.name !== 'python') {
      return 'foreign';
    }
    if (!kernel.handleComms) {
      return 'elsewhere';
    }
    const reply = await kernel.requestCommInfo({ target_name: READY_COMM });
    if (turn !== this._generation) {
      return 'waiting';
    }
    if (reply.content.status !== 'ok' || Object.keys(reply.content.comms).length === 0) {
      return (await isInstalled(kernel)) ? 'absent' : 'missing';
    }
    return this._openComm(kernel, turn);
  }

  private async _openComm(kernel: Kernel.IKernelConnection, turn: number): Promise<LinkStatus> {
    const comm = kernel.createComm(COMM_TARGET);
    const listeners = new Set<(message: unknown) => void>();
    this._comm = comm;
    comm.onMsg = message => {
      listeners.forEach(listener => {
        listener(message.content.data);
      });
    };
    comm.onClose = () => {
      if (this._comm === comm) {
        this._disconnect();
        this._setStatus('absent');
      }
    };
    await subshellStarted(kernel, comm);
    if (turn !== this._generation) {
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
      this._updateState(state);
    });
    const state = await transport.request('hello', {});
    this._kernelVersion = { protocol: state.protocol, release: state.release };
    if (olderSide(state) !== null) {
      this._closeComm();
      return 'mismatched';
    }
    this._state = state;
    return 'ready';
  }

  private _setStatus(standing: LinkStatus): void {
    if (!this._disposed) {
      this._status = standing;
      this._changed.emit();
    }
  }

  private _updateState(state: IState): void {
    if (olderSide(state) !== null) {
      return; // `hello` says so
    }
    this._state = state;
    this._changed.emit();
  }

  /** Let go of the kernel; what is under way is dropped. */
  private _disconnect(): void {
    this._generation += 1;
    this._isConnecting = false;
    this._kernelVersion = null;
    this._closeComm();
  }

  private _closeComm(): void {
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
async function subshellStarted(kernel: Kernel.IKernelConnection, comm: Kernel.IComm): Promise<void> {
  const started = (comm as { subshellStarted?: Promise<void> }).subshellStarted;
  if (started && kernel.supportsSubshells && String(comm.commsOverSubshells) !== 'disabled') {
    const late = new Promise<void>(resolve => {
      window.setTimeout(resolve, SUBSHELL_TIMEOUT_MS);
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
