/**
 * npm run matrix: the suite against the whole gallery. Writes docs/gallery.md and reports/matrix/matrix.json;
 * exits with 1 if anything is not as the gallery says.
 */
/* oxlint-disable unicorn/require-post-message-target-origin -- a worker is no window */
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { deviants, oddities } from '../../fixtures/deviants/gallery.ts';
import { register } from '../../specs/register.ts';
import { matcher } from '../../src/campaign/selection.ts';
import { documentOf, matrixOf, report } from './matrix.ts';
import { isDeviant, sizeOf, type Seen } from './subject.ts';
import { subjects } from './subjects.ts';
import type { Done, Task } from './worker.ts';

const USAGE = `npm run matrix -- [--only PATTERN] [--all]
  --only PATTERN  these entries of the gallery; then no document is written
  --all           every scenario for everyone; without it a deviant meets those that are to find it and a cross-section, an
                  oddity enough for every clause`;

const { only, all } = options();
const matches = only === undefined ? () => true : matcher(only);
const chosen = [...subjects.values()].filter(({ name }) => matches(name));
if (chosen.length === 0) {
  console.error(`No entry of the gallery matches ${only}. See docs/gallery.md for their names.\n${USAGE}`);
  process.exit(2);
}

const start = performance.now();
const seen = new Map<string, Seen>();
// What is on the wall clock waits most of the time, but must not be late: each has a thread of its own beside the two that
// share all others, which get a third when these are done. Those run two subjects at a time: one alone leaves a quarter of
// the time unused, since a throttled client really waits, and so does whoever closes connections.
const wall = chosen.filter(({ clock }) => clock === 'wall').map(({ name }) => name);
// The largest first: one that is begun last would keep one thread busy while the others have nothing to do.
const queue = chosen
  .filter(({ clock }) => clock !== 'wall')
  .map((subject) => ({ name: subject.name, size: sizeOf(subject, all) }))
  .sort((one, other) => other.size - one.size)
  .map(({ name }) => name);
await Promise.all([work(), work(), Promise.all(wall.map(workOn)).then(work)]);

const matrix = matrixOf(chosen, seen, register);
const whole = only === undefined;
process.stdout.write(report(whole ? matrix : { ...matrix, never: [] }));
console.log(`in ${((performance.now() - start) / 1000).toFixed(1)} s`);
await mkdir('reports/matrix', { recursive: true });
await writeFile('reports/matrix/matrix.json', `${JSON.stringify(cells(), null, 1)}\n`);
if (whole)
  await writeFile(
    'docs/gallery.md',
    documentOf(deviants, oddities, register, (name) => seen.get(name)?.red ?? []),
  );
const wrong = matrix.rows.some(({ problems }) => problems.length > 0) || (whole && matrix.never.length > 0);
process.exitCode = wrong ? 1 : 0;

function options(): { only?: string; all: boolean } {
  try {
    const { values } = parseArgs({ options: { only: { type: 'string' }, all: { type: 'boolean', default: false } } });
    return values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return process.exit(2);
  }
}

/** One thread for what is left in the queue. */
async function work(): Promise<void> {
  await inThread(async (worker) => {
    const inTurn = async (): Promise<void> => {
      for (let name = queue.shift(); name !== undefined; name = queue.shift()) await runIn(worker, name);
    };
    await Promise.all([inTurn(), inTurn()]);
  });
}

/** One thread for one subject. */
async function workOn(name: string): Promise<void> {
  await inThread((worker) => runIn(worker, name));
}

async function inThread(act: (worker: Worker) => Promise<void>): Promise<void> {
  // Histories are short-lived but large: with the default a sixth of the time would go into collecting young garbage.
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: 96 },
  });
  const died = once(worker, 'error').then(([error]) => Promise.reject(error as Error));
  try {
    await Promise.race([act(worker), died]);
  } finally {
    await worker.terminate();
  }
}

async function runIn(worker: Worker, name: string): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ name, all, answer: port2 } satisfies Task, [port2]);
  const [done] = (await once(port1, 'message')) as [Done];
  port1.close();
  if ('crashed' in done) throw new Error(`the suite crashed on ${name}: ${done.crashed}`);
  seen.set(name, done.seen);
  if (process.stdout.isTTY) process.stdout.write(`${seen.size} of ${chosen.length}: ${name}\u001b[K\r`);
  else if (seen.size % 50 === 0) console.log(`${seen.size} of ${chosen.length} done`);
}

/** The matrix itself: for each entry and clause what must redden, what may, and what did. */
function cells(): unknown {
  return matrix.rows.map(({ subject, seen: { red, verdict, exitCode, scenarios, seconds }, problems }) => ({
    name: subject.name,
    ...(isDeviant(subject) ? { must: subject.must, may: subject.may ?? [] } : { must: subject.warns ?? [], may: [] }),
    saw: red,
    verdict,
    exitCode,
    scenarios,
    seconds: Math.round(seconds * 100) / 100,
    problems,
  }));
}
