/** A whole run against the embedded emulator: what every clause is joined to is what that run emitted, not what the source says. */
import { beforeAll, describe, expect, test } from 'vitest';
import { chapters } from '../specs/chapters.ts';
import { register } from '../specs/register.ts';
import { rules } from '../src/rules/index.ts';
import { judge } from '../src/verdict/judge.ts';
import { campaignOn, type CampaignResult } from './support/campaign.ts';

const scenarios = chapters.flatMap((chapter) => chapter.scenarios);
let run: CampaignResult;
beforeAll(async () => {
  run = await campaignOn();
}, 60_000);

describe('the register', () => {
  test('every MUST and SHOULD clause has a rule, and every rule a clause', () => {
    const ruled = new Set(rules.map(({ clause }) => clause));
    expect([...register.clauses.keys()].filter((id) => !ruled.has(id))).toEqual([]);
    expect([...ruled].filter((id) => !register.clauses.has(id))).toEqual([]);
  });

  test('every clause has a scenario that provokes it, and scenarios name no other clauses', () => {
    const provoked = new Set(scenarios.flatMap((scenario) => scenario.clauses));
    expect([...register.clauses.keys()].filter((id) => !provoked.has(id))).toEqual([]);
    expect([...provoked].filter((id) => !register.clauses.has(id))).toEqual([]);
  });

  test('scenario ids are unique', () => {
    const ids = scenarios.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  test('a clause is in reach of every profile that asks for it', () => {
    const order = ['none', 'gate', 'certify', 'controlled'];
    const late = [...register.clauses.values()].filter(({ id, waits }) =>
      scenarios.every(
        (one) => !one.clauses.includes(id) || order.indexOf(one.waiting) > Math.max(1, order.indexOf(waits)),
      ),
    );
    expect(late.map(({ id }) => id)).toEqual([]);
  });
});

describe('a run against the embedded emulator', () => {
  test('is conformant', () => {
    expect({ verdict: run.verdict.verdict, reasons: run.verdict.reasons }).toEqual({
      verdict: 'conformant',
      reasons: [],
    });
  });

  test('exercises every clause of the register', () => {
    const open = run.verdict.clauses.filter(({ verdict, evidence }) => evidence === 0 || verdict.startsWith('not-'));
    expect(open.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
    expect(run.verdict.clauses).toHaveLength(register.clauses.size);
  });

  test('completes every scenario, and each brings findings for every clause that it is there to provoke', () => {
    const lacking = run.histories.flatMap((history) => {
      const emitted = new Set(judge(history, rules).findings.map(({ clause }) => clause));
      const lacks = history.start?.provokes.filter((clause) => !emitted.has(clause)) ?? [];
      const outcome = history.end?.outcome;
      return outcome === 'completed' && lacks.length === 0
        ? []
        : [`${history.scenario}: ${outcome}, ${lacks.join(', ')}`];
    });
    expect(lacking).toEqual([]);
    expect(run.histories).toHaveLength(scenarios.length);
  });

  test('passes the seconds that each scenario says: they tell how long a run takes, and order it', () => {
    const said = new Map(scenarios.map(({ id, seconds }) => [id, seconds]));
    const wrong = run.histories.flatMap(({ scenario, moves }) => {
      const passed = moves.reduce((sum, { from, to }) => sum + to - from, 0);
      const off = Math.abs(passed - (said.get(scenario) ?? NaN));
      return off <= 0.5 + passed * 0.002 ? [] : [`${scenario} says ${said.get(scenario)} s, and ${passed} s passed`];
    });
    expect(wrong).toEqual([]);
  });

  test('keeps the waits of the gate within 31 s and those of certify within 302 s', () => {
    const longest = (waiting: string): number =>
      Math.max(...scenarios.filter((one) => one.waiting === waiting).map(({ seconds }) => seconds));
    expect(longest('gate')).toBeLessThanOrEqual(31);
    expect(longest('certify')).toBeLessThanOrEqual(302);
  });
});
