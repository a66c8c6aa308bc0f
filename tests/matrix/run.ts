/**
 * npm run matrix: the suite against the whole gallery, on two threads. Writes docs/gallery.md and reports/matrix/matrix.json;
 * exits with 1 if anything is not as the gallery says.
 */
/* oxlint-disable unicorn/require-post-message-target-origin -- a worker is no window */
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { deviants, oddities } from '../../fixtures/deviants/gallery.ts';
import { register } from '../../specs/register.ts';
import { matcher } from '../../src/campaign/selection.ts';
import { documentOf, matrixOf, report } from './matrix.ts';
import { isDeviant, type Seen, type Subject } from './subject.ts';
import { subjects } from './subjects.ts';
import type { Done, Task } from './worker.ts';

const USAGE = `npm run matrix -- [--only PATTERN] [--all]
  --only PATTERN  these entries of the gallery; then no document is written
  --all           every scenario for everyone; without it a deviant meets those that are to find it and a cross-section, an
                  oddity enough for every clause and a third of the rest`;

const { only, all } = options();
const matches = only === undefined ? () => true : matcher(only);
const chosen = [...subjects.values()].filter(({ name }) => matches(name));
if (chosen.length === 0) {
  console.error(`No entry of the gallery matches ${only}. See docs/gallery.md for their names.\n${USAGE}`);
  process.exit(2);
}

const start = performance.now();
const seen = new Map<string, Seen>();
const queue = inOrder(chosen);
await Promise.all(Array.from({ length: Math.min(2, availableParallelism(), queue.length) }, work));

const matrix = matrixOf(chosen, seen, register);
const whole = only === undefined;
process.stdout.write(report(whole ? matrix : { ...matrix, never: [] }));
console.log(`in ${((performance.now() - start) / 1000).toFixed(1)} s`);
await mkdir('reports/matrix', { recursive: true });
await writeFile('reports/matrix/matrix.json', `${JSON.stringify(cells(), null, 1)}\n`);
if (whole) await writeFile('docs/gallery.md', documentOf(deviants, oddities, register));
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

/** What waits on the wall clock first, and all at once: its waits are the longest. Then what takes longest. */
function inOrder(all: readonly Subject[]): string[][] {
  const wall = all.filter(({ clock }) => clock === 'wall').map(({ name }) => name);
  const controlled = all.filter(({ clock }) => clock !== 'wall');
  const slowFirst = [...controlled.filter((one) => !isDeviant(one)), ...controlled.filter(isDeviant)];
  return [...(wall.length > 0 ? [wall] : []), ...slowFirst.map(({ name }) => [name])];
}

async function work(): Promise<void> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url));
  try {
    for (let names = queue.shift(); names !== undefined; names = queue.shift()) {
      const task: Task = { names, all };
      worker.postMessage(task);
      const [done] = (await once(worker, 'message')) as [Done]; // rejects on 'error'
      if ('crashed' in done) throw new Error(`the suite crashed on ${names.join(', ')}: ${done.crashed}`);
      for (const one of done.seen) {
        seen.set(one.name, one);
        if (process.stdout.isTTY) process.stdout.write(`${seen.size} of ${chosen.length}: ${one.name}\u001b[K\r`);
        else if (seen.size % 50 === 0) console.log(`${seen.size} of ${chosen.length} done`);
      }
    }
  } finally {
    await worker.terminate();
  }
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
