/**
 * npm run load: the built command, with all scenarios of the gate and its programs, against an endpoint in a process of its
 * own. Prints what each case took and exits with 1 if one is not as it should be. Takes minutes, by hand and on a quiet machine.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Verdict } from '../../schemas/types.ts';
import { readEvidence } from '../../src/history/evidence.ts';
import { serve } from '../support/processes.ts';
import { cases, type LoadCase } from './cases.ts';
import { forcedBy, type Forced } from './forced.ts';

const USAGE = `npm run load -- [--seed N] [NAME ...]
${cases.map(({ name, does }) => `  ${name.padEnd(10)}  ${does}`).join('\n')}`;

const SEED = 7;
const PROGRAMS = 60;
const BIN = fileURLToPath(new URL('../../bin/dms-conformance.js', import.meta.url));
const OUT = 'reports/load';

interface Result {
  readonly name: string;
  readonly exitCode: number;
  readonly verdict: string;
  readonly broken: readonly string[];
  readonly scenarios: number;
  /** How many exchanges there were, and the largest lateness of our own timers in one, in seconds. */
  readonly exchanges: number;
  readonly lag: number;
  /** Seconds of the whole command, and of it those from the first scenario's start to the last one's end. */
  readonly wall: number;
  readonly span: number;
  /** Seconds times queues for which scenarios were under way. */
  readonly held: number;
  /** What the waits force on so many queues, in seconds: by the scenarios' own word, and by a controlled clock. */
  readonly said: number;
  readonly waited: number;
  readonly left: number;
  readonly problems: readonly string[];
}

const { seed, names } = asked();
const chosen = names.length === 0 ? cases : cases.filter(({ name }) => names.includes(name));
if (chosen.length < names.length) fail(`There is no such case. Expected some of:\n${USAGE}`);

const forced = await forcedBy(seed, PROGRAMS);
console.log(
  `${forced.scenarios} scenarios and programs; ${forced.waited.toFixed(0)} s of waits times queues, ${forced.said.toFixed(0)} s by their own word, the longest ${forced.longest.toFixed(0)} s`,
);
const results: Result[] = [];
for (const one of chosen) {
  const result = await carryOut(one, forced);
  results.push(result);
  print(result);
  await writeFile(join(OUT, one.name, 'load.json'), `${JSON.stringify(result, null, 1)}\n`);
}
process.exitCode = results.some(({ problems }) => problems.length > 0) ? 1 : 0;

async function carryOut(one: LoadCase, { said, waited, longest }: Forced): Promise<Result> {
  const children: ChildProcess[] = [];
  const out = join(OUT, one.name);
  await rm(out, { recursive: true, force: true });
  try {
    const served = await serve(new URL('endpoint.ts', import.meta.url), one.queues, one.delayMs);
    children.push(served.process);
    const { url } = served;
    for (let count = 0; count < one.busy; count += 1) children.push(spawn(process.execPath, ['-e', 'for (;;);']));
    const start = performance.now();
    const where = `run --endpoint ${url} --project p1 --max-queues ${Math.min(400, one.queues)} --quiet`;
    const what = `--seed ${seed} --programs ${PROGRAMS}`;
    const run = spawn(process.execPath, [BIN, ...`${where} ${what}`.split(' '), '--out', out], {
      stdio: 'ignore',
      env: { PATH: process.env.PATH },
    });
    children.push(run);
    const [exitCode] = (await once(run, 'close')) as [number];
    const wall = (performance.now() - start) / 1000;
    const { histories } = readEvidence((await readFile(join(out, 'evidence.ndjson'), 'utf8')).split('\n'));
    const verdict = JSON.parse(await readFile(join(out, 'verdict.json'), 'utf8')) as Verdict;
    const exchanges = histories.flatMap((history) => history.exchanges);
    const queues = Math.min(400, one.queues);
    const seen = {
      name: one.name,
      exitCode,
      verdict: verdict.verdict,
      broken: verdict.clauses.filter((clause) => clause.verdict === 'fail').map(({ id }) => id),
      scenarios: histories.length,
      exchanges: exchanges.length,
      lag: exchanges.reduce((most, { lag }) => Math.max(most, lag), 0),
      wall,
      span:
        Math.max(...histories.map(({ end }) => end?.at ?? 0)) -
        Math.min(...histories.map(({ start }) => start?.at ?? Infinity)),
      held: histories.reduce(
        (sum, history) => sum + history.queues.length * ((history.end?.at ?? 0) - (history.start?.at ?? 0)),
        0,
      ),
      said: Math.max(longest, said / queues),
      waited: Math.max(longest, waited / queues),
      left: await queuesLeft(url),
    };
    return { ...seen, problems: problemsOf(one, seen) };
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

function problemsOf(one: LoadCase, { exitCode, wall, waited, left }: Omit<Result, 'problems'>): string[] {
  return [
    ...(one.exitCodes.includes(exitCode) ? [] : [`exit code ${exitCode}, not ${one.exitCodes.join(' or ')}`]),
    ...(one.mostRatio === undefined || wall <= one.mostRatio * waited
      ? []
      : [`it took more than ${one.mostRatio} times what its waits force`]),
    ...(left === 0 ? [] : [`${left} queues are left`]),
  ];
}

async function queuesLeft(url: string): Promise<number> {
  const listed = (await (await fetch(`${url}/v1.0/p1/queues`)).json()) as { total: number };
  return listed.total;
}

function print({
  name,
  exitCode,
  verdict,
  broken,
  exchanges,
  lag,
  wall,
  span,
  held,
  said,
  waited,
  problems,
}: Result): void {
  console.log(
    [
      `${name}: exit code ${exitCode}, ${verdict}${broken.length === 0 ? '' : `, broken: ${broken.join(', ')}`}`,
      `  wall    ${wall.toFixed(1)} s, ${(wall / waited).toFixed(3)} times the ${waited.toFixed(1)} s that the waits force (${said.toFixed(1)} s by their own word)`,
      `  span    ${span.toFixed(1)} s from the first start to the last end, ${(span / waited).toFixed(3)} times`,
      `  queues  held for ${held.toFixed(0)} s in all, by ${exchanges} exchanges, the latest timer ${(lag * 1000).toFixed(0)} ms late`,
      ...problems.map((problem) => `  WRONG   ${problem}`),
    ].join('\n'),
  );
}

function asked(): { readonly seed: number; readonly names: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({ options: { seed: { type: 'string' } }, allowPositionals: true });
    const seed = Number(values.seed ?? SEED);
    if (!Number.isInteger(seed) || seed < 0) fail(`--seed: expected a whole number from 0.\n${USAGE}`);
    return { seed, names: positionals };
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
