import { describe, expect, test, vi } from 'vitest';
import { KERNEL_BUSY, connect, Failure, type ITransport } from '../../../src/core';
import { state } from '../../sample';

function pipe(slow_ms?: number): {
  transport: ITransport;
  sent: { id: number; method: string; params: unknown }[];
  answer: (message: unknown) => void;
  ended: () => boolean;
} {
  const sent: { id: number; method: string; params: unknown }[] = [];
  let listener: ((message: unknown) => void) | undefined;
  const transport = connect(
    message => {
      sent.push(message as (typeof sent)[number]);
    },
    to => {
      listener = to;
      return () => {
        listener = undefined;
      };
    },
    slow_ms
  );
  return { transport, sent, answer: message => listener?.(message), ended: () => listener === undefined };
}

describe('connect', () => {
  test('a result goes to the request with its id, in whatever order they come', async () => {
    const { transport, sent, answer } = pipe();
    const first = transport.request('plan', { id: 'v1' });
    const second = transport.request('hello', {});
    expect(sent.map(one => one.method)).toEqual(['plan', 'hello']);
    expect(sent[1]?.id).toBeGreaterThan(sent[0]?.id ?? Infinity);
    answer({ id: sent[1]?.id, result: 'second' });
    answer({ id: sent[0]?.id, result: 'first' });
    expect(await Promise.all([first, second])).toEqual(['first', 'second']);
  });

  test('a failure arrives with its code and its hint', async () => {
    const { transport, sent, answer } = pipe();
    const asked = transport.request('rollback', { id: 'v1' });
    answer({ id: sent[0]?.id, error: { code: 'Busy', message: 'a cell is running', hint: 'wait' } });
    const failure = await asked.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({ code: 'Busy', message: 'a cell is running', hint: 'wait' });
  });

  test('progress comes before the result and does not end the request', async () => {
    const { transport, sent, answer } = pipe();
    const seen: unknown[] = [];
    const asked = transport.request('export', { id: 'v1' }, { onProgress: p => seen.push(p) });
    answer({ id: sent[0]?.id, progress: { done: 1, total: 2, what: 'writing' } });
    answer({ id: sent[0]?.id, result: 'done' });
    expect(await asked).toBe('done');
    expect(seen).toEqual([{ done: 1, total: 2, what: 'writing' }]);
  });

  test('aborting sends cancel, and the kernel decides how the request ends', async () => {
    const { transport, sent, answer } = pipe();
    const controller = new AbortController();
    const asked = transport.request('commit', { names: null, message: '' }, { signal: controller.signal });
    controller.abort();
    expect(sent[1]).toMatchObject({ method: 'cancel', params: { request: sent[0]?.id } });
    answer({ id: sent[1]?.id, result: {} });
    answer({ id: sent[0]?.id, error: { code: 'Cancelled', message: 'cancelled', hint: '' } });
    await expect(asked).rejects.toMatchObject({ code: 'Cancelled' });
  });

  test('a request that is aborted already is never sent', async () => {
    const { transport, sent } = pipe();
    await expect(transport.request('hello', {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'Cancelled'
    });
    expect(sent).toEqual([]);
  });

  test('a kernel without an answer is reported as busy, and its late answer counts', async () => {
    vi.useFakeTimers();
    const { transport, sent, answer } = pipe(4000);
    const seen: string[] = [];
    const asked = transport.request('hello', {}, { onProgress: p => seen.push(p.what) });
    vi.advanceTimersByTime(3999);
    expect(seen).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(seen).toEqual([KERNEL_BUSY]);
    vi.advanceTimersByTime(60_000);
    answer({ id: sent[0]?.id, result: 'late' });
    expect(await asked).toBe('late');
    vi.useRealTimers();
  });

  test('every pushed state reaches every listener until it leaves', () => {
    const { transport, answer } = pipe();
    const seen: number[] = [];
    const off = transport.onState(s => seen.push(s.versions));
    answer({ push: 'state', state: state(3) });
    off();
    answer({ push: 'state', state: state(4) });
    expect(seen).toEqual([3]);
  });

  test('unknown messages are ignored', () => {
    const { transport, answer } = pipe();
    for (const message of [null, 3, 'x', {}, { id: 77, result: 1 }, { id: 'a' }, { push: 'other' }]) {
      expect(() => {
        answer(message);
      }).not.toThrow();
    }
    transport.dispose();
  });

  test('a disposed connection rejects requests, sends nothing and has no listener', async () => {
    const { transport, sent, ended } = pipe();
    const asked = transport.request('hello', {});
    transport.dispose();
    await expect(asked).rejects.toMatchObject({ code: 'Closed' });
    expect(ended()).toBe(true);
    await expect(transport.request('hello', {})).rejects.toMatchObject({ code: 'Closed' });
    expect(sent).toHaveLength(1);
  });
});
