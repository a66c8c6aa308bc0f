import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chapters } from '../../specs/chapters.ts';
import { register } from '../../specs/register.ts';
import { configure, type RunOptions } from '../campaign/configure.ts';
import { maskFor } from '../campaign/credentials.ts';
import { EVIDENCE_FILE } from '../campaign/evidence-file.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { matcher, select, selectedPrograms } from '../campaign/selection.ts';
import type { Settings } from '../campaign/settings.ts';
import { narrow } from '../campaign/shards.ts';
import { systemCode, UsageError } from '../campaign/usage-error.ts';
import { refuseUnknown } from '../campaign/waivers-file.ts';
import { version } from '../package.ts';
import { programsOf } from '../programs/scenario.ts';
import { plain } from '../report/plain.ts';
import { count, duration, SELF_TEST, shortDigest, SUITE_FAILED } from '../report/words.ts';
import type { Along, SeenAlong } from './along.ts';
import { guess } from './guess.ts';
import { proxyFor, warnIfInsecure } from './insecure.ts';
import { jsonLines, lively, quietly } from './live.ts';
import { saveMemory } from './memory.ts';
import { tracker, type Planned } from './progress.ts';
import { scenarioProject } from './scenario-project.ts';
import { interrupted, onSignals } from './signals.ts';
import type { Terminal } from './terminal.ts';

const ALL_SCENARIOS = chapters.flatMap(({ scenarios }) => scenarios);

/** Runs the campaign, judges its evidence, and leaves the reports beside it. Resolves to the exit code. */
export async function run(options: RunOptions & { readonly json?: boolean }, terminal: Terminal): Promise<number> {
  const { settings, credentials, quiet } = await configure(
    options,
    process.env,
    (profile, stamp) => `${stamp}-${profile}`,
  );
  if (settings.endpoint !== undefined) saveMemory();
  const clock = settings.endpoint === undefined || settings.clockUrl !== undefined ? 'controlled' : 'wall';
  if (settings.waivers !== undefined) refuseUnknown(settings.waivers, register, ALL_SCENARIOS);
  const selection = await selected(settings, clock);
  const { programs } = selection;
  await mkdir(settings.out, { recursive: true }).catch((error: unknown) => {
    throw new UsageError(
      `The directory ${settings.out} cannot be made (${systemCode(error)}). Name another one with --out.`,
    );
  });

  const plan = new Map(selection.all.map(({ id, seconds, queues }) => [id, { seconds, queues: queues.length }]));
  const tracked = tracker(plan, clock);
  const live =
    options.json === true ? jsonLines(terminal, tracked) : quiet ? quietly(terminal) : lively(terminal, tracked);
  warnIfInsecure(settings, terminal);
  const expected = clock === 'wall' ? expectedSeconds(settings, plan) : null;
  live.begin({
    banner: banner(settings, clock, selection, proxyFor(settings, credentials), expected),
    out: settings.out,
    endpoint: settings.endpoint ?? 'embedded',
    profile: settings.profile,
    clock,
    seed: settings.seed,
    clauses: selection.clauses.length,
    scenarios: selection.scenarios,
    programs,
    expectedSeconds: expected,
  });
  const path = join(settings.out, EVIDENCE_FILE);
  let loaded: Promise<Along> | undefined;
  const along = (): Promise<Along> =>
    (loaded ??= import('./along.ts').then(({ judgeAlong }) => judgeAlong(path, register)));
  const project = scenarioProject({
    settings,
    credentials,
    ready() {
      void along();
      void import('./conclude.ts');
    },
    progress(event) {
      live.hear(event);
      if (event.kind === 'ended') void along().then(({ hear }) => hear());
    },
    broken: async () => (await along()).catchUp(),
  });
  const forget = onSignals((signal) => {
    project.interrupt(signal);
    live.say(interrupted(signal));
  });
  const trouble = await project.run();
  forget();
  live.judging();

  const seen = trouble ?? evidenceOf(await along(), path);
  if (typeof seen === 'string') {
    live.fail(`the suite itself failed, which says nothing about the endpoint: ${plain(maskFor(credentials)(seen))}`);
    return SUITE_FAILED;
  }
  const { conclude } = await import('./conclude.ts');
  const { exitCode } = await conclude(seen, { path, out: settings.out, live, terminal, json: options.json === true });
  return exitCode;
}

/** What the run is going to do, as far as is known before the endpoint was asked. */
interface Selected {
  readonly clauses: readonly string[];
  readonly scenarios: number;
  readonly programs: number;
  /** Scenarios, and programs where somebody asks for them: generating takes its time. */
  readonly all: readonly Scenario[];
}

async function selected(settings: Settings, clock: 'wall' | 'controlled'): Promise<Selected> {
  const { only, shard } = settings;
  const matches = only === undefined ? () => true : matcher(only);
  const chosen = select(ALL_SCENARIOS, register.clauses, { ...settings, clock });
  const programs = selectedPrograms(settings);
  if (chosen.scenarios.length === 0 && programs === 0) throw nothingSelected(settings);
  const made = clock === 'wall' || shard !== undefined ? await programsOf(settings, clock) : [];
  const whole = { ...chosen, scenarios: [...chosen.scenarios, ...made.filter(({ id }) => matches(id))] };
  if (shard === undefined)
    return { clauses: whole.clauses, scenarios: chosen.scenarios.length, programs, all: whole.scenarios };
  const { scenarios: all, clauses } = narrow(whole, shard, clock);
  if (all.length === 0) {
    throw new UsageError(
      `--shard ${shard.index}/${shard.of}: nothing is left for this part. There are ${whole.scenarios.length} scenarios and programs in all: expected no more parts than that.`,
    );
  }
  const own = all.filter(({ program }) => program !== undefined).length;
  return { clauses, scenarios: all.length - own, programs: own, all };
}

function nothingSelected(settings: Settings): UsageError {
  const only = plain(settings.only ?? '');
  const meant = guess(only);
  return new UsageError(
    `--only ${only} selects no scenario of the profile ${settings.profile}. ${meant === undefined || meant === only ? '' : `Did you mean ${meant}? `}Expected a pattern of clause or scenario ids, in which * stands for anything: see 'dms-conformance list' and 'list --scenarios'.`,
  );
}

function banner(
  settings: Settings,
  clock: 'wall' | 'controlled',
  { scenarios, clauses, programs }: Selected,
  proxy: string | undefined,
  expected: number | null,
): string {
  const embedded = settings.endpoint === undefined;
  const rows = [
    ['endpoint', embedded ? 'embedded emulator' : `${settings.endpoint}, project ${settings.project}`],
    ...(proxy === undefined ? [] : [['proxy', proxy]]),
    ['profile', `${settings.profile}${settings.strict ? ', strict' : ''}, ${clock} clock`],
    ...(settings.only === undefined ? [] : [['only', settings.only]]),
    ...(settings.shard === undefined ? [] : [['shard', `${settings.shard.index} of ${settings.shard.of}`]]),
    ...(settings.waivers === undefined
      ? []
      : [['waivers', `${settings.waivers.waivers.length}, of ${settings.waivers.path}`]]),
    ['seed', `${settings.seed}`],
    ['suite', `${version}, register ${shortDigest(register.digest)}`],
    ['selected', `${count(clauses.length, 'clause')}, ${count(scenarios, 'scenario')}, ${count(programs, 'program')}`],
    ['expected', embedded ? SELF_TEST : expected === null ? 'as fast as the endpoint answers' : duration(expected)],
    ['writes to', settings.out],
  ];
  return `${rows.map(([name = '', value = '']) => `${name.padEnd(10)}${plain(value)}`).join('\n')}\n`;
}

/** Seconds that the waits take on the wall clock, as far as is known beforehand: by the longest, and by what they force on a few queues. */
function expectedSeconds({ maxQueues }: Settings, plan: ReadonlyMap<string, Planned>): number {
  const all = [...plan.values()];
  const forced = all.reduce((sum, { seconds, queues }) => sum + seconds * queues, 0) / (maxQueues ?? Infinity);
  return Math.max(forced, 0, ...all.map(({ seconds }) => seconds));
}

/** The evidence of a run that came to its end, or why there is none. */
function evidenceOf(along: Along, path: string): SeenAlong | string {
  try {
    const seen = along.end();
    return seen.evidence.footer === undefined ? `the run broke off; its evidence is in ${path}` : seen;
  } catch (error) {
    return `there is no evidence of the run: ${error instanceof Error ? error.message : String(error)}`;
  }
}
