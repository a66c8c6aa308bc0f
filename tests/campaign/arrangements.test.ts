/** The four ways to arrange, each on an emulator that offers no more than what it needs. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ArrangeRequest, Verdict } from '../../schemas/types.ts';
import { chapters } from '../../specs/chapters.ts';
import { register } from '../../specs/register.ts';
import type { Arrangement } from '../../src/arrange/arrangement.ts';
import { commandArrangement } from '../../src/arrange/command.ts';
import { hookArrangement } from '../../src/arrange/hook.ts';
import { preloadedArrangement, readPreloaded, type Demand, type PreloadedQueue } from '../../src/arrange/preloaded.ts';
import { rehearse } from '../../src/campaign/rehearsal.ts';
import type { Scenario } from '../../src/campaign/scenario.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { campaignOn, type CampaignResult } from '../support/campaign.ts';
import { PROJECT, settings } from '../support/settings.ts';

/** Some of every kind: few, since they take turns on one clock. */
const CHOSEN = new Set([
  'parameters/max-msgs/range/0',
  'parameters/max-msgs/default/FIFO',
  'parameters/time-wait/default/absent',
  'response/shape/NORMAL',
  'acknowledge/counts/FIFO/ssf-of-3',
  'order/FIFO/twice',
  'redelivery/NORMAL/ack-wait-15',
  'delivery/fifo/in-flight',
  'isolation/groups/NORMAL',
  'isolation/queues',
  'isolation/normal/FIFO',
  'isolation/two-groups-one-message/FIFO',
  'isolation/group-deleted',
  'response/body/objects',
  'long-poll/arrival/NORMAL/30',
]);
/** Each of its actions is a process. */
const BY_COMMAND = new Set([
  'parameters/max-msgs/range/0',
  'parameters/time-wait/default/absent',
  'acknowledge/counts/FIFO/ssf-of-3',
  'order/FIFO/twice',
  'redelivery/NORMAL/ack-wait-15',
  'isolation/normal/FIFO',
]);
const isChosen = ({ id }: Scenario): boolean => CHOSEN.has(id);
const scenarios = chapters.flatMap((chapter) => chapter.scenarios).filter(isChosen);

/** What is said of each clause that was exercised; undecided findings and how many there were are a matter of time. */
function said({ clauses }: Verdict): Map<string, string> {
  return new Map(
    clauses
      .filter(({ verdict }) => verdict !== 'not-exercised' && verdict !== 'not-applicable')
      .map(({ id, verdict }) => [id, verdict]),
  );
}

const reasonsOf = ({ verdict }: CampaignResult, id: string): string | undefined =>
  verdict.clauses.find((clause) => clause.id === id)?.reason;

/** A run on an emulator of its own that offers only the two calls. */
async function onTwoCalls(
  arrange: (url: string) => Arrangement | Promise<Arrangement>,
  some: (scenario: Scenario) => boolean = isChosen,
): Promise<CampaignResult> {
  const emulator = await startEmulator({ project: PROJECT, clock: 'controlled', arranging: 'hook' });
  const { url, clock, arrangeUrl = '' } = emulator;
  const result = await campaignOn({
    target: {
      name: url,
      clock: 'controlled',
      atOnce: 1,
      open: () =>
        Promise.resolve({ url, hook: clock && (() => clock), vanishes: false, close: () => Promise.resolve() }),
    },
    scenarios: some,
    arrangement: await arrange(arrangeUrl),
  });
  await emulator.close();
  return result;
}

async function asked(url: string, request: Partial<ArrangeRequest>): Promise<{ queue: string; group: string }> {
  const body = JSON.stringify({ version: 1, scenario: 'preload', project: PROJECT, ...request });
  const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  return (await answer.json()) as { queue: string; group: string };
}

/** Fills an emulator with all that these demands ask for, and says what is there now. */
async function preloadedFor(url: string, demands: ReadonlyMap<string, Demand>): Promise<readonly PreloadedQueue[]> {
  const queues: object[] = [];
  for (const { impossible, queues: wanted } of demands.values()) {
    if (impossible !== undefined) continue;
    for (const { spec, groups } of wanted) {
      const name = `preloaded-${queues.length}`;
      const { mode, redrive } = spec;
      const { queue } = await asked(url, { action: 'create-queue', name, mode, redrive });
      const made: object[] = [];
      for (const [index, { letters }] of groups.entries()) {
        const { group } = await asked(url, { action: 'create-group', queue, name: `g${index}` });
        const messages = Array.from({ length: letters }, (_, letter) => ({ body: { order: letter, of: name } }));
        if (letters > 0) await asked(url, { action: 'dead-letters', queue, group, messages });
        made.push({ group, deadLetters: messages });
      }
      if (made.length > 0) queues.push({ queue, mode, redrive, groups: made });
    }
  }
  const read = readPreloaded(JSON.stringify({ queues }));
  if ('problem' in read) throw new TypeError(read.problem);
  return read.queues;
}

function command(): string {
  return `"${process.execPath}" "${join(import.meta.dirname, '..', '..', 'fixtures', 'arranging', 'command.mjs')}"`;
}

let demands: ReadonlyMap<string, Demand>;
let byApi: CampaignResult;
let all: Readonly<Record<'hook' | 'command' | 'preloaded', CampaignResult>>;

beforeAll(async () => {
  demands = await rehearse(scenarios, settings(), register);
  const [dms, hook, program, preloaded] = await Promise.all([
    campaignOn({ scenarios: isChosen }),
    onTwoCalls(hookArrangement),
    onTwoCalls(
      (url) => commandArrangement(`ARRANGE_URL=${url} ${command()}`),
      ({ id }) => BY_COMMAND.has(id),
    ),
    onTwoCalls(async (url) => preloadedArrangement(await preloadedFor(url, demands), scenarios, demands)),
  ]);
  byApi = dms;
  all = { hook, command: program, preloaded };
}, 120_000);

describe.each(['hook', 'command', 'preloaded'] as const)('arranged by %s', (kind) => {
  test('every clause that can be exercised has the verdict that it has over the API', () => {
    const expected = said(byApi.verdict);
    const got = said(all[kind].verdict);
    expect(got.size).toBeGreaterThan(kind === 'command' ? 40 : 60);
    for (const [id, verdict] of got) expect([id, verdict]).toEqual([id, expected.get(id)]);
  });

  test('what needs messages that are still to fail is not exercised, and says so', () => {
    expect(reasonsOf(all[kind], 'isolation.normal-queue')).toMatch(/messages that are still to fail/);
    expect(all[kind].verdict).toMatchObject({ verdict: 'incomplete', exitCode: 3 });
  });

  test('the evidence says how it was arranged', () => {
    expect(all[kind].verdict.arrangement).toBe(kind);
  });
});

test.each(['hook', 'command'] as const)('%s deletes what it made', (kind) => {
  const done = all[kind].histories.flatMap(({ arrangings }) => arrangings.filter((one) => one.done));
  const ids = (action: string): (string | undefined)[] =>
    done
      .filter((one) => one.action === action)
      .map(({ queue, answer }) => queue ?? (JSON.parse(answer) as { queue: string }).queue);
  expect(ids('create-queue').length).toBeGreaterThan(5);
  expect(new Set(ids('delete-queue'))).toEqual(new Set(ids('create-queue')));
});

test('over the API all is exercised that these scenarios are there for', () => {
  expect(said(byApi.verdict).has('isolation.normal-queue')).toBe(true);
  expect(byApi.verdict.arrangement).toBeUndefined();
});
