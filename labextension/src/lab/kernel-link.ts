import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import { type ISignal, Signal } from '@lumino/signaling';
import { connect, Failure, olderSide, type IState, type ITransport, type KernelVersion } from '../core';

/** The target of our comm, and the comm that a kernel holds open while the extension is loaded there. */
const COMM_TARGET = 'nbmodelver';
const READY_COMM = 'nbmodelver.ready';

/** How long to wait for the comm's subshell before the comm is opened without one. */
const SUBSHELL_TIMEOUT_MS = 3000;

/**
 * The state of the connection between a notebook and its kernel.
 * no-kernel: the notebook has no kernel. not-python: the kernel runs another language. comms-unavailable: another
 * notebook or console on the page handles the kernel's comms. waiting: the kernel has not answered yet.
 * not-installed: its environment lacks nbmodelver. not-loaded: it has not loaded the extension. incompatible: page and
 * kernel use different versions of the protocol.
 */
export type LinkStatus =
  | 'no-kernel'
  | 'not-python'
  | 'comms-unavailable'
  | 'waiting'
  | 'not-installed'
  | 'not-loaded'
  | 'incompatible'
  | 'ready';

/** Whether the kernel can import nbmodelver. Evaluating it imports nothing. */
const IS_INSTALLED = "__import__('importlib.util', fromlist=['util']).find_spec('nbmodelver') is not None";

/** The connection of one notebook to its kernel. It reconnects after a restart and when another kernel is chosen. */
export class KernelLink implements IDisposable {
  private readonly _changed = new Signal<this, void>(this);
  private _status: LinkStatus = 'waiting';
  private _transport: ITransport | null = null;
  private _state: IState | null = null;
  private _kernelVersion: KernelVersion | null = null;
  private _comm: Kernel.IComm | null = null;
  private _disposed = false;
  /** Rises with every attempt to connect. Answers to an older attempt are ignored. */
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

  /** Emitted when the status, the transport or the kernel's state changes. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get status(): LinkStatus {
    return this._status;
  }

  /** The transport while the status is "ready", else null. Each connection has a transport of its own. */
  get transport(): ITransport | null {
    return this._transport;
  }

  /** The state that the kernel sent last, or null. */
  get state(): IState | null {
    return this._state;
  }

  /** Protocol and release of the kernel's nbmodelver, also when they are incompatible with the page's. */
  get kernelVersion(): KernelVersion | null {
    return this._kernelVersion;
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  /** Resolves when the status is no longer "waiting", at the latest after `wait_ms`. */
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

  /** Loads the extension in the kernel. Rejects with a Failure that holds the kernel's error. */
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
        hint: 'run %pip install nbmodelver in a cell'
      });
    }
    if (this._status === 'not-loaded' || this._status === 'not-installed') {
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

  /** Connects again, and sets the status to what was found. */
  private _reconnect(): void {
    this._disconnect();
    const turn = this._generation;
    const kernel = this._context.session?.kernel;
    if (!kernel) {
      this._setStatus('no-kernel');
      return;
    }
    this._setStatus('waiting');
    this._isConnecting = true;
    this._connect(kernel, turn)
      .catch(() => 'waiting' as const) // the kernel went away: the next change of its status connects again
      .then(status => {
        if (turn === this._generation) {
          this._isConnecting = false;
          this._setStatus(status);
        }
      })
      .catch(() => undefined);
  }

  private async _connect(kernel: Kernel.IKernelConnection, turn: number): Promise<LinkStatus> {
    const info = await kernel.info;
    if (info.language_info.name !== 'python') {
      return 'not-python';
    }
    if (!kernel.handleComms) {
      return 'comms-unavailable';
    }
    const reply = await kernel.requestCommInfo({ target_name: READY_COMM });
    if (turn !== this._generation) {
      return 'waiting';
    }
    if (reply.content.status !== 'ok' || Object.keys(reply.content.comms).length === 0) {
      return (await isInstalled(kernel)) ? 'not-loaded' : 'not-installed';
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
        this._setStatus('not-loaded');
      }
    };
    await waitForSubshell(kernel, comm);
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
      return 'incompatible';
    }
    this._state = state;
    return 'ready';
  }

  private _setStatus(status: LinkStatus): void {
    if (!this._disposed) {
      this._status = status;
      this._changed.emit();
    }
  }

  private _updateState(state: IState): void {
    if (olderSide(state) !== null) {
      return; // the answer to `hello` sets the status "incompatible"
    }
    this._state = state;
    this._changed.emit();
  }

  /** Closes the connection. Answers that arrive later are ignored. */
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
        comm.dispose(); // the connection to the kernel is closed already
      }
    }
  }
}

/**
 * Resolves when the comm has its own thread in the kernel (a subshell). Messages that are sent earlier go to the main
 * thread and wait for the running cell. Without subshells the comm's promise never settles, so it is not awaited.
 */
async function waitForSubshell(kernel: Kernel.IKernelConnection, comm: Kernel.IComm): Promise<void> {
  const started = (comm as { subshellStarted?: Promise<void> }).subshellStarted;
  if (started && kernel.supportsSubshells && String(comm.commsOverSubshells) !== 'disabled') {
    const timeout = new Promise<void>(resolve => {
      window.setTimeout(resolve, SUBSHELL_TIMEOUT_MS);
    });
    await Promise.race([started, timeout]).catch(() => undefined);
  }
}

/** Whether nbmodelver is installed in the kernel's environment; true also where the kernel gives no answer. */
async function isInstalled(kernel: Kernel.IKernelConnection): Promise<boolean> {
  const request = { code: '', silent: true, store_history: false, user_expressions: { it: IS_INSTALLED } };
  const { content } = await kernel.requestExecute(request).done;
  const answers =
    content.status === 'ok' ? (content.user_expressions as { it?: { data?: { [mime: string]: unknown } } }) : {};
  return answers.it?.data?.['text/plain'] !== 'False';
}
