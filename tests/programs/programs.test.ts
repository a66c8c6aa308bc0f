/** Generated programs: how they are made, that they blame nobody wrongly, what they find, and how it is explained. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Operation, Program } from '../../schemas/types.ts';
import { register } from '../../specs/register.ts';
import { startCampaign } from '../../src/campaign/campaign.ts';
import { embeddedTarget } from '../../src/campaign/embedded.ts';
import { lengthOf, tallyOf } from '../../src/history/programs.ts';
import { schemas } from '../../src/history/schemas.ts';
import { budgetFor, findCounterexamples } from '../../src/programs/counterexamples.ts';
import { programScenario, secondsFor } from '../../src/programs/scenario.ts';
import { generated } from '../../src/programs/scenarios.ts';
import { DRAIN_SECONDS, secondsOf } from '../../src/programs/seconds.ts';
import { simpler, shrink } from '../../src/programs/shrink.ts';
import { subjects } from '../matrix/subjects.ts';
import { brokenIn, campaignOn, wallTarget } from '../support/campaign.ts';
import { PROJECT, settings } from '../support/settings.ts';
import { brokenBy, mustBrokenIn, searchFor } from './search.ts';
import { shortest } from './shortest.ts';

const programsOf = (seed: number, count: number, seconds = 300): Program[] =>
  generated({ seed, count, seconds }).flatMap(({ program }) => program ?? []);

describe('what is generated', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(programsOf(1, 20)).toEqual(programsOf(1, 20));
    expect(programsOf(1, 20)).not.toEqual(programsOf(2, 20));
    // More programs leave the first ones as they are, so that a number names one.
    expect(programsOf(1, 40).slice(0, 20)).toEqual(programsOf(1, 20));
  });

  test('keeps within the seconds of its profile', () => {
    expect([secondsFor('gate', 'wall'), secondsFor('certify', 'wall'), secondsFor('gate', 'controlled')]).toEqual([
      30, 300, 300,
    ]);
    for (const seconds of [30, 300])
      for (const program of programsOf(3, 300, seconds)) expect(secondsOf(program)).toBeLessThanOrEqual(seconds);
  });

  test('takes no longer than that where a consume brings nothing that is waited for', async () => {
    const consume = (ack_wait: string): Operation => ({
      do: 'consume',
      by: 1,
      group: 1,
      query: { time_wait: '1', ack_wait },
    });
    const program: Program = {
      mode: 'NORMAL',
      groups: 1,
      seconds: 300,
      operations: [
        { do: 'arrange', group: 1, messages: [{}] },
        consume('264'),
        consume('15'),
        { do: 'wait', group: 1, until: 'after' },
        consume('166'),
      ],
    };
    const scenario = programScenario('programs/1', program);
    const { histories } = await campaignOn({ scenarios: () => false, programs: [scenario] });
    const passed = histories[0]!.moves.reduce((sum, { from, to }) => sum + to - from, 0);
    expect(passed).toBeGreaterThan(264);
    expect(passed).toBeLessThanOrEqual(scenario.seconds + 3);
  });

  test('does not drain for long where each answer takes its time', async () => {
    const delayMs = 100;
    const target = await wallTarget({
      behaviour: () => ({ transmit: (answer) => ({ answer, delayMs, chunked: false, close: false }) }),
    });
    onTestFinished(target.close);
    const program: Program = {
      mode: 'NORMAL',
      groups: 1,
      seconds: 3,
      operations: [
        { do: 'arrange', group: 1, messages: Array.from({ length: 40 }, () => ({})) },
        { do: 'drain', by: 1, group: 1, max_msgs: '1' },
      ],
    };
    const programs = [programScenario('programs/1', program)];
    const { histories } = await campaignOn({ target, scenarios: () => false, programs });
    const drained = histories[0]!.exchanges.filter(({ consumer }) => consumer === 'c1');
    expect(drained.length).toBeGreaterThan(0);
    // Consumes and acknowledgements, none of which takes less.
    expect(drained.length).toBeLessThanOrEqual(2 * Math.ceil(DRAIN_SECONDS / (2 * (delayMs / 1000))));
  });

  test('has long leases in it where there is time for them', () => {
    const leases = programsOf(3, 300).flatMap(({ operations }) =>
      operations.flatMap((one) => (one.do === 'consume' ? [Number(one.query.ack_wait)] : [])),
    );
    expect(leases.filter((lease) => lease >= 60 && lease <= 300).length).toBeGreaterThan(50);
  });

  test('is evidence that its schema accepts', () => {
    const refused = programsOf(4, 300).filter(
      (program) => !schemas.evidence.check({ type: 'program', scenario: 'programs/1', program }),
    );
    expect(refused).toEqual([]);
  });

  test.for([30, 300])('leaves no kind of operation, acknowledgement or overlap out within %i s', (seconds) => {
    const { operations, acknowledgements, overlaps } = tallyOf(programsOf(5, 300, seconds));
    const rare = (tally: Readonly<Record<string, number>>): string[] =>
      Object.entries(tally)
        .filter(([, count]) => count < 5)
        .map(([name]) => name);
    const named = (tally: Readonly<Record<string, number>>): string[] => Object.keys(tally).sort();
    expect(named(operations)).toEqual([
      'acknowledge',
      'arrange',
      'consume',
      'consume (ack_wait out of range)',
      'consume (max_msgs out of range)',
      'consume (time_wait out of range)',
      'delete',
      'drain',
      'post',
      'together',
      'wait (after)',
      'wait (before)',
      'wait (half)',
      // Where there is no time to wait for the grace, nobody does.
      ...(seconds === 30 ? [] : ['wait (late)']),
    ]);
    expect(named(acknowledgements)).toEqual([
      'all as fail',
      "another consumer's",
      "another group's",
      'duplicate',
      'earlier batch',
      'gap',
      'invented handler',
      'mixed statuses',
      'other status',
      'prefix',
      'reordered',
      'status omitted',
      'suffix',
      'two batches',
      'whole batch',
    ]);
    expect(named(overlaps)).toEqual([
      'acknowledge + acknowledge',
      'acknowledge + arrange',
      'acknowledge + consume',
      'arrange + consume',
      'consume + consume',
    ]);
    expect([...rare(operations), ...rare(acknowledgements), ...rare(overlaps)]).toEqual([]);
  });
});

describe('programs alone', () => {
  test('blame the emulator for nothing, and exercise most clauses', async () => {
    const { verdict, histories } = await campaignOn({
      scenarios: () => false,
      programs: generated({ seed: 11, count: 100, seconds: 300 }),
    });
    expect(brokenIn(verdict)).toEqual([]);
    expect(
      histories.flatMap(({ scenario, end }) => (end?.outcome === 'completed' ? [] : [`${scenario}: ${end?.reason}`])),
    ).toEqual([]);
    expect(Object.keys(verdict.programs?.clauses ?? {}).length).toBeGreaterThan(100);
    expect(verdict.programs?.count).toBe(100);
  }, 120_000);

  test.for(['batches/short', 'fifo/blocks', 'returns/at-lease-end', 'handlers/counted', 'throttling/429'])(
    'blame %s for nothing that is a MUST',
    { timeout: 120_000 },
    async (name) => {
      const { behaviour, options } = subjects.get(name)!;
      const { verdict } = await campaignOn({
        emulator: () => ({ ...options, behaviour }),
        scenarios: () => false,
        programs: generated({ seed: 12, count: 40, seconds: 300 }),
      });
      expect(brokenIn(verdict)).toEqual([]);
    },
  );

  test.for([...shortest])(
    '%s is broken by the program that we wrote for it, and the emulator is not',
    async ([name, program]) => {
      expect(await brokenBy(subjects.get(name), program)).not.toEqual([]);
      expect(await brokenBy(undefined, program)).toEqual([]);
    },
  );

  test.for(['rare/every-seventh', 'rare/names-two-batches'])(
    'find %s, and what they find is explained in few operations',
    { timeout: 240_000 },
    async (name) => {
      const { counterexample } = await searchFor(subjects.get(name), 2);
      expect(counterexample?.reproduced).toBe(3);
      expect(counterexample?.length).toBeLessThanOrEqual(1.5 * lengthOf(shortest.get(name)!.operations));
      expect(await brokenBy(subjects.get(name), counterexample!.program)).toContain(counterexample?.clause);
    },
  );
});

describe('shrinking', () => {
  const [whole] = programsOf(6, 200).filter(
    ({ operations, groups }) => groups > 1 && operations.some((one) => one.do === 'together') && operations.length > 12,
  );
  const has =
    (kind: string) =>
    ({ operations }: Program): boolean =>
      operations.some((one) => one.do === kind);
  const trials = (breaks: (program: Program) => boolean, most = 1000) => ({
    breaks: (programs: readonly Program[]) => Promise.resolve(programs.map(breaks)),
    atOnce: 8,
    most,
    goOn: () => true,
  });

  test('leaves what is needed and nothing else', async () => {
    const { program } = await shrink(whole!, trials(has('together')));
    expect(program).toMatchObject({ mode: 'NORMAL', groups: 1 });
    expect(program.operations.map((one) => one.do)).toEqual(['together']);
    const consumed = await shrink(whole!, trials(has('consume')));
    expect(consumed.program.operations).toEqual([{ do: 'consume', by: 1, group: 1, query: {} }]);
  });

  test('leaves a program as it is when nothing shorter breaks', async () => {
    const { program, attempts } = await shrink(
      whole!,
      trials(() => false),
    );
    expect(program).toEqual(whole);
    expect(attempts).toBeGreaterThan(20);
  });

  test('stops where its budget ends', async () => {
    expect((await shrink(whole!, trials(has('together'), 10))).attempts).toBe(10);
    expect((await shrink(whole!, { ...trials(has('together')), goOn: () => false })).attempts).toBe(0);
  });

  test('makes forms that can be run, none longer', () => {
    for (const program of simpler(whole!)) {
      expect(schemas.evidence.check({ type: 'program', scenario: 'programs/1', program })).toBe(true);
      expect(lengthOf(program.operations)).toBeLessThanOrEqual(lengthOf(whole!.operations));
    }
  });
});

test('what cannot be reproduced is called flaky, with what came of it both times', async () => {
  const program = shortest.get('rare/every-fifth-acknowledgement')!;
  const lines: { readonly type: string; readonly scenario?: string }[] = [];
  // Wrong for one emulator only, the first that a program meets.
  let emulators = 0;
  const faulty = subjects.get('rare/every-fifth-acknowledgement')!;
  const campaign = await startCampaign({
    settings: settings({ only: 'programs/*' }),
    target: embeddedTarget(PROJECT, () => ((emulators += 1) === 2 ? { behaviour: faulty.behaviour } : {})),
    credentials: {},
    scenarios: [programScenario('programs/1', program)],
    register,
    suiteVersion: '0.0.0',
    write: (line) => lines.push(line),
  });
  const [scenario] = campaign.selection.scenarios;
  const [found] = await findCounterexamples({
    campaign,
    failed: [[scenario!, mustBrokenIn(await campaign.run(scenario!))]],
    brokenIn: mustBrokenIn,
    budget: budgetFor('controlled'),
    interrupted: () => false,
  });
  await campaign.finish();
  expect(found).toMatchObject({ scenario: 'programs/1', replays: 3, reproduced: 0, attempts: 0, shrunk: null });
  expect(found?.again).toEqual(['programs/1/again/1', 'programs/1/again/2', 'programs/1/again/3']);
  for (const id of ['programs/1', ...found!.again])
    expect(lines.some(({ type, scenario: of }) => type === 'end' && of === id)).toBe(true);
});
