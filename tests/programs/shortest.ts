/** Faults that show rarely, each with the shortest program that we could write by hand for it. */
import type { ConsumeOperation, Naming, Operation, Program } from '../../schemas/types.ts';

const arrange = (count: number): Operation => ({
  do: 'arrange',
  group: 1,
  messages: Array.from({ length: count }, () => ({})),
});
const consume = (query: ConsumeOperation['query'] = {}, by = 1): ConsumeOperation => ({
  do: 'consume',
  by,
  group: 1,
  query,
});
const named = (status: string, back = 0): Naming => ({ of: { by: 1, group: 1, back }, places: 'all', status });
const acknowledge = (...entries: Naming[]): Operation => ({ do: 'acknowledge', by: 1, group: 1, entries });
const program = (...operations: Operation[]): Program => ({ mode: 'NORMAL', groups: 1, seconds: 300, operations });

const poll = consume({ time_wait: '60', ack_wait: '15' });
const one = consume({ max_msgs: '1', time_wait: '5' });

export const shortest: ReadonlyMap<string, Program> = new Map([
  ['rare/every-seventh', program(arrange(7), consume())],
  // The drain at the end acknowledges ten at a time.
  ['rare/every-fifth-acknowledgement', program(arrange(41))],
  ['rare/batches-of-ten', program(arrange(10), consume(), acknowledge(named('fail')))],
  ['rare/after-three-redeliveries', program(arrange(1), poll, poll, poll)],
  ['concurrency/no-lock-for-a-turn', program({ do: 'together', lanes: [[one], [{ ...one, by: 2 }], [arrange(2)]] })],
  [
    'rare/names-two-batches',
    program(
      arrange(2),
      consume({ max_msgs: '1' }),
      consume({ max_msgs: '1' }),
      acknowledge(named('success'), named('success', 1)),
    ),
  ],
  ['rare/above-50', program(arrange(56))],
]);
