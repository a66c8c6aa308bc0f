import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chapters } from '../../specs/chapters.ts';
import { register } from '../../specs/register.ts';
import { configure, type RunOptions } from '../campaign/configure.ts';
import { maskFor } from '../campaign/credentials.ts';
import { EVIDENCE_FILE } from '../campaign/evidence-file.ts';
import { matcher, select, type Selection } from '../campaign/selection.ts';
import type { Settings } from '../campaign/settings.ts';
import { systemCode, UsageError } from '../campaign/usage-error.ts';
import { readEvidence, type Evidence } from '../history/evidence.ts';
import { PROGRAMS } from '../history/programs.ts';
import { version } from '../package.ts';
import { generated, secondsFor } from '../programs/scenarios.ts';
import { plain } from '../report/plain.ts';
import { SELF_TEST, terminalReport } from '../report/terminal.ts';
import { count, duration, shortDigest } from '../report/words.ts';
import { rules } from '../rules/index.ts';
import { verdictOf } from '../verdict/verdict.ts';
import { writeAllureResults } from './allure.ts';
import { tellGithub } from './github.ts';
import { guess } from './guess.ts';
import { proxyFor, warnIfInsecure } from './insecure.ts';
import { linesOf } from './lines.ts';
import { jsonLines, lively, quietly, SUITE_FAILED } from './live.ts';
import { tracker, type Planned } from './progress.ts';
import { writeReports } from './reports.ts';
import { scenarioProject } from './scenario-project.ts';
import { interrupted, onSignals } from './signals.ts';
import type { Terminal } from './terminal.ts';

/** Runs the campaign, judges its evidence, and leaves the reports beside it. Resolves to the exit code. */
export async function run(options: RunOptions & { readonly json?: boolean }, terminal: Terminal): Promise<number> {
  const { settings, credentials, quiet } = await configure(
    options,
    process.env,
    (profile, stamp) => `${stamp}-${profile}`,
  );
  const clock = settings.endpoint === undefined || settings.clockUrl !== undefined ? 'controlled' : 'wall';
  const selection = selected(settings, clock);
  const programs = programsIn(settings);
  await mkdir(settings.out, { recursive: true }).catch((error: unknown) => {
    throw new UsageError(
      `The directory ${settings.out} cannot be made (${systemCode(error)}). Name another one with --out.`,
    );
  });

  const plan = planOf(settings, selection.scenarios, clock);
  const tracked = tracker(plan, clock);
  const live =
    options.json === true ? jsonLines(terminal, tracked) : quiet ? quietly(terminal) : lively(terminal, tracked);
  warnIfInsecure(settings, terminal);
  const expected = clock === 'wall' ? expectedSeconds(settings, plan) : null;
  live.begin({
    banner: banner(settings, clock, selection, programs, proxyFor(settings, credentials), expected),
    out: settings.out,
    endpoint: settings.endpoint ?? 'embedded',
    profile: settings.profile,
    clock,
    seed: settings.seed,
    clauses: selection.clauses.length,
    scenarios: selection.scenarios.length,
    programs,
    expectedSeconds: expected,
  });
  const project = scenarioProject({ settings, credentials, progress: (event) => live.hear(event) });
  const forget = onSignals((signal) => {
    project.interrupt(signal);
    live.say(interrupted(signal));
  });
  const trouble = await project.run();
  forget();
  live.judging();

  const path = join(settings.out, EVIDENCE_FILE);
  const evidence = trouble === undefined ? evidenceOf(path) : trouble;
  if (typeof evidence === 'string') {
    live.fail(
      `the suite itself failed, which says nothing about the endpoint: ${plain(maskFor(credentials)(evidence))}`,
    );
    return SUITE_FAILED;
  }
  const verdict = verdictOf(evidence, register, rules);
  const { files: views, cases } = await writeReports(settings.out, evidence, verdict, register);
  const files = [path, ...views, await writeAllureResults(settings.out, evidence, verdict, register)];
  live.end({
    report: terminalReport(verdict, register, { colour: terminal.colour, files, evidence, cases }),
    verdict,
    files,
  });
  // What is printed is for whoever reads JSON, and the runner reads both.
  await tellGithub(verdict, register, evidence, terminal, options.json === true ? terminal.err : terminal.out);
  return verdict.exitCode;
}

/** How many programs the run is going to generate. */
function programsIn({ programs, only }: Settings): number {
  const matches = only === undefined ? () => true : matcher(only);
  return Array.from({ length: programs }, (_, index) => `${PROGRAMS}${index + 1}`).filter(matches).length;
}

function selected(settings: Settings, clock: 'wall' | 'controlled'): Selection {
  const selection = select(
    chapters.flatMap(({ scenarios }) => scenarios),
    register.clauses,
    { ...settings, clock },
  );
  if (selection.scenarios.length > 0 || programsIn(settings) > 0) return selection;
  const only = plain(settings.only ?? '');
  const meant = guess(only);
  throw new UsageError(
    `--only ${only} selects no scenario of the profile ${settings.profile}. ${meant === undefined || meant === only ? '' : `Did you mean ${meant}? `}Expected a pattern of clause or scenario ids, in which * stands for anything: see 'dms-conformance list' and 'list --scenarios'.`,
  );
}

function banner(
  settings: Settings,
  clock: 'wall' | 'controlled',
  { scenarios, clauses }: Selection,
  programs: number,
  proxy: string | undefined,
  expected: number | null,
): string {
  const embedded = settings.endpoint === undefined;
  const rows = [
    ['endpoint', embedded ? 'embedded emulator' : `${settings.endpoint}, project ${settings.project}`],
    ...(proxy === undefined ? [] : [['proxy', proxy]]),
    ['profile', `${settings.profile}${settings.strict ? ', strict' : ''}, ${clock} clock`],
    ...(settings.only === undefined ? [] : [['only', settings.only]]),
    ['seed', `${settings.seed}`],
    ['suite', `${version}, register ${shortDigest(register.digest)}`],
    [
      'selected',
      `${count(clauses.length, 'clause')}, ${count(scenarios.length, 'scenario')}, ${count(programs, 'program')}`,
    ],
    ['expected', embedded ? SELF_TEST : expected === null ? 'as fast as the endpoint answers' : duration(expected)],
    ['writes to', settings.out],
  ];
  return `${rows.map(([name = '', value = '']) => `${name.padEnd(10)}${plain(value)}`).join('\n')}\n`;
}

/** What is known of each scenario and program. Under a controlled clock nobody asks, and generating takes its time. */
function planOf(
  { seed, programs, profile, only }: Settings,
  scenarios: Selection['scenarios'],
  clock: 'wall' | 'controlled',
): ReadonlyMap<string, Planned> {
  const matches = only === undefined ? () => true : matcher(only);
  const all = [
    ...scenarios,
    ...(clock === 'controlled' ? [] : generated({ seed, count: programs, seconds: secondsFor(profile, clock) })).filter(
      ({ id }) => matches(id),
    ),
  ];
  return new Map(all.map(({ id, seconds, queues }) => [id, { seconds, queues: queues.length }]));
}

/** Seconds that the waits take on the wall clock, as far as is known beforehand: by the longest, and by what they force on a few queues. */
function expectedSeconds({ maxQueues }: Settings, plan: ReadonlyMap<string, Planned>): number {
  const all = [...plan.values()];
  const forced = all.reduce((sum, { seconds, queues }) => sum + seconds * queues, 0) / (maxQueues ?? Infinity);
  return Math.max(forced, 0, ...all.map(({ seconds }) => seconds));
}

/** The evidence of a run that came to its end, or why there is none. */
function evidenceOf(path: string): Evidence | string {
  try {
    const evidence = readEvidence(linesOf(path));
    return evidence.footer === undefined ? `the run broke off; its evidence is in ${path}` : evidence;
  } catch (error) {
    return `there is no evidence of the run: ${error instanceof Error ? error.message : String(error)}`;
  }
}
