/**
 * The one file of the scenario project: the campaign is begun before its tests, and all waits of its scenarios overlap. The command
 * line hands it an assignment, and judges the evidence: no more than one test waits for all. Without an assignment (npx vitest) the
 * environment says what is tested, or the embedded emulator is; then each selected scenario is a test, which fails for what the rules
 * found broken.
 */
/* oxlint-disable vitest/expect-expect, vitest/no-conditional-tests, vitest/valid-title -- rules judge, and tests are made of chapters */
/* oxlint-disable unicorn/require-post-message-target-origin, unicorn/prefer-add-event-listener -- a BroadcastChannel is no window */
import { BroadcastChannel } from 'node:worker_threads';
import { afterAll, beforeAll, describe, inject, test } from 'vitest';
import { arrangementOf } from '../src/campaign/arrangements.ts';
import { SignalInterrupt, startCampaign } from '../src/campaign/campaign.ts';
import { CREDENTIALS_VARIABLE, type FromWorker, type ToWorker } from '../src/campaign/channel.ts';
import { targetOf } from '../src/campaign/embedded.ts';
import { openEvidence } from '../src/campaign/evidence-file.ts';
import type { Chapter } from '../src/campaign/scenario.ts';
import type { Credentials } from '../src/campaign/settings.ts';
import type { History } from '../src/history/evidence.ts';
import { version } from '../src/package.ts';
import { budgetFor, findCounterexamples } from '../src/programs/counterexamples.ts';
import { programsOf } from '../src/programs/scenario.ts';
import { plain } from '../src/report/plain.ts';
import { chapters } from './chapters.ts';
import { register } from './register.ts';

const assignment = inject('dms');
const { settings, credentials } =
  assignment === undefined
    ? await (await byItself()).settled()
    : { settings: assignment.settings, credentials: handedOver() };

const { promise: brokenThere, resolve: answerBroken } = Promise.withResolvers<ReadonlyMap<string, readonly string[]>>();
const channel = assignment && new BroadcastChannel(assignment.channel);
const tell = (message: FromWorker): void => channel?.postMessage(message);
const interrupt = new AbortController();
if (channel !== undefined) {
  channel.onmessage = (event) => {
    const message = (event as { data: ToWorker }).data;
    if (message.kind === 'interrupt') interrupt.abort(new SignalInterrupt(message.signal));
    else answerBroken(message.clauses);
  };
  channel.unref();
  tell({ kind: 'listening' });
}

const target = targetOf(settings);
const programs: Chapter = {
  name: 'programs',
  scenarios: await programsOf(settings, target.clock),
};
const scenarios = [...chapters, programs].flatMap((chapter) => chapter.scenarios);
const arrangement = await arrangementOf(settings, target.clock, scenarios, register);
const evidence = openEvidence(settings.out);
const campaign = await startCampaign({
  settings,
  target,
  credentials,
  scenarios,
  arrangement,
  register,
  suiteVersion: version,
  write: (line) => evidence.write(line),
  progress: tell,
  signal: interrupt.signal,
});

const asked = new Set<string>();
const runs = new Map<string, Promise<History | undefined>>();

// vitest wants the fixtures first, and wants to see which of them are used.
// oxlint-disable-next-line no-empty-pattern
beforeAll(({}, file) => {
  const visit = (tasks: typeof file.tasks): void => {
    for (const task of tasks) {
      if (task.type === 'suite') visit(task.tasks);
      else if (task.mode === 'run' || task.mode === 'queued') asked.add(task.name);
    }
  };
  visit(file.tasks);
  // Started in the campaign's order, whatever the order of tests: queues are first come, first served, and the longest
  // waits decide how long the run takes.
  for (const scenario of campaign.unreachable === undefined ? campaign.selection.scenarios : []) {
    if (assignment === undefined && !asked.has(scenario.id)) continue;
    const run = campaign.run(scenario);
    // Behind the command line nobody looks again at what scenarios saw: it would only take memory.
    runs.set(scenario.id, assignment === undefined ? run : run.then(() => undefined));
  }
  // Whoever awaits a run hears of its failure; none is to count as unhandled before.
  void Promise.allSettled(runs.values());
});

afterAll(async () => {
  await Promise.allSettled(runs.values());
  const broken = interrupt.signal.aborted ? new Map<string, readonly string[]>() : await brokenSoFar();
  if (broken.size > 0) {
    const { brokenIn } = await byItself();
    await findCounterexamples({
      campaign,
      failed: programs.scenarios.map((scenario) => [scenario, broken.get(scenario.id) ?? []]),
      brokenIn,
      budget: budgetFor(target.clock),
      interrupted: () => interrupt.signal.aborted,
      progress: (scenario, clause) => tell({ kind: 'shrinking', scenario, clause }),
    });
  }
  await campaign.finish();
  evidence.close();
  channel?.close();
  if (assignment === undefined) {
    console.log(`evidence: ${evidence.path}\njudge it: npx dms-conformance judge ${evidence.path}`);
  }
});

if (assignment !== undefined) {
  // A thousand tests of which nobody reads what they say would cost a thirtieth of the time.
  test('the campaign', () => Promise.allSettled(runs.values()));
} else if (campaign.unreachable !== undefined) {
  test('the endpoint can be tested', async () => {
    const { failure } = await byItself();
    throw failure(plain(campaign.unreachable ?? ''));
  });
} else {
  for (const { name, scenarios } of [...chapters, programs]) {
    const selected = scenarios.filter(({ id }) => campaign.header.selection.includes(id));
    if (selected.length === 0) continue;
    describe.concurrent(name, () => {
      for (const scenario of selected) {
        test.concurrent(scenario.id, async ({ skip }) => {
          const { complaintOf, failure, tellAllure } = await byItself();
          const history = await runs.get(scenario.id);
          if (history === undefined) throw failure('it was not started');
          await tellAllure(scenario, history, campaign.header);
          const complaint = complaintOf(scenario, history, evidence.path);
          if (complaint !== undefined) throw complaint;
          if (history.end?.outcome === 'short') skip(plain(history.end.reason ?? ''));
        });
      }
    });
  }
}

/** The clauses that make the run fail, by the scenario that broke them. The command line has judged them all along. */
async function brokenSoFar(): Promise<ReadonlyMap<string, readonly string[]>> {
  if (assignment !== undefined) {
    evidence.flush();
    tell({ kind: 'written' });
    return brokenThere;
  }
  const { brokenIn } = await byItself();
  const histories = (await Promise.all(runs.values())).filter((history) => history !== undefined);
  return new Map(histories.map((history) => [history.scenario, brokenIn(history)]));
}

/** What judges and tells: behind the command line hardly ever needed, and not loaded. */
function byItself(): Promise<typeof import('./by-itself.ts')> {
  return import('./by-itself.ts');
}

/** What the command line handed over in the environment; what this worker starts inherits none of it. */
function handedOver(): Credentials {
  const text = process.env[CREDENTIALS_VARIABLE] ?? '{}';
  delete process.env[CREDENTIALS_VARIABLE];
  return JSON.parse(text) as Credentials;
}
