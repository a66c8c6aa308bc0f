/**
 * npm run bench: how fast the suite is, in ratios. Prints a table and writes JSON; exits with 1 if an aim is missed or, with
 * --small, if a ratio is worse by more than half than it was recorded.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { version } from '../../src/package.ts';
import type { Bench } from './bench.ts';
import { measureControlled } from './controlled.ts';
import { measureEmulator } from './emulator.ts';
import {
  figures,
  GROUPS,
  measuredOf,
  recordedOf,
  worsened,
  type Figure,
  type Group,
  type Measured,
  type Recorded,
  type Result,
} from './figures.ts';
import { measureJudge } from './judge.ts';
import { measureStart } from './start.ts';
import { documentOf, tableOf, type Report } from './table.ts';
import { wallRuns } from './wall.ts';

const USAGE = `npm run bench -- [GROUP...] [--small [--record]] [--rounds N] [--json FILE]
npm run bench -- --document [FILE...]
  GROUP            some of: ${GROUPS.join(', ')}
  --small          what fits into a minute; fails if a ratio is worse by more than half than recorded
  --record         records the ratios instead, in tests/bench/recorded.json
  --rounds N       how often each measurement is repeated, from 1; each has a number of its own otherwise
  --json FILE      where the figures go; a file in the directory for temporary files otherwise
  --document FILE  makes docs/performance.md of files that --json wrote; where two have a figure, the later one counts`;

const RECORDED = new URL('recorded.json', import.meta.url);
const DOCUMENT = new URL('../../docs/performance.md', import.meta.url);

const { values: options, positionals } = asked();
if (options.document) await writeDocument(positionals);
else await measureAll(positionals as Group[]);

async function writeDocument(paths: readonly string[]): Promise<void> {
  const reports = await Promise.all(paths.map(async (path) => JSON.parse(await readFile(path, 'utf8')) as Report));
  const last = reports.at(-1);
  const measured = reports.flatMap((report) => report.figures);
  await writeFile(DOCUMENT, documentOf(figures, last && { machine: last.machine, figures: measured }));
}

async function measureAll(names: readonly Group[]): Promise<void> {
  const { small, record, rounds } = options;
  const directory = await mkdtemp(join(tmpdir(), 'dms-conformance-bench-'));
  const path = options.json ?? join(tmpdir(), 'dms-conformance-bench.json');
  const since = performance.now();
  const bench: Bench = {
    small,
    rounds: (usual) => (rounds === undefined ? usual : Number(rounds)),
    directory,
    say: (text) => console.error(`${((performance.now() - since) / 1000).toFixed(0).padStart(5)} s  ${text}`),
  };
  const chosen = GROUPS.filter((group) => names.length === 0 || names.includes(group));
  const measured: Measured[] = [];
  try {
    const measures = measuresWith(bench);
    for (const group of chosen) {
      const own = figures.filter((figure) => figure.name.startsWith(`${group}/`) && (!small || figure.small === true));
      if (own.length === 0) continue;
      const results = await measures[group]().catch((error: unknown) => failedBy(own, error));
      measured.push(...own.map((figure) => measuredOf(figure, resultOf(figure, results))));
      // After each group, so that who interrupts it has what was done by then.
      await writeFile(path, `${JSON.stringify({ machine: machine(), figures: measured } satisfies Report, null, 2)}\n`);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  process.stdout.write(tableOf(measured));
  console.log(`in ${((performance.now() - since) / 1000).toFixed(0)} s; written to ${path}`);
  const wrong = small ? await comparedWith(measured, record) : measured.filter(isMissed).map(missed);
  for (const problem of wrong) console.log(`WRONG: ${problem}`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

function measuresWith(bench: Bench): Readonly<Record<Group, () => Promise<Result[]>>> {
  const { gate, certify, memory } = wallRuns(bench);
  return {
    controlled: () => measureControlled(bench),
    judge: () => measureJudge(bench),
    emulator: () => measureEmulator(bench),
    start: () => measureStart(bench),
    gate,
    certify,
    memory,
  };
}

/** One group that cannot be measured keeps nobody from measuring the others. */
function failedBy(own: readonly Figure[], error: unknown): Result[] {
  const note = error instanceof Error ? error.message : String(error);
  console.error(note);
  return own.map(({ name }) => ({ name, values: [], note: note.split('\n', 1)[0] ?? '' }));
}

function resultOf({ name }: Figure, results: readonly Result[]): Result {
  return results.find((result) => result.name === name) ?? { name, values: [], note: 'it was not measured' };
}

/** What is worse than it was recorded; what is to be recorded is worse than nothing. */
async function comparedWith(measured: readonly Measured[], record: boolean): Promise<string[]> {
  const recorded = JSON.parse(await readFile(RECORDED, 'utf8')) as Recorded;
  if (!record) return worsened(measured, recorded);
  await writeFile(RECORDED, `${JSON.stringify({ ...recorded, ...recordedOf(measured) }, null, 2)}\n`);
  return [];
}

function isMissed({ met, summary }: Measured): boolean {
  return met === false || summary === undefined;
}

function missed({ name, summary }: Measured): string {
  return `${name} ${summary === undefined ? 'was not reached' : 'misses its aim'}`;
}

function machine(): Report['machine'] {
  return {
    day: new Date().toISOString().slice(0, 10),
    suite: version,
    node: process.versions.node,
    processors: `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    gigabytes: Math.round(totalmem() / 2 ** 30),
  };
}

function asked() {
  try {
    const parsed = parseArgs({
      options: {
        small: { type: 'boolean', default: false },
        record: { type: 'boolean', default: false },
        document: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        json: { type: 'string' },
      },
      allowPositionals: true,
    });
    const { document, record, small, rounds = '1' } = parsed.values;
    const unknown = parsed.positionals.find((name) => !GROUPS.some((group) => group === name));
    if (!document && unknown !== undefined) return fail(`There is no group ${unknown}.`);
    if (record && !small) return fail('--record: expected it with --small.');
    if (!/^[1-9]\d*$/.test(rounds)) return fail('--rounds: expected a whole number from 1.');
    return parsed;
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function fail(message: string): never {
  console.error(`${message}\n${USAGE}`);
  process.exit(2);
}
