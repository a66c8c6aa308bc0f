/** What npm run load tries: the gate with all its programs, against an endpoint that gives little or is slow, or beside others. */

export interface LoadCase {
  readonly name: string;
  readonly does: string;
  /** Queues that the endpoint has, which is also what --max-queues says. */
  readonly queues: number;
  /** How late each answer is, ms. */
  readonly delayMs: number;
  /** Processes beside it that do nothing but keep a processor busy. */
  readonly busy: number;
  readonly exitCodes: readonly number[];
  /** Most that the run may take, as a multiple of what its waits force; undefined where the delays decide. */
  readonly mostRatio?: number;
}

const conformant = [0];

export const cases: readonly LoadCase[] = [
  {
    name: 'queues-30',
    does: 'a quota of 30 queues: some four minutes',
    queues: 30,
    delayMs: 0,
    busy: 0,
    exitCodes: conformant,
    mostRatio: 1.15,
  },
  {
    name: 'queues-5',
    does: 'a quota of 5 queues: some twenty minutes',
    queues: 5,
    delayMs: 0,
    busy: 0,
    exitCodes: conformant,
    mostRatio: 1.15,
  },
  {
    name: 'slow-400',
    does: 'answers that are 200 ms late, everything at once',
    queues: 500,
    delayMs: 200,
    busy: 0,
    exitCodes: conformant,
  },
  {
    name: 'slow-30',
    does: 'answers that are 200 ms late, on 30 queues',
    queues: 30,
    delayMs: 200,
    busy: 0,
    exitCodes: conformant,
  },
  {
    name: 'slow-5',
    does: 'answers that are 200 ms late, on 5 queues: half an hour',
    queues: 5,
    delayMs: 200,
    busy: 0,
    exitCodes: conformant,
  },
  {
    name: 'starved',
    does: 'two busy processes beside it, everything at once: no finding may be false, but some may be missing',
    queues: 500,
    delayMs: 0,
    busy: 2,
    exitCodes: [0, 3],
  },
];
