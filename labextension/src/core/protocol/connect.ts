import type { IFailure, IProgress, IState, Method, Params, Result } from './messages';
import { Failure, type IRequestOptions, type ITransport } from './transport';

/** Reported as progress when the kernel has not answered for a while. The request stays open. Translate it. */
export const KERNEL_BUSY = 'The kernel is busy; waiting for its answer';

/** The kernel counts as busy when it has not answered a request for so many milliseconds. */
const BUSY_AFTER_MS = 4000;

const CLOSED: IFailure = { code: 'Closed', message: 'The connection to the kernel is closed', hint: '' };
const CANCELLED: IFailure = { code: 'Cancelled', message: 'Cancelled', hint: '' };

type Send = (message: object) => void;
type Subscribe = (listener: (message: unknown) => void) => () => void;

interface IPendingRequest {
  resolve(result: unknown): void;
  reject(failure: Failure): void;
  progress(progress: IProgress['progress']): void;
}

/**
 * Creates a transport over any channel of JSON messages.
 *
 * send: sends one message to the kernel. subscribe: calls its listener with each message from the kernel, and returns
 * a function that unsubscribes. Unknown messages are ignored.
 */
export function connect(send: Send, subscribe: Subscribe, busyAfter_ms: number = BUSY_AFTER_MS): ITransport {
  return new Connection(send, subscribe, busyAfter_ms);
}

class Connection implements ITransport {
  private readonly _pending = new Map<number, IPendingRequest>();
  private readonly _listeners = new Set<(state: IState) => void>();
  private readonly _unsubscribe: () => void;
  private _lastId = 0;
  private _isOpen = true;

  constructor(
    private readonly _send: Send,
    subscribe: Subscribe,
    private readonly _busyAfter_ms: number
  ) {
    this._unsubscribe = subscribe(message => {
      this._onMessage(message);
    });
  }

  request<M extends Method>(method: M, params: Params<M>, options: IRequestOptions = {}): Promise<Result<M>> {
    if (!this._isOpen) {
      return Promise.reject(new Failure(CLOSED));
    }
    if (options.signal?.aborted) {
      return Promise.reject(new Failure(CANCELLED));
    }
    const id = this._nextId();
    return new Promise((resolve, reject) => {
      this._pending.set(id, this._pendingRequest(id, options, resolve as (result: unknown) => void, reject));
      try {
        this._send({ id, method, params });
      } catch (error) {
        this._pending.get(id)?.reject(new Failure({ ...CLOSED, message: String(error) }));
      }
    });
  }

  onState(listener: (state: IState) => void): () => void {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  dispose(): void {
    this._isOpen = false;
    this._unsubscribe();
    this._listeners.clear();
    [...this._pending.values()].forEach(request => {
      request.reject(new Failure(CLOSED));
    });
  }

  private _nextId(): number {
    this._lastId += 1;
    return this._lastId;
  }

  private _onMessage(message: unknown): void {
    if (!isObject(message)) {
      return;
    }
    if (message['push'] === 'state') {
      this._listeners.forEach(listener => {
        listener(message['state'] as IState);
      });
    } else if (typeof message['id'] === 'number') {
      settle(this._pending.get(message['id']), message);
    }
  }

  /** Starts the busy timer and listens to the abort signal; both end with the request. */
  private _pendingRequest(
    id: number,
    { signal, onProgress }: IRequestOptions,
    resolve: (result: unknown) => void,
    reject: (failure: Failure) => void
  ): IPendingRequest {
    const busyTimer = setTimeout(() => onProgress?.({ done: 0, total: 0, what: KERNEL_BUSY }), this._busyAfter_ms);
    const cancel = (): void => {
      this._send({ id: this._nextId(), method: 'cancel', params: { request: id } satisfies Params<'cancel'> });
    };
    const finish = (): void => {
      clearTimeout(busyTimer);
      signal?.removeEventListener('abort', cancel);
      this._pending.delete(id);
    };
    signal?.addEventListener('abort', cancel);
    return {
      resolve: result => {
        finish();
        resolve(result);
      },
      reject: failure => {
        finish();
        reject(failure);
      },
      progress: progress => {
        clearTimeout(busyTimer);
        onProgress?.(progress);
      }
    };
  }
}

/** Ends a request with its result or error, or reports its progress. */
function settle(request: IPendingRequest | undefined, message: { [key: string]: unknown }): void {
  if (!request) {
    return;
  }
  if (isObject(message['error'])) {
    request.reject(new Failure(message['error'] as unknown as IFailure));
  } else if (isObject(message['progress'])) {
    request.progress(message['progress'] as unknown as IProgress['progress']);
  } else if ('result' in message) {
    request.resolve(message['result']);
  }
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null;
}
