import type { IFailure, IProgress, IState, Method, Params, Result } from './messages';

/** The connection to one kernel. A host creates it from its comm (`connect`), a test from a table of answers. */
export interface ITransport {
  /** Rejects with a `Failure`. signal: cancels the request in the kernel. */
  request<M extends Method>(method: M, params: Params<M>, options?: IRequestOptions): Promise<Result<M>>;
  /** Calls the listener with every state that the kernel pushes. Returns a function that removes the listener. */
  onState(listener: (state: IState) => void): () => void;
  dispose(): void;
}

export interface IRequestOptions {
  signal?: AbortSignal;
  onProgress?: (progress: IProgress['progress']) => void;
}

/** The error that the kernel returned instead of a result. */
export class Failure extends Error implements IFailure {
  declare readonly code: string;
  declare readonly hint: string;
  declare readonly secret?: NonNullable<IFailure['secret']>;

  constructor(failure: IFailure) {
    super(failure.message);
    this.name = 'Failure';
    Object.assign(this, failure);
  }
}
