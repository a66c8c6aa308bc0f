import { describe, expect, test } from 'vitest';
import type { End, Exchange, Footer } from '../../schemas/types.ts';
import { blamedIn, blameOf } from '../../src/verdict/blame.ts';
import { footer } from '../support/history.ts';

const CONSUME = '/v1.0/p/queues/q/groups/g/deadletters?max_msgs=1';
const ACK = '/v1.0/p/queues/q/groups/g/deadletters/ack';

type Outcome = Exchange['outcome'];

const status = (code: number, data = ''): Outcome => ({
  kind: 'answer',
  status: code,
  headers: [],
  body: { encoding: 'utf8', data },
});
const failure = (cause: Extract<Outcome, { kind: 'failure' }>['cause'], bytesLeft = true): Outcome => ({
  kind: 'failure',
  cause,
  code: 'CODE',
  message: '',
  bytesLeft,
});

function exchange(outcome: Outcome, method = 'GET', target = CONSUME): Exchange {
  const request = { method, target, headers: [] };
  return {
    type: 'exchange',
    scenario: 'a/1',
    id: 1,
    consumer: 'c1',
    attempt: 1,
    request,
    sent: 0,
    received: 1,
    lag: 0,
    outcome,
  };
}

function blame({
  ends = [],
  exchanges = [],
  foot = {},
}: {
  ends?: readonly Partial<End>[];
  exchanges?: readonly Exchange[];
  foot?: Partial<Footer>;
}): ReturnType<typeof blameOf> {
  return blameOf(
    footer(foot),
    ends.map((end) => ({ type: 'end', scenario: 'a/2', outcome: 'aborted', at: 9, ...end })),
    [blamedIn({ exchanges }), blamedIn({ exchanges: [] })],
  );
}

describe('whose doing it is that a run is incomplete', () => {
  test.for<readonly [string, Parameters<typeof blame>[0], ReturnType<typeof blameOf>]>([
    ['nobody is blamed', {}, null],
    ['it was interrupted', { foot: { outcome: 'interrupted' }, ends: [{ blame: 'network' }] }, 'operator'],
    ['it could not start', { foot: { outcome: 'unreachable', blame: 'arrangement' } }, 'arrangement'],
    ['it could not start, and the evidence is older than the blame', { foot: { outcome: 'unreachable' } }, 'network'],
    ['a scenario was offered too little', { ends: [{ outcome: 'short' }] }, null],
    [
      'most scenarios could not be arranged',
      { ends: [{ blame: 'network' }, { blame: 'arrangement' }, { blame: 'arrangement' }] },
      'arrangement',
    ],
    [
      'as many were given up as could not be arranged',
      { ends: [{ blame: 'arrangement' }, { blame: 'endpoint' }] },
      'endpoint',
    ],
    [
      'scenarios tell before calls do',
      { ends: [{ blame: 'arrangement' }], exchanges: [exchange(failure('broken'))] },
      'arrangement',
    ],
    ['a consume broke off', { exchanges: [exchange(failure('broken'))] }, 'endpoint'],
    ['an acknowledgement was unavailable', { exchanges: [exchange(status(503), 'POST', ACK)] }, 'endpoint'],
    ['calls were throttled to the end', { exchanges: [exchange(status(429))] }, 'endpoint'],
    ['nobody was there', { exchanges: [exchange(failure('unreachable', false))] }, 'network'],
    ['a call was called off', { exchanges: [exchange(failure('aborted'))] }, null],
    ['a call was rejected', { exchanges: [exchange(status(404, '{}'))] }, null],
    ['a call was answered', { exchanges: [exchange(status(200, '[]'))] }, null],
    ['a neighbouring call broke off', { exchanges: [exchange(failure('broken'), 'POST', '/v1.0/p/queues')] }, null],
  ])('%s', ([, told, expected]) => {
    expect(blame(told)).toBe(expected);
  });
});
