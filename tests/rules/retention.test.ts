import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/rules/rule.ts';
import { broken, findings, held } from '../support/findings.ts';
import { answer, failure, story, type Story } from '../support/history.ts';

const HOUR = 3600;
const EMPTY = answer(200, []);

/** One letter that became one somewhere in the first 100 s. */
function aged(): Story {
  const told = story();
  told.letter([0, 100]);
  return told;
}

describe('a dead letter is still consumable after 71 h', () => {
  const CLAUSE = 'retention.kept';
  const missing = (told: Story, hours: number, ...exchanges: number[]): Finding =>
    broken(`dead letter ${told.tags[0]} is still there after ${hours} h`, 'a consume came back empty', ...exchanges);

  test.for([
    // It has to be surely old enough to tell something, and surely young enough to have to be there.
    ['young', [69 * HOUR + 100, 69 * HOUR + 101], []],
    ['old enough', [69 * HOUR + 101, 69 * HOUR + 102], [held(1)]],
    ['70 h old', [70 * HOUR, 70 * HOUR + 1], [held(1)]],
    ['72 h old at most', [72 * HOUR - 1, 72 * HOUR], [held(1)]],
    ['perhaps older', [72 * HOUR - 1, 72 * HOUR + 1], []],
    ['much older', [73 * HOUR, 73 * HOUR + 1], []],
  ] as const)('one that is handed out %s', ([, when, expected]) => {
    const told = aged();
    told.consume([...when], '', [0]);
    expect(findings(told, CLAUSE)).toEqual(expected);
  });

  test('its age counts from when it became one', () => {
    const told = story();
    told.letter([2 * HOUR, 2 * HOUR + 100]);
    told.consume([74 * HOUR - 1, 74 * HOUR], '', [0]);
    expect(findings(told, CLAUSE)).toEqual([held(1)]);
    const older = story();
    older.letter([2 * HOUR, 2 * HOUR + 100]);
    older.consume([74 * HOUR - 1, 74 * HOUR + 1], '', [0]);
    expect(findings(older, CLAUSE)).toEqual([]);
  });

  test.for([
    // Whatever is missing within an hour is missing for other reasons.
    [HOUR + 100, undefined],
    [HOUR + 101, 1],
    [24 * HOUR, 24],
    [71 * HOUR - 3, 71],
    // 71 h may be over as its answer arrives.
    [71 * HOUR - 2, undefined],
    [80 * HOUR, undefined],
  ] as const)('one that is missing %d s after it may have become one', ([sent, hours]) => {
    const told = aged();
    told.consume([sent, sent + 3], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual(hours === undefined ? [] : [missing(told, hours, 1)]);
  });

  test('two that are missing before their time', () => {
    const told = story({ letters: 2 });
    told.consume(10, '', [1]);
    told.consume(24 * HOUR, '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([
      broken(`dead letter ${told.tags[0]} is still there after 24 h`, 'a consume came back empty', 2),
      broken(`dead letter ${told.tags[1]} is still there after 24 h`, 'a consume came back empty', 2),
    ]);
  });

  test('one that should be back after a failure, but need not be, is not missing', () => {
    const told = aged();
    told.consume([70 * HOUR, 70 * HOUR + 1], 'ack_wait=15', [0]);
    told.consume([70 * HOUR + 30, 70 * HOUR + 33], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([held(1)]);
  });

  test('one that was acknowledged need not stay', () => {
    const told = aged();
    const handlers = told.consume([200, 201], '', [0]);
    told.acknowledge([202, 203], handlers, [1, 0]);
    told.consume([24 * HOUR, 24 * HOUR + 3], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([]);
  });
});

describe('a dead letter is gone after 74 h', () => {
  const CLAUSE = 'retention.deleted';
  const PROLONGED = 'retention.not-prolonged';
  const there = (told: Story, ...exchanges: number[]): Finding =>
    broken('a dead letter is gone after 74 h', `${told.tags[0]} was handed out`, ...exchanges);
  const prolonged = (told: Story, ...exchanges: number[]): Finding =>
    broken(
      'a dead letter that was consumed in between is gone after 74 h, too',
      `${told.tags[0]} was handed out`,
      ...exchanges,
    );

  // Its age counts from when it surely was one, to when the consume was sent.
  test.for([
    [74 * HOUR + 100, false],
    [74 * HOUR + 101, true],
    [100 * HOUR, true],
  ] as const)('one that was never handed out, asked for at %d s: tells %s', ([sent, tells]) => {
    const gone = aged();
    gone.consume([sent, sent + 3], '', EMPTY);
    expect(findings(gone, CLAUSE)).toEqual(tells ? [held(1)] : []);
    expect(findings(gone, PROLONGED)).toEqual([]);

    const stayed = aged();
    stayed.consume([sent, sent + 3], '', [0]);
    expect(findings(stayed, CLAUSE)).toEqual(tells ? [there(stayed, 1)] : []);
    expect(findings(stayed, PROLONGED)).toEqual([]);
  });

  // Consuming it in between does not prolong its life (D6).
  test.for([
    [74 * HOUR + 100, false],
    [74 * HOUR + 101, true],
  ] as const)('one that was handed out before, asked for at %d s: tells %s', ([sent, tells]) => {
    const gone = aged();
    gone.consume([50 * HOUR, 50 * HOUR + 1], 'ack_wait=15', [0]);
    gone.consume([sent, sent + 3], '', EMPTY);
    expect(findings(gone, PROLONGED)).toEqual(tells ? [held(2)] : []);
    expect(findings(gone, CLAUSE)).toEqual([]);

    const stayed = aged();
    stayed.consume([50 * HOUR, 50 * HOUR + 1], 'ack_wait=15', [0]);
    stayed.consume([sent, sent + 3], '', [0]);
    expect(findings(stayed, PROLONGED)).toEqual(tells ? [prolonged(stayed, 2)] : []);
    expect(findings(stayed, CLAUSE)).toEqual([]);
  });

  test('one that was failed in between, too', () => {
    const told = aged();
    const [handler = ''] = told.consume([50 * HOUR, 50 * HOUR + 1], '', [0]);
    told.acknowledge([50 * HOUR + 2, 50 * HOUR + 3], [{ handler, status: 'fail' }], [0, 1]);
    told.consume([80 * HOUR, 80 * HOUR + 3], '', [0]);
    expect(findings(told, PROLONGED)).toEqual([prolonged(told, 3)]);
  });

  test('only what was asked for before has been consumed in between', () => {
    const told = aged();
    told.consume([80 * HOUR, 80 * HOUR + 3], '', EMPTY);
    told.consume([81 * HOUR, 81 * HOUR + 3], '', [0]);
    expect(findings(told, CLAUSE)).toEqual([held(1), there(told, 2)]);
    expect(findings(told, PROLONGED)).toEqual([]);
  });

  test('each letter by itself', () => {
    const told = story({ letters: 2 });
    told.consume([50 * HOUR, 50 * HOUR + 1], 'ack_wait=15', [0]);
    told.consume([80 * HOUR, 80 * HOUR + 3], '', [1]);
    told.consume([81 * HOUR, 81 * HOUR + 3], '', EMPTY);
    expect(findings(told, CLAUSE)).toEqual([
      broken('a dead letter is gone after 74 h', `${told.tags[1]} was handed out`, 2),
    ]);
    expect(findings(told, PROLONGED)).toEqual([held(3), held(3)]);
  });

  test.for([
    // What brings another letter does not say that this one is gone.
    ['that brought another one', [1]],
    ['that was refused', answer(400)],
    ['of which nobody knows', failure()],
    ['that was answered with 503 and an empty array', answer(503, [])],
    ['that was not answered with an array', answer(200, 'null')],
  ] as const)('a consume %s says nothing of it', ([, gives]) => {
    const told = aged();
    told.letter([79 * HOUR, 79 * HOUR]);
    told.consume([80 * HOUR, 80 * HOUR + 3], '', gives);
    expect(findings(told, CLAUSE)).toEqual([]);
    expect(findings(told, PROLONGED)).toEqual([]);
  });

  describe('if nobody may have acknowledged it', () => {
    test.for([
      ['it was', [50 * HOUR, 50 * HOUR + 1], [1, 0], false],
      ['it may have been', [50 * HOUR, 50 * HOUR + 1], failure(), false],
      ['it may be meanwhile', [80 * HOUR + 1, 80 * HOUR + 2], failure(), false],
      ['it was refused', [50 * HOUR, 50 * HOUR + 1], answer(400), true],
      ['it was not counted', [50 * HOUR, 50 * HOUR + 1], [0, 1], true],
      ['it was only afterwards', [80 * HOUR + 3, 80 * HOUR + 4], failure(), true],
    ] as const)('%s', ([, when, answered, tells]) => {
      const told = aged();
      const handlers = told.consume([50 * HOUR - 2, 50 * HOUR - 1], '', [0]);
      told.acknowledge([...when], handlers, answered);
      told.consume([80 * HOUR, 80 * HOUR + 3], '', EMPTY);
      expect(findings(told, PROLONGED)).toEqual(tells ? [held(3)] : []);
    });

    test('one of two', () => {
      const told = story({ letters: 2 });
      const [first = ''] = told.consume([50 * HOUR, 50 * HOUR + 1], '', [0, 1]);
      told.acknowledge([50 * HOUR + 2, 50 * HOUR + 3], [first], [1, 0]);
      told.consume([80 * HOUR, 80 * HOUR + 3], '', [0, 1]);
      // That it came back although it was acknowledged, other clauses say.
      expect(findings(told, PROLONGED)).toEqual([
        broken(
          'a dead letter that was consumed in between is gone after 74 h, too',
          `${told.tags[1]} was handed out`,
          3,
        ),
      ]);
    });
  });
});
