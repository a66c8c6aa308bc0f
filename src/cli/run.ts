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
import { liveProgress } from './live.ts';
import { writeReports } from './reports.ts';
import { scenarioProject } from './scenario-project.ts';
import { interrupted, onSignals } from './signals.ts';
import type { Terminal } from './terminal.ts';

const SUITE_FAILED = 70;

/** Runs the campaign, judges its evidence, and leaves the reports beside it. Resolves to the exit code. */
export async function run(options: RunOptions, terminal: Terminal): Promise<number> {
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

  const live = quiet ? undefined : liveProgress(terminal, clock);
  warnIfInsecure(settings, terminal);
  live?.say(banner(settings, clock, selection, programs, proxyFor(settings, credentials)));
  const project = scenarioProject({ settings, credentials, progress: (event) => live?.hear(event) });
  const forget = onSignals((signal) => {
    project.interrupt(signal);
    live?.say(interrupted(signal));
  });
  const trouble = await project.run();
  forget();
  live?.close();

  const path = join(settings.out, EVIDENCE_FILE);
  const evidence = trouble === undefined ? evidenceOf(path) : trouble;
  if (typeof evidence === 'string') {
    terminal.err(
      `the suite itself failed, which says nothing about the endpoint: ${plain(maskFor(credentials)(evidence))}\n`,
    );
    return SUITE_FAILED;
  }
  const verdict = verdictOf(evidence, register, rules);
  const { files, cases } = await writeReports(settings.out, evidence, verdict, register);
  const allure = await writeAllureResults(settings.out, evidence, verdict, register);
  terminal.out(
    terminalReport(verdict, register, { colour: terminal.colour, files: [path, ...files, allure], evidence, cases }),
  );
  await tellGithub(verdict, register, evidence, terminal);
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
    [
      'expected',
      embedded
        ? SELF_TEST
        : clock === 'controlled'
          ? 'as fast as the endpoint answers'
          : duration(expectedSeconds(settings, scenarios)),
    ],
    ['writes to', settings.out],
  ];
  return `${rows.map(([name = '', value = '']) => `${name.padEnd(10)}${plain(value)}`).join('\n')}\n`;
}

/** Seconds that the waits take on the wall clock, as far as is known beforehand: by the longest, and by what they force on a few queues. */
function expectedSeconds(
  { seed, programs, profile, only, maxQueues }: Settings,
  scenarios: Selection['scenarios'],
): number {
  const matches = only === undefined ? () => true : matcher(only);
  const all = [
    ...scenarios,
    ...generated({ seed, count: programs, seconds: secondsFor(profile, 'wall') }).filter(({ id }) => matches(id)),
  ];
  const forced = all.reduce((sum, { seconds, queues }) => sum + seconds * queues.length, 0) / (maxQueues ?? Infinity);
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
