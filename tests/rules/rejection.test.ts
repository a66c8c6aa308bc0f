import { describe, expect, test } from 'vitest';
import { codeOf, controlOf, rejectedBeside, saysNothing, statusBeside } from '../../src/rules/rejection.ts';
import type { Answer, Failure } from '../../schemas/types.ts';
import type { Call } from '../../src/history/calls.ts';
import { broken, held, undecided } from '../support/findings.ts';
import { answer, failure, story, type Story } from '../support/history.ts';

const EMPTY = answer(200, []);
const OF_NOBODY = '/v1.0/p1/queues/q1/groups/nobody/deadletters';

/** The one consume of a story that was answered like that. */
function answered(outcome: Answer | Failure): Call {
  const told = story();
  // Later than a group may still be initialising (K6).
  told.consume(60, 'max_msgs=0', outcome);
  const [call] = told.view().consumes;
  if (call === undefined) throw new RangeError('the story has no consume');
  return call;
}

/** Any call with another id, as a control. */
function controlling(): Call {
  const told = story();
  told.exchange(1, { method: 'DELETE', target: '/v1.0/p1/queues/q9' });
  told.consume(2, '', EMPTY);
  const [control] = told.view().consumes;
  if (control === undefined) throw new RangeError('the story has no consume');
  return control;
}

/** Answers that say nothing about the request: credentials, load, initialisation, no effect known (guard 1, J3, K6). */
const SAY_NOTHING: readonly (readonly [string, Answer | Failure])[] = [
  ['401', answer(401)],
  ['403', answer(403)],
  ['408', answer(408)],
  ['429', answer(429)],
  ['404 with 10240407', answer(404, { error_code: 'DMS.10240407' })],
  ['400 with 10240032', answer(400, { error_code: 'DMS.10240032' })],
  ['503', answer(503)],
  ['504', answer(504)],
  ['no answer', failure()],
  ['no connection', failure({ bytesLeft: false })],
];

describe('the control of a rejection', () => {
  test.for<readonly [string, (told: Story) => unknown, number | undefined]>([
    ['a lawful consume that was answered', (told) => told.consume(1, 'max_msgs=5', EMPTY), 1],
    ['the first of several', (told) => [1, 2].map((at) => told.consume(at, '', EMPTY)), 1],
    ['no rejected one', (told) => told.consume(1, '', answer(400)), undefined],
    ['none that was never answered', (told) => told.consume(1, '', failure()), undefined],
    ['none that should have been rejected', (told) => told.consume(1, 'max_msgs=0', EMPTY), undefined],
    ['none that may be rejected (E6)', (told) => told.consume(1, 'colour=red', EMPTY), undefined],
    ['none of a group that nobody made', (told) => told.exchange(1, { target: OF_NOBODY }), undefined],
    ['no acknowledgement', (told) => told.acknowledge(1, ['h'], [1, 0]), undefined],
    [
      'the one behind all that cannot be one',
      (told) => {
        told.consume(1, '', answer(400));
        told.consume(2, 'max_msgs=0', EMPTY);
        told.exchange(3, { target: OF_NOBODY });
        told.consume(4, '', EMPTY);
      },
      4,
    ],
  ])('for a consume is %s', ([, tell, expected]) => {
    const told = story();
    tell(told);
    expect(controlOf(told.view(), 'consume')?.id).toBe(expected);
  });

  test.for<readonly [string, (told: Story) => unknown, number | undefined]>([
    ['one that was answered', (told) => told.acknowledge(1, ['h'], [1, 0]), 1],
    ['the first of several', (told) => [1, 2].map((at) => told.acknowledge(at, ['h'], [1, 0])), 1],
    ['no rejected one', (told) => told.acknowledge(1, ['h'], answer(400)), undefined],
    ['none that was never answered', (told) => told.acknowledge(1, ['h'], failure()), undefined],
    [
      'none of a group that nobody made',
      (told) => told.exchange(1, { method: 'POST', target: `${OF_NOBODY}/ack` }),
      undefined,
    ],
    ['no consume', (told) => told.consume(1, '', EMPTY), undefined],
  ])('for an acknowledgement is %s', ([, tell, expected]) => {
    const told = story();
    tell(told);
    expect(controlOf(told.view(), 'acknowledge')?.id).toBe(expected);
  });

  test('is none with credentials other than those that are asked for', () => {
    const told = story({
      header: {
        features: {
          kafka: { present: true, reason: '' },
          counters: { present: true, reason: '' },
          credentials: { present: true, reason: '' },
          clock: { present: true, reason: '' },
        },
      },
    });
    told.consume(1, '', EMPTY);
    told.exchange(2, { target: told.path, headers: [['X-Auth-Token', '[given]']] });
    expect(controlOf(told.view(), 'consume')?.id).toBe(2);
  });

  test('is none of a queue without dead letters (H1)', () => {
    const told = story();
    const scenario = 'chapter/case';
    told.add({ type: 'queue', scenario, queue: 'q2', mode: 'NORMAL', redrive: false, maxConsumeCount: 1 });
    told.add({ type: 'group', scenario, queue: 'q2', group: 'g2', ours: true, at: 0 });
    told.exchange(1, { target: '/v1.0/p1/queues/q2/groups/g2/deadletters' });
    expect(controlOf(told.view(), 'consume')).toBeUndefined();
  });
});

describe('an answer', () => {
  test.for(SAY_NOTHING)('says nothing about the request: %s', ([, outcome]) => {
    expect(saysNothing(answered(outcome))).toBe(true);
  });

  test.for([200, 204, 302, 400, 404, 499, 500, 502])('says something about it: %d', (status) => {
    expect(saysNothing(answered(answer(status)))).toBe(false);
  });
});

describe('what has to be rejected', () => {
  const rejected = (control: Call | undefined, call: Call): unknown => [
    ...rejectedBeside(control, call, 'it is rejected'),
  ];

  test.for([400, 404, 405, 409, 415, 499])('holds beside its control with %d', (status) => {
    expect(rejected(controlling(), answered(answer(status)))).toEqual([held(1, 2)]);
  });

  test('is open without a control: all may be rejected there', () => {
    expect(rejected(undefined, answered(answer(400)))).toEqual([undecided(1)]);
  });

  test.for([200, 201, 204, 302, 500, 502])('is broken by a %d, with or without a control', (status) => {
    const call = answered(answer(status));
    const expected = [broken('it is rejected', `it was answered with ${status}`, 1)];
    expect(rejected(controlling(), call)).toEqual(expected);
    expect(rejected(undefined, call)).toEqual(expected);
  });

  test.for(SAY_NOTHING)('is open with %s', ([, outcome]) => {
    const call = answered(outcome);
    expect(rejected(controlling(), call)).toEqual([undecided(1)]);
    expect(rejected(undefined, call)).toEqual([undecided(1)]);
  });
});

describe('what should be rejected with one of some statuses', () => {
  const status = (control: Call | undefined, call: Call): unknown => [
    ...statusBeside(control, call, [405, 404], 'it is 405 or 404'),
  ];

  test.for([404, 405])('holds beside its control with %d', (code) => {
    expect(status(controlling(), answered(answer(code)))).toEqual([held(1, 2)]);
  });

  test.for([400, 406, 415])('is broken by a %d', (code) => {
    expect(status(controlling(), answered(answer(code)))).toEqual([
      broken('it is 405 or 404', `it was answered with ${code}`, 1),
    ]);
  });

  test.for([400, 404])('says nothing of a %d without a control', (code) => {
    expect(status(undefined, answered(answer(code)))).toEqual([]);
  });

  test.for([...SAY_NOTHING, ['200', EMPTY] as const, ['500', answer(500)] as const])(
    'says nothing where it was not rejected at all: %s',
    ([, outcome]) => {
      expect(status(controlling(), answered(outcome))).toEqual([]);
    },
  );
});

describe('the code of an error', () => {
  // The shapes that were seen (J2), and what hostile endpoints send.
  test.for<readonly [unknown, string]>([
    [{ error_code: 'DMS.10240014', error_msg: 'no' }, '10240014'],
    [{ code: '10540014', message: 'no' }, '10540014'],
    [{ code: 10542206, message: 'no' }, '10542206'],
    [{ error_code: 'DMS.10240014', code: '10540014' }, '10240014'],
    [{ error_code: null, code: 'DMS.10540014' }, '10540014'],
    [{ code: 'APIGW.0101' }, 'none'],
    [{ code: 'DMS.1024001' }, 'none'],
    [{ code: '10240014 and more' }, 'none'],
    [{ code: ['10240014'] }, 'none'],
    [{ message: '10240014' }, 'none'],
    [[], 'none'],
    ['null', 'none'],
    ['"10240014"', 'none'],
    ['10240014', 'none'],
    ['<html>10240014</html>', 'none'],
    ['', 'none'],
  ])('in %j is %s', ([body, expected]) => {
    expect(codeOf(answered(answer(400, body)))).toBe(expected);
  });

  test('is none where there is no answer', () => {
    expect(codeOf(answered(failure()))).toBe('none');
  });
});
