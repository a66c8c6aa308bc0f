/**
 * npm run hostile: the command against every hostile endpoint. Prints the table, writes docs/hostile.md and
 * reports/hostile; exits with 1 if anything is not as the table of fixtures/hostile says.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { hostiles } from '../../fixtures/hostile/hostiles.ts';
import type { Hostile } from '../../fixtures/hostile/hostile.ts';
import { matcher } from '../../src/campaign/selection.ts';
import { inspect } from './inspection.ts';
import { meet, type Met } from './meeting.ts';
import { documentOf, tableOf, type Row } from './table.ts';

const USAGE = 'npm run hostile -- [--only PATTERN]  these endpoints; then no document is written';
const REPORTS = 'reports/hostile';
/** Most of them wait, but each process needs a second or two of a processor before it does. */
const AT_ONCE = 16;

const only = patternGiven();
const chosen = hostiles.filter(({ name }) => only === undefined || matcher(only)(name));
if (chosen.length === 0) {
  console.error(`No hostile endpoint matches ${only}. See docs/hostile.md for their names.\n${USAGE}`);
  process.exit(2);
}

const start = performance.now();
await mkdir(REPORTS, { recursive: true });
const met = new Map<Hostile, Met>();
// Whoever may take longest goes first, so that nothing is waited for at the end.
const queue = chosen.toSorted((one, other) => other.seconds - one.seconds);
await Promise.all(Array.from({ length: AT_ONCE }, meetInTurn));
// Inspected when all is over: endpoints share this thread, and would be slow to answer meanwhile.
const rows: Row[] = [];
for (const hostile of chosen) {
  const own = met.get(hostile);
  if (own !== undefined) rows.push({ hostile, met: own, inspected: await inspect(hostile, own) });
}

process.stdout.write(tableOf(rows));
const wrong = rows.filter(({ inspected: { problems } }) => problems.length > 0);
console.log(
  `${rows.length} hostile endpoints, ${rows.length - wrong.length} as they should be, in ${((performance.now() - start) / 1000).toFixed(0)} s`,
);
await writeFile(
  `${REPORTS}/hostile.json`,
  `${JSON.stringify(
    rows.map(({ hostile: { name }, met: { exit, seconds, megabytes }, inspected }) => ({
      name,
      exit,
      seconds,
      megabytes,
      ...inspected,
    })),
    null,
    1,
  )}\n`,
);
if (only === undefined) await writeFile('docs/hostile.md', documentOf(hostiles));
process.exitCode = wrong.length > 0 ? 1 : 0;

async function meetInTurn(): Promise<void> {
  for (let hostile = queue.shift(); hostile !== undefined; hostile = queue.shift()) {
    met.set(hostile, await meet(hostile, REPORTS));
    if (process.stdout.isTTY) process.stdout.write(`${met.size} of ${chosen.length}: ${hostile.name}\u001b[K\r`);
  }
}

function patternGiven(): string | undefined {
  try {
    return parseArgs({ options: { only: { type: 'string' } } }).values.only;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return process.exit(2);
  }
}
