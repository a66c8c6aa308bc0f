/** How fast evidence is judged, how that grows with its size, and how much memory it takes. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpacked } from '../../src/certify/bundle.ts';
import { BIN, ran, repeated, script, succeeded, type Bench } from './bench.ts';
import { writeEvidence } from './evidence.ts';
import { COMMAND_SIZE, SHAPES, SIZES, SMALL_SIZES, type Result, type Shape } from './figures.ts';
import type { JudgingRound } from './judging.ts';
import { exponentOf, median } from './statistics.ts';

const RECORDED = new URL('../../fixtures/certified/evidence.ndjson.br', import.meta.url);

/** Seconds for all rounds of one size; what is not done by then is not reached. */
const MOST_SECONDS = 300;
const MOST_SECONDS_SMALL = 8;

export async function measureJudge(bench: Bench): Promise<Result[]> {
  const results = [await recorded(bench, warmingOf(bench, 'many'))];
  for (const shape of Object.keys(SHAPES) as Shape[])
    results.push(...(await synthetic(bench, shape, warmingOf(bench, shape))));
  return results;
}

/** Evidence to warm up with: of the same shape, since other code is slow in another one. */
function warmingOf({ directory }: Bench, shape: Shape): string {
  const path = join(directory, `warming-${shape}.ndjson`);
  writeEvidence(path, shape, SIZES[0]);
  return path;
}

async function recorded(bench: Bench, warming: string): Promise<Result> {
  bench.say('judging a recorded run');
  const path = join(bench.directory, 'recorded.ndjson');
  await writeFile(path, unpacked(await readFile(RECORDED)));
  const { rounds, trouble } = await judged(bench, path, warming, bench.rounds(bench.small ? 3 : 7));
  return { name: 'judge/recorded', values: rounds.map(ratioOf), ...noted(trouble) };
}

async function synthetic(bench: Bench, shape: Shape, warming: string): Promise<Result[]> {
  const results: Result[] = [];
  const reached: { readonly size: number; readonly rounds: readonly JudgingRound[] }[] = [];
  let trouble: string | undefined;
  for (const size of bench.small ? SMALL_SIZES : SIZES) {
    const path = join(bench.directory, 'synthetic.ndjson');
    let rounds: readonly JudgingRound[] = [];
    if (trouble === undefined) {
      bench.say(`judging ${size} exchanges ${SHAPES[shape]}`);
      const exchanges = writeEvidence(path, shape, size);
      ({ rounds, trouble } = await judged(bench, path, warming, bench.rounds(bench.small || size >= 100_000 ? 3 : 5)));
      if (rounds.some(({ exitCode }) => exitCode !== 0)) throw new Error(`the evidence ${path} is not conformant`);
      if (rounds.length > 0) reached.push({ size: exchanges, rounds });
    }
    results.push({ name: `judge/${shape}/${size}`, values: rounds.map(ratioOf), ...noted(trouble) });
    if (rounds.length === 0) trouble ??= 'a smaller size was not reached';
    if (size === COMMAND_SIZE) {
      results.push(...(await asCommand(bench, shape, path, rounds.length === 0 ? trouble : undefined)));
    }
    await rm(path, { force: true });
  }
  return [...results, exponent(shape, reached, trouble)];
}

function exponent(
  shape: Shape,
  reached: readonly { readonly size: number; readonly rounds: readonly JudgingRound[] }[],
  trouble: string | undefined,
): Result {
  const name = `judge/${shape}/exponent`;
  if (reached.length < 2) return { name, values: [], ...noted(trouble) };
  const count = Math.min(...reached.map(({ rounds }) => rounds.length));
  const values = Array.from({ length: count }, (_, round) =>
    exponentOf(reached.map(({ size, rounds }) => ({ size, seconds: rounds[round]?.judging ?? NaN }))),
  );
  const largest = reached.at(-1);
  const seconds = median(largest?.rounds.map(({ judging }) => judging) ?? []);
  return { name, values, note: `up to ${largest?.size} exchanges, which took ${seconds.toFixed(2)} s` };
}

/** As a command there are no rounds that warm each other up. */
async function asCommand(bench: Bench, shape: Shape, path: string, trouble: string | undefined): Promise<Result[]> {
  const names = { command: `judge/${shape}/command`, memory: `judge/${shape}/memory` };
  if (trouble !== undefined) return Object.values(names).map((name) => ({ name, values: [], note: trouble }));
  bench.say('the same as a command');
  const rounds = await repeated(bench.rounds(2), async () => ({
    judging: await succeeded([BIN, 'judge', path, '--json']),
    parsing: await succeeded([script('parsing.ts'), path]),
  }));
  return [
    {
      name: names.command,
      values: rounds.map(({ judging, parsing }) => parsing.seconds / judging.seconds),
      note: `${median(rounds.map(({ judging }) => judging.seconds)).toFixed(1)} s`,
    },
    { name: names.memory, values: rounds.flatMap(({ judging: { megabytes } }) => megabytes ?? []) },
  ];
}

/** The rounds that were done in time, and why there are not all of them. */
async function judged(
  bench: Bench,
  path: string,
  warming: string,
  rounds: number,
): Promise<{ readonly rounds: readonly JudgingRound[]; readonly trouble: string | undefined }> {
  const mostSeconds = bench.small ? MOST_SECONDS_SMALL : MOST_SECONDS;
  const argv = ['--expose-gc', script('judging.ts'), path, `${rounds}`, warming];
  const { exitCode, seconds, out, err } = await ran(argv, { mostSeconds });
  const done = out
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as JudgingRound);
  if (exitCode === 0) return { rounds: done, trouble: undefined };
  const why =
    seconds >= mostSeconds
      ? `${mostSeconds} s were over`
      : err.includes('heap out of memory')
        ? 'the memory was used up'
        : `it ended with ${exitCode}: ${err.trim().split('\n').at(-1) ?? ''}`;
  return { rounds: done, trouble: `${why} after ${done.length} of ${rounds} rounds` };
}

/** How fast judging is where parsing is 1. */
function ratioOf({ judging, parsing }: JudgingRound): number {
  return parsing / judging;
}

function noted(note: string | undefined): { note?: string } {
  return note === undefined ? {} : { note };
}
