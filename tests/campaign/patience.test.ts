import { describe, expect, test } from 'vitest';
import type { Exchange } from '../../schemas/types.ts';
import { Trouble } from '../../src/arrange/trouble.ts';
import { patience } from '../../src/campaign/patience.ts';
import { allowanceFor } from '../../src/endpoint/room.ts';

type Outcome = Exchange['outcome'];

const answered = (status = 200, data = '[]'): Outcome => ({
  kind: 'answer',
  status,
  headers: [],
  body: { encoding: 'utf8', data },
});
const failed = (cause: Extract<Outcome, { kind: 'failure' }>['cause']): Outcome => ({
  kind: 'failure',
  cause,
  code: 'CODE',
  message: 'why',
  bytesLeft: true,
});

function exchange(outcome: Outcome, sent = 0, received = sent + 1): Exchange {
  const request = { method: 'GET', target: '/x', headers: [] };
  return {
    type: 'exchange',
    scenario: 'a/1',
    id: 1,
    consumer: 'c1',
    attempt: 1,
    request,
    sent,
    received,
    lag: 0,
    outcome,
  };
}

/** What is thrown before the next request after these; undefined where it may be sent. */
function after(exchanges: readonly Exchange[], run = allowanceFor(450)): Trouble | undefined {
  const own = patience(run);
  for (const one of exchanges) own.hear(one);
  try {
    own.check(exchanges.length);
    return undefined;
  } catch (error) {
    return error as Trouble;
  }
}

const inARow = (number: number, outcome: Outcome): Exchange[] =>
  Array.from({ length: number }, (_, index) => exchange(outcome, index * 2));

describe('a scenario goes on', () => {
  test.for<readonly [string, readonly Exchange[]]>([
    ['while it is answered', inARow(2999, answered())],
    ['after nine requests without an answer', inARow(9, failed('broken'))],
    [
      'where one of them was answered',
      [...inARow(9, failed('broken')), exchange(answered(400), 50), ...inARow(9, answered(503))],
    ],
    ['though a poll was silent for a while', [exchange(failed('timeout'), 0, 59)]],
    ['after an interrupt, which is not its doing', inARow(20, failed('aborted'))],
    ['where many that were under way together failed', Array.from({ length: 30 }, () => exchange(failed('broken')))],
    [
      'when another request is answered after the silence',
      [exchange(failed('timeout'), 0, 80), exchange(answered(), 81)],
    ],
  ])('%s', ([, exchanges]) => {
    expect(after(exchanges)).toBeUndefined();
  });
});

describe('a scenario gives the endpoint up', () => {
  test.for<readonly [string, readonly Exchange[], Trouble['blame'], RegExp]>([
    ['after 3000 requests', inARow(3000, answered()), 'endpoint', /3000 requests/],
    ['after ten requests without an answer', inARow(10, failed('broken')), 'endpoint', /GET \/x got no answer/],
    ['after ten that were answered with 503', inARow(10, answered(503)), 'endpoint', /answered 503/],
    ['where it is gone', inARow(10, failed('unreachable')), 'network', /got no answer/],
    [
      'after a minute of silence',
      [exchange(failed('timeout'), 0, 30), exchange(failed('timeout'), 31, 61)],
      'endpoint',
      /got no answer/,
    ],
    ['after three answers that were too large', inARow(3, failed('too-large')), 'endpoint', /8 MB that a scenario/],
    ['after 9 MB', inARow(9, answered(200, 'x'.repeat(1 << 20))), 'endpoint', /8 MB that a scenario/],
    [
      'after 2 MB that are six times as much in the evidence',
      inARow(2, answered(200, '\u0001'.repeat(1 << 20))),
      'endpoint',
      /8 MB/,
    ],
  ])('%s', ([, exchanges, blame, message]) => {
    const trouble = after(exchanges);
    expect(trouble).toBeInstanceOf(Trouble);
    expect(trouble?.blame).toBe(blame);
    expect(trouble?.message).toMatch(message);
  });

  test('when all scenarios together had too much', () => {
    const run = allowanceFor(450);
    const large = answered(200, 'x'.repeat(7 << 20));
    for (let scenario = 0; scenario < 4; scenario += 1) expect(after([exchange(large)], run)).toBeUndefined();
    expect(after([exchange(large)], run)?.message).toMatch(/more than 128 KB take more than the 32 MB that this run/);
  });

  test('but not for answers of 100 KB, of which there may be 2000', () => {
    const run = allowanceFor(450);
    const lawful = exchange(answered(200, 'x'.repeat(100 << 10)));
    for (let scenario = 0; scenario < 20; scenario += 1)
      expect(
        after(
          Array.from({ length: 100 }, () => lawful),
          run,
        ),
      ).toBeUndefined();
    const more = Array.from({ length: 100 }, () => lawful);
    for (let scenario = 0; scenario < 6; scenario += 1) after(more, run);
    expect(after(more, run)?.message).toMatch(/264 MB that this run/);
  });
});
