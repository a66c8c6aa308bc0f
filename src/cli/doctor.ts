import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chapters } from '../../specs/chapters.ts';
import { register } from '../../specs/register.ts';
import { arrangementOf } from '../campaign/arrangements.ts';
import { checkUp, type Check, type Checkup } from '../campaign/checkup.ts';
import { configure, type Configured, type RunOptions } from '../campaign/configure.ts';
import { select } from '../campaign/selection.ts';
import type { Settings } from '../campaign/settings.ts';
import { UsageError } from '../campaign/usage-error.ts';
import { programsOf } from '../programs/scenario.ts';
import { curlOf } from '../report/curl.ts';
import { excerpt } from '../report/plain.ts';
import { count, duration } from '../report/words.ts';
import { warnIfInsecure } from './insecure.ts';
import type { Terminal } from './terminal.ts';

const INCOMPLETE = 3;
/** Requests that an average scenario sends, one after the other. */
const REQUESTS = 18;

/** Says whether a run can be expected to work, and how long it will take. Resolves to the exit code: 0, or 3 if something is missing. */
export async function doctor(options: RunOptions, terminal: Terminal): Promise<number> {
  const { settings, credentials } = await configured(options);
  const { endpoint } = settings;
  if (endpoint === undefined) {
    throw new UsageError(
      'There is nothing to examine: the embedded emulator is well. Name an endpoint with --endpoint.',
    );
  }
  warnIfInsecure(settings, terminal);
  const scenarios = chapters.flatMap((chapter) => chapter.scenarios);
  const clock = settings.clockUrl === undefined ? 'wall' : 'controlled';
  const arrangement = await arrangementOf(settings, clock, scenarios, register);
  const checkup = await checkUp({ ...settings, endpoint }, credentials, arrangement);
  for (const check of checkup.checks) terminal.out(lineOf(check, endpoint, settings.transport.insecure));
  if (checkup.checks.some(({ fix }) => fix !== undefined)) return INCOMPLETE;

  const rows: [string, string][] = [];
  if (arrangement.kind === 'preloaded') {
    const { scenarios: selected } = select(scenarios, register.clauses, { ...settings, clock });
    const served = selected.filter(({ id }) => arrangement.refusal(id) === undefined);
    const provoked = new Set(served.flatMap(({ clauses }) => clauses));
    const left = selected.flatMap(({ clauses }) => clauses).filter((clause) => !provoked.has(clause));
    rows.push(
      ['preloaded', `${served.length} of ${selected.length} scenarios have what they need`],
      ['exercised', [...provoked].toSorted().join(', ')],
      ['not exercised', [...new Set(left)].toSorted().join(', ')],
    );
  }
  const { roundTrip, queues } = checkup;
  if (roundTrip !== undefined) {
    const milliseconds = (seconds: number): string => `${Math.round(seconds * 1e4) / 10} ms`;
    rows.push(['round trip', `${milliseconds(roundTrip.median)}, at most ${milliseconds(roundTrip.longest)}`]);
  }
  rows.push(['queues', `${queues} at once`]);
  for (const profile of ['gate', 'certify'] as const)
    rows.push([profile, await expected({ ...settings, profile }, checkup)]);
  for (const [name, text] of rows) terminal.out(`  ${name.padEnd(14)}${text}\n`);
  return 0;
}

/** As for a run, which would write into a directory of its own. */
async function configured(options: RunOptions): Promise<Configured> {
  const nowhere = await mkdtemp(join(tmpdir(), 'dms-conformance-doctor-'));
  try {
    return await configure({ ...options, out: nowhere }, process.env, () => '');
  } finally {
    await rm(nowhere, { recursive: true, force: true });
  }
}

function lineOf({ name, found, fix, shownBy }: Check, endpoint: string, insecure: boolean): string {
  const head = `${fix === undefined ? '✓' : '✗'} ${name.padEnd(14)}${excerpt(found)}\n`;
  if (fix === undefined) return head;
  const curl = shownBy === undefined ? '' : `  ${'see it'.padEnd(14)}${curlOf(shownBy, { endpoint, insecure })}\n`;
  return `${head}  ${'fix'.padEnd(14)}${excerpt(fix)}\n${curl}`;
}

/** What a run of that profile will take: its longest chain of waits, or what few queues force. */
async function expected(settings: Settings, { queues, roundTrip }: Checkup): Promise<string> {
  const clock = settings.clockUrl === undefined ? 'wall' : 'controlled';
  const { scenarios, longestWait } = select(
    chapters.flatMap((chapter) => chapter.scenarios),
    register.clauses,
    { ...settings, clock, only: undefined },
  );
  const programs = settings.profile === 'gate' && clock === 'wall' ? 60 : 300;
  if (clock === 'controlled') {
    return `${count(scenarios.length, 'scenario')} and ${programs} programs, as fast as the endpoint answers`;
  }
  const all = [...scenarios, ...(await programsOf({ ...settings, programs, only: undefined }, clock))];
  const travel = REQUESTS * (roundTrip?.median ?? 0);
  const held = all.reduce((sum, scenario) => sum + scenario.queues.length * (scenario.seconds + travel), 0);
  const seconds = Math.max(longestWait + travel, held / queues);
  return `${count(scenarios.length, 'scenario')} and ${programs} programs, about ${duration(Math.ceil(seconds))}`;
}
