import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/rules/rule.ts';
import { broken, findings, held, undecided } from '../support/findings.ts';
import { answer, failure, story, type Story } from '../support/history.ts';

const HOUR = 3600;
const EMPTY = answer(200, []);

/** One letter that became one somewhere in the first 100 s. */
function aged(): Story {
  const told = story();
  told.letter([0, 100]);
  return told;
}

/** The same beside another one that was handed out and acknowledged, which shows that they were there (K4). */
function witnessed(): Story {
  const told = aged();
  told.letter([0, 100]);
  told.acknowledge([202, 203], told.consume([200, 201], '', [1]), [1, 0]);
  return told;
}

describe('a dead letter is still consumable after 71 h', () => {
  const CLAUSE = 'retention.kept';
  const missing = (told: Story, hours: number, ...exchanges: number[]): Finding =>
    broken(`dead letter ${told.tags[0]} is still there after ${hours} h`, 'a consume came back empty', ...exchanges);

  test.for([
    // It has to be surely old enough to tell something, and surely young enough to have to be there.
    ['70 h old', [70 * HOUR, 70 * HOUR + 1], []],
    ['young', [71 * HOUR - 500, 71 * HOUR - 499], []],
    ['old enough', [71 * HOUR - 499, 71 * HOUR - 498], [held(1)]],
    ['71 h old', [71 * HOUR, 71 * HOUR + 1], [held(1)]],
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
    told.consume([71 * HOUR - 300, 71 * HOUR - 299], 'ack_wait=15', [0]);
    told.consume([71 * HOUR - 270, 71 * HOUR - 267], '', EMPTY);
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
    const gone = witnessed();
    gone.consume([sent, sent + 3], '', EMPTY);
    expect(findings(gone, CLAUSE)).toEqual(tells ? [held(3)] : []);
    expect(findings(gone, PROLONGED)).toEqual([]);

    const stayed = witnessed();
    stayed.consume([sent, sent + 3], '', [0]);
    expect(findings(stayed, CLAUSE)).toEqual(tells ? [there(stayed, 3)] : []);
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
    const told = witnessed();
    told.consume([80 * HOUR, 80 * HOUR + 3], '', EMPTY);
    told.consume([81 * HOUR, 81 * HOUR + 3], '', [0]);
    expect(findings(told, CLAUSE)).toEqual([held(3), there(told, 4)]);
    expect(findings(told, PROLONGED)).toEqual([]);
  });

  // That it does not live longer for having been consumed is only a SHOULD.
  test.for([
    ['before', [50 * HOUR, 50 * HOUR + 1], 'undecided'],
    ['meanwhile', [80 * HOUR + 2, 80 * HOUR + 4], 'undecided'],
    ['only afterwards', [80 * HOUR + 3, 80 * HOUR + 4], 'there'],
  ] as const)('one that a lost consume may have brought %s', ([, when, outcome]) => {
    const told = aged();
    told.consume([...when], '', failure());
    told.consume([80 * HOUR, 80 * HOUR + 3], '', [0]);
    expect(findings(told, CLAUSE)).toEqual(outcome === 'undecided' ? [undecided(2)] : [there(told, 2)]);
    expect(findings(told, PROLONGED)).toEqual([]);
  });

  test('one that two consumes brought at the same time', () => {
    const told = aged();
    told.consume([80 * HOUR, 80 * HOUR + 3], '', [0]);
    told.consume([80 * HOUR + 2, 80 * HOUR + 4], '', [0]);
    expect(findings(told, CLAUSE)).toEqual([undecided(1), undecided(2)]);
    expect(findings(told, PROLONGED)).toEqual([]);
  });

  describe('as an empty answer shows', () => {
    const at = 74 * HOUR + 200;
    /** Handed out a minute before 74 h, for 5 minutes, 15 s of grace apart. */
    const inFlight = (mode: 'NORMAL' | 'FIFO'): Story => {
      const told = story({ letters: 2, mode });
      told.consume([74 * HOUR - 60, 74 * HOUR - 59], 'ack_wait=300', [0]);
      return told;
    };

    test.for([
      [74 * HOUR + 1, false],
      [74 * HOUR + 256, false],
      [74 * HOUR + 257, true],
    ] as const)('if its last lease is over: at %d s %s', ([sent, tells]) => {
      const told = inFlight('NORMAL');
      told.consume([sent, sent + 3], '', EMPTY);
      expect(findings(told, PROLONGED)).toEqual(tells ? [held(2)] : []);
      expect(findings(told, CLAUSE)).toEqual([held(2)]);
    });

    test.for([
      [74 * HOUR + 256, false],
      [74 * HOUR + 257, true],
    ] as const)('on FIFO if no other one may hold it up (G1): at %d s %s', ([sent, tells]) => {
      const told = inFlight('FIFO');
      told.consume([sent, sent + 3], '', EMPTY);
      expect(findings(told, CLAUSE)).toEqual(tells ? [held(2)] : []);
    });

    test.for([
      ['nothing else', () => undefined, '', [held(3)]],
      ['a parameter that has to be rejected', () => undefined, 'max_msgs=99', []],
      [
        'a consume that was lost a minute before',
        (told: Story) => told.consume([at - 61, at - 60], 'ack_wait=300', failure()),
        '',
        [],
      ],
      [
        'one that was lost long ago',
        (told: Story) => told.consume([50 * HOUR, 50 * HOUR + 1], 'ack_wait=300', failure()),
        '',
        [held(4)],
      ],
      [
        'a deletion that may have worked',
        (told: Story) => {
          const target = told.path.replace('/deadletters', '');
          told.exchange([70 * HOUR, 70 * HOUR + 1], { method: 'DELETE', target, outcome: answer(500) });
        },
        '',
        [],
      ],
    ] as const)('unless there is another reason: %s', ([, tell, query, expected]) => {
      const told = witnessed();
      tell(told);
      told.consume([at, at + 3], query, EMPTY);
      expect(findings(told, CLAUSE)).toEqual(expected);
    });

    test.for([
      ['never was seen', undefined, []],
      ['was seen before', [200, 201], [held(2)]],
      ['was seen meanwhile', [at - 1, at + 1], []],
    ] as const)('if any of the group %s', ([, when, expected]) => {
      const told = aged();
      told.letter([0, 100]);
      if (when !== undefined) told.consume([...when], 'ack_wait=15', [1]);
      told.consume([at, at + 3], '', EMPTY);
      expect(findings(told, CLAUSE).filter(({ outcome }) => outcome === 'held')).toEqual(expected);
    });
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
