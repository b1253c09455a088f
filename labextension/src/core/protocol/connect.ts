import type { IFailure, IProgress, IState, Method, Params, Result } from './messages';
import { Failure, type IRequestOptions, type ITransport } from './transport';

/** Said as progress when the kernel has not answered for a while; the request stays open. A sentence for the translator. */
export const KERNEL_BUSY = 'The kernel is busy; waiting for its answer';

/** After so many milliseconds without a word a request is said to wait for a busy kernel. */
const BUSY_AFTER_MS = 4000;

interface IPendingRequest {
  resolve(result: unknown): void;
  reject(failure: Failure): void;
  progress(progress: IProgress['progress']): void;
}

/**
 * A transport over any pipe of JSON messages.
 *
 * send: takes one message to the kernel. onMessage: calls its listener with each message from there and gives the
 * function that ends it. Messages that are none of ours are passed over.
 */
export function connect(
  send: (message: object) => void,
  onMessage: (listener: (message: unknown) => void) => () => void,
  busyAfter_ms: number = BUSY_AFTER_MS
): ITransport {
  const pending = new Map<number, IPendingRequest>();
  const listeners = new Set<(state: IState) => void>();
  let lastId = 0;
  let open = true;

  const stopListening = onMessage(message => {
    if (!isObject(message)) {
      return;
    }
    if (message['push'] === 'state') {
      listeners.forEach(listener => {
        listener(message['state'] as IState);
      });
    } else if (typeof message['id'] === 'number') {
      settle(pending.get(message['id']), message);
    }
  });

  function request<M extends Method>(method: M, params: Params<M>, options: IRequestOptions = {}): Promise<Result<M>> {
    const { signal, onProgress } = options;
    if (!open) {
      return Promise.reject(new Failure(CLOSED));
    }
    if (signal?.aborted) {
      return Promise.reject(new Failure(CANCELLED));
    }
    lastId += 1;
    const id = lastId;
    return new Promise((resolve, reject) => {
      const busyTimer = setTimeout(() => onProgress?.({ done: 0, total: 0, what: KERNEL_BUSY }), busyAfter_ms);
      const cancel = (): void => {
        post('cancel', { request: id });
      };
      const finish = (): void => {
        clearTimeout(busyTimer);
        signal?.removeEventListener('abort', cancel);
        pending.delete(id);
      };
      pending.set(id, {
        resolve: result => {
          finish();
          resolve(result as Result<M>);
        },
        reject: failure => {
          finish();
          reject(failure);
        },
        progress: progress => {
          clearTimeout(busyTimer);
          onProgress?.(progress);
        }
      });
      signal?.addEventListener('abort', cancel);
      try {
        send({ id, method, params });
      } catch (error) {
        pending.get(id)?.reject(new Failure({ ...CLOSED, message: String(error) }));
      }
    });
  }

  /** A request whose answer nobody waits for. */
  function post<M extends Method>(method: M, params: Params<M>): void {
    lastId += 1;
    send({ id: lastId, method, params });
  }

  return {
    request,
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispose() {
      open = false;
      stopListening();
      listeners.clear();
      [...pending.values()].forEach(one => {
        one.reject(new Failure(CLOSED));
      });
    }
  };
}

const CLOSED: IFailure = { code: 'Closed', message: 'The connection to the kernel has ended', hint: '' };
const CANCELLED: IFailure = { code: 'Cancelled', message: 'Cancelled', hint: '' };

function settle(one: IPendingRequest | undefined, message: { [key: string]: unknown }): void {
  if (!one) {
    return;
  }
  if (isObject(message['error'])) {
    one.reject(new Failure(message['error'] as unknown as IFailure));
  } else if (isObject(message['progress'])) {
    one.progress(message['progress'] as unknown as IProgress['progress']);
  } else if ('result' in message) {
    one.resolve(message['result']);
  }
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null;
}
