/**
 * The one file of the scenario project: every selected scenario is a test, and all their waits overlap. The command line
 * hands it an assignment; without one (npx vitest) the environment says what is tested, or the embedded emulator is.
 * A test fails for what the rules found broken, but the run's verdict is made from the evidence, not from the tests.
 */
/* oxlint-disable vitest/expect-expect, vitest/no-conditional-tests, vitest/valid-title -- rules judge, and tests are made of chapters */
/* oxlint-disable unicorn/require-post-message-target-origin, unicorn/prefer-add-event-listener -- a BroadcastChannel is no window */
import type { RuntimeMessage } from 'allure-js-commons/sdk';
import type { MessageTestRuntime } from 'allure-js-commons/sdk/runtime';
import { BroadcastChannel } from 'node:worker_threads';
import { afterAll, beforeAll, describe, inject, test } from 'vitest';
import { arrangementOf } from '../src/campaign/arrangements.ts';
import { SignalInterrupt, startCampaign } from '../src/campaign/campaign.ts';
import { CREDENTIALS_VARIABLE, type FromWorker, type ToWorker } from '../src/campaign/channel.ts';
import { configure } from '../src/campaign/configure.ts';
import { targetOf } from '../src/campaign/embedded.ts';
import { openEvidence } from '../src/campaign/evidence-file.ts';
import type { Chapter, Scenario } from '../src/campaign/scenario.ts';
import { selectedPrograms } from '../src/campaign/selection.ts';
import type { Credentials } from '../src/campaign/settings.ts';
import { refuseUnknown } from '../src/campaign/waivers-file.ts';
import type { History } from '../src/history/evidence.ts';
import { version } from '../src/package.ts';
import { budgetFor, findCounterexamples } from '../src/programs/counterexamples.ts';
import { secondsFor } from '../src/programs/scenario.ts';
import { allureResults } from '../src/report/allure.ts';
import { plain } from '../src/report/plain.ts';
import { placesOf } from '../src/report/words.ts';
import { rules } from '../src/rules/index.ts';
import { failingOf } from '../src/verdict/failing.ts';
import { isBroken, judge } from '../src/verdict/judge.ts';
import { verdictOf } from '../src/verdict/verdict.ts';
import { chapters } from './chapters.ts';
import { register } from './register.ts';

const assignment = inject('dms');
const { settings, credentials } =
  assignment === undefined
    ? await configure({}, process.env, (_profile, stamp) => `vitest-${stamp}`)
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

if (settings.waivers !== undefined)
  refuseUnknown(
    settings.waivers,
    register,
    chapters.flatMap((chapter) => chapter.scenarios),
  );
const target = targetOf(settings);
const programs: Chapter = {
  name: 'programs',
  scenarios:
    selectedPrograms(settings) === 0
      ? []
      : (await import('../src/programs/scenarios.ts')).generated({
          seed: settings.seed,
          count: settings.programs,
          seconds: secondsFor(settings.profile, target.clock),
        }),
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

/** The label by which allure-js-commons leaves a test out. */
const NO_RESULT: RuntimeMessage = {
  type: 'metadata',
  data: { labels: [{ name: 'ALLURE_TESTPLAN_SKIP', value: 'true' }] },
};

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
    if (!asked.has(scenario.id)) continue;
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
  await findCounterexamples({
    campaign,
    failed: programs.scenarios.map((scenario) => [scenario, broken.get(scenario.id) ?? []]),
    brokenIn,
    budget: budgetFor(target.clock),
    interrupted: () => interrupt.signal.aborted,
    progress: (scenario, clause) => tell({ kind: 'shrinking', scenario, clause }),
  });
  await campaign.finish();
  evidence.close();
  channel?.close();
  if (assignment === undefined) {
    console.log(`evidence: ${evidence.path}\njudge it: npx dms-conformance judge ${evidence.path}`);
  }
});

if (campaign.unreachable !== undefined) {
  test('the endpoint can be tested', () => {
    throw failure(plain(campaign.unreachable ?? ''));
  });
}

for (const { name, scenarios } of campaign.unreachable === undefined ? [...chapters, programs] : []) {
  const selected = scenarios.filter(({ id }) => campaign.header.selection.includes(id));
  if (selected.length === 0) continue;
  describe.concurrent(name, () => {
    for (const scenario of selected) {
      test.concurrent(scenario.id, async ({ skip }) => {
        const history = await runs.get(scenario.id);
        // Behind the command line the evidence is judged, and nobody reads what a test says.
        if (assignment !== undefined) return;
        if (history === undefined) throw failure('it was not started');
        await tellAllure(scenario, history);
        const complaint = complaintOf(scenario, history);
        if (complaint !== undefined) throw complaint;
        if (history.end?.outcome === 'short') skip(plain(history.end.reason ?? ''));
      });
    }
  });
}

/** The clauses that make the run fail, by the scenario that broke them. The command line has judged them all along. */
async function brokenSoFar(): Promise<ReadonlyMap<string, readonly string[]>> {
  if (assignment !== undefined) {
    evidence.flush();
    tell({ kind: 'written' });
    return brokenThere;
  }
  const histories = (await Promise.all(runs.values())).filter((history) => history !== undefined);
  return new Map(histories.map((history) => [history.scenario, brokenIn(history)]));
}

function brokenIn(history: History): string[] {
  return failingOf(history, judge(history, rules).findings.filter(isBroken), register).map(({ clause }) => clause.id);
}

/** What the command line handed over in the environment; what this worker starts inherits none of it. */
function handedOver(): Credentials {
  const text = process.env[CREDENTIALS_VARIABLE] ?? '{}';
  delete process.env[CREDENTIALS_VARIABLE];
  return JSON.parse(text) as Credentials;
}

/** Tells allure-vitest what the command line writes into Allure's results of the same scenario. */
async function tellAllure({ id, title }: Scenario, history: History): Promise<void> {
  const { getGlobalTestRuntime } = await import('allure-js-commons/sdk/runtime');
  const runtime = getGlobalTestRuntime();
  // Without allure-vitest among the reporters there is nobody to tell.
  if (!('sendMessage' in runtime)) return;
  const { sendMessage } = runtime as Pick<MessageTestRuntime, 'sendMessage'>;
  const header = { ...campaign.header, selection: [id], clauses: [...(history.start?.provokes ?? [])] };
  const alone = { header, histories: [history], counterexamples: [], footer: undefined, problems: [] };
  const verdict = verdictOf(alone, register, rules);
  const results = allureResults({ verdict, register, evidence: alone, titles: new Map([[id, title]]) });
  const own = [...results].find((result) => result.id === id);
  // A program that passed has no result of its own.
  for (const message of own?.messages ?? [NO_RESULT]) await sendMessage.call(runtime, message);
}

/** Why a scenario's test fails; undefined if it does not. What could not be carried out breaks nothing, and reporters tell it apart. */
function complaintOf(scenario: Scenario, history: History): Error | undefined {
  const { findings, crashed } = judge(history, rules);
  const broken = failingOf(history, findings.filter(isBroken), register).map(({ clause, finding }) =>
    [
      `${clause.id} (${clause.level}): ${clause.text}`,
      `  expected   ${plain(finding.expected)}`,
      `  observed   ${plain(finding.observed)}`,
      `  exchanges  ${finding.exchanges.join(', ')} of ${scenario.id} in ${evidence.path}`,
      `  place      ${placesOf(clause)}`,
    ].join('\n'),
  );
  const open = [
    ...crashed.map(({ clause, reason }) => `the suite itself failed: the rule of ${clause} crashed: ${reason}`),
    ...(history.end?.outcome === 'aborted' ? [`it could not be carried out: ${plain(history.end.reason ?? '')}`] : []),
  ];
  if (broken.length + open.length === 0) return undefined;
  return failure([...broken, ...open].join('\n'), broken.length > 0 ? 'AssertionError' : 'NotCarriedOut');
}

/** Without a stack: where the suite noticed says nothing about the endpoint. */
function failure(message: string, name = 'NotCarriedOut'): Error {
  const error = new Error(message);
  error.name = name;
  error.stack = `${error.name}: ${message}`;
  return error;
}
