import type { IFailure, IProgress, IState, Method, Params, Result } from './messages';
import { Failure, type IRequestOptions, type ITransport } from './transport';

/** Said as progress when the kernel has not answered for a while; the request stays open. A sentence for the translator. */
export const BUSY = 'The kernel is busy; waiting for its answer';

/** After so many milliseconds without a word a request is said to wait for a busy kernel. */
const SLOW_MS = 4000;

interface IWaiting {
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
  slow_ms: number = SLOW_MS
): ITransport {
  const waiting = new Map<number, IWaiting>();
  const listeners = new Set<(state: IState) => void>();
  let last = 0;
  let open = true;

  const off = onMessage(message => {
    if (!isObject(message)) {
      return;
    }
    if (message['push'] === 'state') {
      listeners.forEach(listener => {
        listener(message['state'] as IState);
      });
    } else if (typeof message['id'] === 'number') {
      answer(waiting.get(message['id']), message);
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
    last += 1;
    const id = last;
    return new Promise((resolve, reject) => {
      const slow = setTimeout(() => onProgress?.({ done: 0, total: 0, what: BUSY }), slow_ms);
      const cancel = (): void => {
        post('cancel', { request: id });
      };
      const end = (): void => {
        clearTimeout(slow);
        signal?.removeEventListener('abort', cancel);
        waiting.delete(id);
      };
      waiting.set(id, {
        resolve: result => {
          end();
          resolve(result as Result<M>);
        },
        reject: failure => {
          end();
          reject(failure);
        },
        progress: progress => {
          clearTimeout(slow);
          onProgress?.(progress);
        }
      });
      signal?.addEventListener('abort', cancel);
      try {
        send({ id, method, params });
      } catch (error) {
        waiting.get(id)?.reject(new Failure({ ...CLOSED, message: String(error) }));
      }
    });
  }

  /** A request whose answer nobody waits for. */
  function post<M extends Method>(method: M, params: Params<M>): void {
    last += 1;
    send({ id: last, method, params });
  }

  return {
    request,
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispose() {
      open = false;
      off();
      listeners.clear();
      [...waiting.values()].forEach(one => {
        one.reject(new Failure(CLOSED));
      });
    }
  };
}

const CLOSED: IFailure = { code: 'Closed', message: 'The connection to the kernel has ended', hint: '' };
const CANCELLED: IFailure = { code: 'Cancelled', message: 'Cancelled', hint: '' };

function answer(one: IWaiting | undefined, message: { [key: string]: unknown }): void {
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
