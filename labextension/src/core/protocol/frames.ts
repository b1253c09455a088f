/** What carries a request, its progress and its answer between a panel and the kernel. */

/** Panel to kernel. The panel chooses the ids, in ascending order. */
export interface IRequest {
  id: number;
  method: string;
  params: object;
}

/** Kernel to panel: exactly one of these ends a request. Progress messages may precede it. */
export type Reply = { id: number; result: unknown } | { id: number; error: IFailure };
export interface IProgress {
  id: number;
  progress: { done: number; total: number; what: string };
}

/** An error. code: its class ("Busy", "UnknownVersion", "Cancelled" ...). hint: what to do about it, or "". */
export interface IFailure {
  code: string;
  message: string;
  hint: string;
  /** Only of a push that was refused because of a secret. */
  secret?: ISecretFound;
}

/** A version that looks as if it had secrets: where each one is, and why it counts as one. */
export interface ISecretFound {
  version: string;
  found: { where: string; why: string }[];
}
