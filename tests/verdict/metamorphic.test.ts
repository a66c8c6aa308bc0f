/**
 * What must stay true of a verdict when the same run had been seen otherwise: less exactly, in another order, or not
 * whole. The evidence is that of a real run against the embedded emulator, which breaks nothing.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { EvidenceLine, Exchange, Verdict } from '../../schemas/types.ts';
import { chapters } from '../../specs/chapters.ts';
import { register } from '../../specs/register.ts';
import { readEvidence, type Evidence, type History } from '../../src/history/evidence.ts';
import { rules } from '../../src/rules/index.ts';
import { judge } from '../../src/verdict/judge.ts';
import { verdictOf } from '../../src/verdict/verdict.ts';
import { story } from '../support/history.ts';
import { ran } from '../support/runs.ts';

let lines: readonly string[] = [];
let evidence: Evidence;

beforeAll(async () => {
  const scenarios = chapters.flatMap((chapter) => chapter.scenarios.filter((_, index) => index % 9 === 0).slice(0, 3));
  const run = await ran(scenarios, { register });
  lines = run.lines.map((line) => JSON.stringify(line));
  evidence = readEvidence(lines);
}, 60_000);

const judged = (given: Evidence = evidence): Verdict => verdictOf(given, register, rules);
const withHistories = (histories: readonly History[]): Evidence => ({ ...evidence, histories });

/** Clauses of any level that are broken. */
function brokenIn(history: History): string[] {
  const { findings, crashed } = judge(history, rules);
  expect(crashed).toEqual([]);
  return findings.flatMap(({ clause, finding }) =>
    finding.outcome === 'broken' ? [`${history.scenario}: ${clause}: ${finding.observed}`] : [],
  );
}

test('the run that all of this is about broke nothing and showed much', () => {
  expect(evidence.problems).toEqual([]);
  expect(evidence.histories.length).toBeGreaterThan(20);
  expect(evidence.histories.flatMap(brokenIn)).toEqual([]);
  expect(judged().clauses.filter(({ verdict }) => verdict === 'pass').length).toBeGreaterThan(40);
});

describe('the same evidence', { timeout: 30_000 }, () => {
  test('gives the same verdict, byte for byte, however often and in whichever process state', () => {
    const [one, other] = [judged(), judged(readEvidence([...lines, '']))];
    expect(JSON.stringify(other)).toBe(JSON.stringify(one));
  });

  test('of scenarios that overlapped in another way gives the same verdict', () => {
    const texts = lines.map((text) => ({ text, line: JSON.parse(text) as EvidenceLine }));
    const [head, foot] = [texts[0]?.text ?? '', texts.at(-1)?.text ?? ''];
    const byScenario = new Map<string, string[]>();
    for (const { text, line } of texts.slice(1, -1)) {
      if (!('scenario' in line)) continue;
      byScenario.set(line.scenario, [...(byScenario.get(line.scenario) ?? []), text]);
    }
    // The order in which notes and findings are listed is that of the evidence; what they say is not.
    const folded = (given: readonly string[]): unknown => {
      const { clauses, ...rest } = judged(readEvidence(given));
      return { ...rest, clauses: clauses.map((clause) => ({ ...clause, notes: clause.notes?.toSorted() })) };
    };
    const expected = folded(lines);
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), (choices) => {
        const waiting = [...byScenario.values()].map((own) => [...own]);
        const shuffled: string[] = [];
        while (waiting.length > 0) {
          const index = Number(choices.next().value) % waiting.length;
          const next = waiting[index]?.shift();
          if (next === undefined) waiting.splice(index, 1);
          else shuffled.push(next);
        }
        expect(shuffled).toHaveLength(lines.length - 2);
        expect(folded([head, ...shuffled, foot])).toEqual(expected);
      }),
      { numRuns: 5 },
    );
  });
});

describe('a run that is seen less exactly', { timeout: 30_000 }, () => {
  /** Seconds by which an instant is blurred; no more than our own timers may be late in earnest. */
  const blur = fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.double({ min: 0, max: 0.05, noNaN: true }) },
    { weight: 3, arbitrary: fc.double({ min: 0, max: 5, noNaN: true }) },
  );

  test('with wider bounds of the controlled clock breaks nothing more', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.oneof(blur, fc.double({ min: 0, max: 500, noNaN: true }))), (blurs) => {
        const next = (): number => Number(blurs.next().value);
        const wider = evidence.histories.map((history) => ({
          ...history,
          exchanges: history.exchanges.map((exchange): Exchange => {
            if (exchange.clock === undefined) return exchange;
            const { sent, received } = exchange.clock;
            const left = sent[0] - next();
            return {
              ...exchange,
              clock: { sent: [left, sent[1]], received: [Math.max(left, received[0] - next()), received[1] + next()] },
            };
          }),
        }));
        expect(wider.flatMap(brokenIn)).toEqual([]);
      }),
      { numRuns: 8 },
    );
  });

  test('on a wall clock with late timers breaks nothing more', () => {
    const histories = evidence.histories.filter(({ scenario }) => scenario !== 'probe').map(onWallClock);
    expect(histories.flatMap(brokenIn)).toEqual([]);
    fc.assert(
      fc.property(fc.infiniteStream(blur), (blurs) => {
        const next = (): number => Number(blurs.next().value);
        expect(histories.map((history) => blurred(history, next)).flatMap(brokenIn)).toEqual([]);
      }),
      { numRuns: 12 },
    );
  });

  /** The same history as somebody would have seen it in real time, to whom the controlled clock was the real one. */
  function onWallClock(history: History): History {
    const zero = history.start?.at ?? 0;
    const sent = (exchange: Exchange): number => (exchange.clock?.sent[0] ?? 0) + exchange.sent - zero;
    const received = (exchange: Exchange): number => (exchange.clock?.received[1] ?? 0) + exchange.received - zero;
    const whole = history.end === undefined ? 0 : history.end.at - zero;
    return {
      ...history,
      header: { ...history.header, clock: 'wall' },
      arrangings: [],
      moves: [],
      groups: history.groups.map((group) => {
        const creation = history.exchanges.find((exchange) => exchange.received === group.at);
        return { ...group, at: creation === undefined ? 0 : received(creation) };
      }),
      deadLetters: history.deadLetters.map((letter) => {
        const [from, until] = letter.failed;
        const failing = history.exchanges.find(
          ({ clock, request }) =>
            clock?.sent[0] === from && clock.received[1] === until && /\/groups\/[^/]+\/ack$/.test(request.target),
        );
        return {
          ...letter,
          failed: failing === undefined ? [from, until + whole] : [sent(failing), received(failing)],
        };
      }),
      exchanges: history.exchanges.map(({ clock: _clock, ...exchange }, index) => {
        const own = history.exchanges[index] ?? { ...exchange };
        return { ...exchange, lag: 0, sent: sent(own), received: received(own) };
      }),
    };
  }

  /**
   * Every instant may be later or earlier than stamped, and the record of our own lag says by how much. Only what cannot
   * be is left out: naming a handler before it has come, and deleting before all else is over.
   */
  function blurred(history: History, next: () => number): History {
    const earliest = new Map<Exchange, number>();
    const latest = new Map<Exchange, number>();
    const inOrder = (first: Exchange, second: Exchange): void => {
      const border = (first.received + second.sent) / 2;
      latest.set(first, Math.min(latest.get(first) ?? Infinity, border));
      earliest.set(second, Math.max(earliest.get(second) ?? -Infinity, border));
    };
    for (const first of history.exchanges) {
      const handlers = handlersIn(first);
      for (const second of history.exchanges) {
        if (first === second || first.received > second.sent) continue;
        const named = handlers.some((handler) => second.request.body?.data.includes(handler) === true);
        if (named || second.request.method === 'DELETE') inOrder(first, second);
      }
    }
    return {
      ...history,
      exchanges: history.exchanges.map((exchange) => {
        const sent = Math.max(earliest.get(exchange) ?? -Infinity, exchange.sent - next());
        const received = Math.min(latest.get(exchange) ?? Infinity, exchange.received + next());
        const lag = Math.max(exchange.sent - sent, received - exchange.received) + 1e-9;
        return { ...exchange, sent, received, lag };
      }),
    };
  }

  function handlersIn({ outcome }: Exchange): readonly string[] {
    if (outcome.kind !== 'answer') return [];
    return [...outcome.body.data.matchAll(/"handler":"([^"]+)"/g)].map(([, handler = '']) => handler);
  }
});

describe('a run that is seen in part, or wrongly', { timeout: 30_000 }, () => {
  /** What the suite says of itself: nothing, whatever there is to judge. */
  const failuresOf = (histories: readonly History[]): string[] =>
    judged(withHistories(histories)).reasons.filter((reason) => reason.includes('the suite itself failed'));

  test('with exchanges twice or not at all is judged all the same', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.constantFrom(1, 1, 1, 2, 0)), (times) => {
        expect(
          failuresOf(
            evidence.histories.map((history) => ({
              ...history,
              exchanges: history.exchanges.flatMap((one) => Array<Exchange>(Number(times.next().value)).fill(one)),
              deadLetters: history.deadLetters.filter(() => times.next().value !== 0),
              groups: history.groups.filter(() => times.next().value !== 0),
            })),
          ),
        ).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });

  test('with any answers whatever is judged all the same', () => {
    const body = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc
        .array(fc.record({ handler: fc.jsonValue(), message: fc.jsonValue() }, { requiredKeys: [] }), { maxLength: 12 })
        .map((value) => JSON.stringify(value)),
      fc.record({ success: fc.jsonValue(), fail: fc.jsonValue() }).map((value) => JSON.stringify(value)),
    );
    const outcome: fc.Arbitrary<Exchange['outcome'] | undefined> = fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('answer' as const),
          status: fc.constantFrom(200, 200, 200, 201, 204, 400, 404, 429, 500, 503, 999),
          headers: fc.array(
            fc.tuple(fc.constantFrom('Content-Type', 'content-type', 'Cache-Control', ''), fc.string()),
          ),
          body: body.map((data) => ({ encoding: 'utf8' as const, data })),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constant('failure' as const),
          cause: fc.constantFrom('timeout', 'unreachable', 'broken', 'aborted', 'too-large'),
          code: fc.string(),
          message: fc.string(),
          bytesLeft: fc.boolean(),
        }),
      },
    );
    fc.assert(
      fc.property(fc.infiniteStream(outcome), (outcomes) => {
        expect(
          failuresOf(
            evidence.histories.map((history) => ({
              ...history,
              exchanges: history.exchanges.map((exchange) => ({
                ...exchange,
                outcome: (outcomes.next().value as Exchange['outcome'] | undefined) ?? exchange.outcome,
              })),
            })),
          ),
        ).toEqual([]);
      }),
      { numRuns: 5 },
    );
  });

  test.for([10, 1000, 5000, 50_000])('with an answer that nests %i deep is judged all the same', (depth) => {
    const data = `[{"handler":"h","message":{"body":${'['.repeat(depth)}${']'.repeat(depth)}}}]`;
    const told = story({ letters: 1 });
    told.consume([10, 11], '', { kind: 'answer', status: 200, headers: [], body: { encoding: 'utf8', data } });
    expect(judge(told.history(), rules).crashed).toEqual([]);
  });

  test('cut off anywhere is never conformant', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: lines.length - 1 }), fc.nat(), (whole, bytes) => {
        const cut = lines[whole] ?? '';
        const rest = cut.slice(0, bytes % cut.length);
        const verdict = judged(readEvidence([...lines.slice(0, whole), rest]));
        expect(verdict.verdict).toBe('incomplete');
        expect(verdict.exitCode).toBe(3);
        expect(verdict.complete).toBe(false);
      }),
      { numRuns: 12 },
    );
  });
});
