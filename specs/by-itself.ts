/** What the scenario project does where it runs under a plain vitest: no command line settles, judges and tells for it. */
import type { RuntimeMessage } from 'allure-js-commons/sdk';
import type { MessageTestRuntime } from 'allure-js-commons/sdk/runtime';
import type { Header } from '../schemas/types.ts';
import { configure, type Configured } from '../src/campaign/configure.ts';
import type { Scenario } from '../src/campaign/scenario.ts';
import { refuseUnknown } from '../src/campaign/waivers-file.ts';
import type { History } from '../src/history/evidence.ts';
import { allureResults } from '../src/report/allure.ts';
import { plain } from '../src/report/plain.ts';
import { placesOf } from '../src/report/words.ts';
import { rules } from '../src/rules/index.ts';
import { failingOf } from '../src/verdict/failing.ts';
import { isBroken, judge } from '../src/verdict/judge.ts';
import { verdictOf } from '../src/verdict/verdict.ts';
import { chapters } from './chapters.ts';
import { register } from './register.ts';

/** What the environment says is tested, or the embedded emulator. */
export async function settled(): Promise<Configured> {
  const configured = await configure({}, process.env, (_profile, stamp) => `vitest-${stamp}`);
  const { waivers } = configured.settings;
  if (waivers !== undefined)
    refuseUnknown(
      waivers,
      register,
      chapters.flatMap(({ scenarios }) => scenarios),
    );
  return configured;
}

/** The clauses that make the run fail by what a scenario saw. */
export function brokenIn(history: History): string[] {
  return failingOf(history, judge(history, rules).findings.filter(isBroken), register).map(({ clause }) => clause.id);
}

/** The label by which allure-js-commons leaves a test out. */
const NO_RESULT: RuntimeMessage = {
  type: 'metadata',
  data: { labels: [{ name: 'ALLURE_TESTPLAN_SKIP', value: 'true' }] },
};

/** Tells allure-vitest what the command line writes into Allure's results of the same scenario. */
export async function tellAllure({ id, title }: Scenario, history: History, run: Header): Promise<void> {
  const { getGlobalTestRuntime } = await import('allure-js-commons/sdk/runtime');
  const runtime = getGlobalTestRuntime();
  // Without allure-vitest among the reporters there is nobody to tell.
  if (!('sendMessage' in runtime)) return;
  const { sendMessage } = runtime as Pick<MessageTestRuntime, 'sendMessage'>;
  const header = { ...run, selection: [id], clauses: [...(history.start?.provokes ?? [])] };
  const alone = { header, histories: [history], counterexamples: [], footer: undefined, problems: [] };
  const verdict = verdictOf(alone, register, rules);
  const results = allureResults({ verdict, register, evidence: alone, titles: new Map([[id, title]]) });
  const own = [...results].find((result) => result.id === id);
  // A program that passed has no result of its own.
  for (const message of own?.messages ?? [NO_RESULT]) await sendMessage.call(runtime, message);
}

/** Why a scenario's test fails; undefined if it does not. What could not be carried out breaks nothing, and reporters tell it apart. */
export function complaintOf(scenario: Scenario, history: History, path: string): Error | undefined {
  const { findings, crashed } = judge(history, rules);
  const broken = failingOf(history, findings.filter(isBroken), register).map(({ clause, finding }) =>
    [
      `${clause.id} (${clause.level}): ${clause.text}`,
      `  expected   ${plain(finding.expected)}`,
      `  observed   ${plain(finding.observed)}`,
      `  exchanges  ${finding.exchanges.join(', ')} of ${scenario.id} in ${path}`,
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
export function failure(message: string, name = 'NotCarriedOut'): Error {
  const error = new Error(message);
  error.name = name;
  error.stack = `${error.name}: ${message}`;
  return error;
}
