import type { IFailure, IProgress, IState, Method, Params, Result } from './messages';

/** The way to one kernel. A host makes it from its comm (`connect`); a test makes it from a table of answers. */
export interface ITransport {
  /** Rejects with a `Failure`. signal: cancels the request in the kernel. */
  request<M extends Method>(method: M, params: Params<M>, options?: IRequestOptions): Promise<Result<M>>;
  /** Called with every state that the kernel pushes; gives the function that ends it. */
  onState(listener: (state: IState) => void): () => void;
  dispose(): void;
}

export interface IRequestOptions {
  signal?: AbortSignal;
  onProgress?: (progress: IProgress['progress']) => void;
}

/** What the kernel answered instead of a result. */
export class Failure extends Error {
  readonly code: string;
  readonly hint: string;

  constructor(failure: IFailure) {
    super(failure.message);
    this.name = 'Failure';
    this.code = failure.code;
    this.hint = failure.hint;
  }
}
