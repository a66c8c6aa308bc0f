/**
 * What must stay true of what rules said of endpoints that break the contract: seen less exactly, it may become undecided,
 * never held; and whatever instants evidence claims, it is judged, and soon.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { chance } from '../../fixtures/deviants/chance.ts';
import type { Exchange } from '../../schemas/types.ts';
import type { History } from '../../src/history/evidence.ts';
import { rules } from '../../src/rules/index.ts';
import { judge } from '../../src/verdict/judge.ts';
import { campaignOn } from '../support/campaign.ts';
import { scenariosFor } from '../matrix/subject.ts';
import { subjects } from '../matrix/subjects.ts';

/** Faults of time, order, counts, belonging and form, since each kind of rule reads intervals in its own way. */
const broken = [
  'leases/half',
  'leases/40-s-longer',
  'redelivery/once',
  'long-poll/half',
  'long-poll/deaf-for-good',
  'order/every-entry-for-itself',
  'counts/success-comes-back',
  'handlers/expired-succeed',
  'isolation/every-group-gets-it',
  'fifo/failed-go-to-the-end',
  'delivery/one-in-eleven-is-lost',
  'retention/a-day',
];

let histories: readonly History[] = [];

beforeAll(async () => {
  const runs = await Promise.all(
    broken.map(async (name) => {
      const subject = subjects.get(name)!;
      const wanted = scenariosFor(subject);
      const run = await campaignOn({
        emulator: () => ({ behaviour: subject.behaviour }),
        // Not the cross-section: what does not provoke its clauses shows nothing of them.
        scenarios: (scenario) =>
          wanted(scenario) && scenario.clauses.some((clause) => 'must' in subject && subject.must.includes(clause)),
      });
      return run.histories.slice(0, 4);
    }),
  );
  histories = runs.flat();
}, 120_000);

/** Each finding by clause and the exchanges that it is about, apart by outcome. */
function said(history: History): { readonly held: ReadonlySet<string>; readonly broken: ReadonlySet<string> } {
  const { findings, crashed } = judge(history, rules);
  expect(crashed).toEqual([]);
  const of = (outcome: string): ReadonlySet<string> =>
    new Set(
      findings
        .filter(({ finding }) => finding.outcome === outcome)
        .map(({ clause, finding }) => `${history.scenario}: ${clause}: ${finding.exchanges.join(' ')}`),
    );
  return { held: of('held'), broken: of('broken') };
}

/** The same absence may be proven by a later exchange when an earlier one is seen less exactly. */
function clauseOf(finding: string): string {
  return finding.slice(0, finding.lastIndexOf(': '));
}

function withExchanges(history: History, change: (exchange: Exchange) => Exchange): History {
  return { ...history, exchanges: history.exchanges.map(change) };
}

describe('what deviants broke', { timeout: 60_000 }, () => {
  test('is much', () => {
    const found = histories.flatMap((history) => [...said(history).broken]);
    expect(found.length).toBeGreaterThan(broken.length * 2);
  });

  test('does not become held when intervals are widened, and nothing else breaks', () => {
    const before = histories.map((history) => ({ history, ...said(history) }));
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const roll = chance(seed);
        // Most are as they were: where all is blurred nothing is decided any more.
        const next = (): number => (roll() < 0.6 ? 0 : roll() * (roll() < 0.5 ? 5 : 500));
        for (const { history, ...was } of before) {
          const wider = said(
            withExchanges(history, (exchange) => {
              if (exchange.clock === undefined) return exchange;
              const { sent, received } = exchange.clock;
              const left = sent[0] - next();
              const clock = {
                sent: [left, sent[1]] as [number, number],
                received: [Math.max(left, received[0] - next()), received[1] + next()] as [number, number],
              };
              return { ...exchange, clock };
            }),
          );
          expect([...was.broken].filter((one) => wider.held.has(one) && !was.held.has(one))).toEqual([]);
          const known = new Set([...was.broken].map(clauseOf));
          expect([...wider.broken].filter((one) => !known.has(clauseOf(one)))).toEqual([]);
        }
      }),
      { numRuns: 10 },
    );
  });
});

describe('evidence that cannot be', { timeout: 60_000 }, () => {
  const odd = [0, -0, 1e308, -1e308, Number.MAX_SAFE_INTEGER, 5e-324];

  test('with any instants, in any order, of any clock, is judged without a crash', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const roll = chance(seed);
        const now = (): boolean => roll() < 0.5;
        const at = (): number => (now() ? roll() * 110 - 10 : (odd[Math.floor(roll() * odd.length)] ?? 0));
        for (const history of histories) {
          const absurd = withExchanges(history, (exchange) => {
            if (now()) return exchange;
            const { clock: _clock, ...rest } = exchange;
            return {
              ...rest,
              sent: at(),
              received: at(),
              lag: now() ? 0 : Math.abs(at()),
              ...(now()
                ? { clock: { sent: [at(), at()] as [number, number], received: [at(), at()] as [number, number] } }
                : {}),
            };
          });
          const judgement = judge(
            {
              ...absurd,
              exchanges: now() ? absurd.exchanges.toReversed() : absurd.exchanges,
              deadLetters: absurd.deadLetters.map((letter) =>
                now() ? letter : { ...letter, failed: [at(), at()], position: 0 },
              ),
              groups: absurd.groups.map((group) => (now() ? group : { ...group, at: at() })),
            },
            rules,
          );
          expect(judgement.crashed).toEqual([]);
        }
      }),
      { numRuns: 10 },
    );
  });

  test('with a flood of exchanges is judged in a time that grows with it, not with its square', () => {
    const [history] = histories.toSorted((a, b) => b.exchanges.length - a.exchanges.length);
    if (history === undefined) throw new RangeError('no history');
    const flood = (times: number): History => ({
      ...history,
      exchanges: Array.from({ length: times }, (_, round) =>
        history.exchanges.map((exchange) => ({ ...exchange, id: exchange.id + round * 10_000 })),
      ).flat(),
    });
    const seconds = (times: number): number => {
      const start = performance.now();
      judge(flood(times), rules);
      return (performance.now() - start) / 1000;
    };
    seconds(2);
    const [few, many] = [seconds(5), seconds(20)];
    // Four times as much: linear is 4, quadratic 16, and the machine is shared.
    expect(many / few).toBeLessThan(40);
  });
});
