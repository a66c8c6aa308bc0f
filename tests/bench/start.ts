/** How long it takes until something is done, where next to nothing is to be done. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BIN, repeated, script, succeeded, type Bench } from './bench.ts';
import type { Result } from './figures.ts';

const VITEST = script('../../node_modules/vitest/vitest.mjs');
/** A clause that one scenario provokes, which has nothing to wait for. */
const INSTANT = 'ack.response.counts';

export async function measureStart(bench: Bench): Promise<Result[]> {
  bench.say('starting');
  const empty = join(bench.directory, 'empty');
  await mkdir(empty);
  await writeFile(join(empty, 'empty.test.js'), "test('nothing', () => {});\n");
  const rounds = await repeated(bench.rounds(bench.small ? 5 : 11), async (round) => {
    const out = join(bench.directory, `start-${round}`);
    const node = (await succeeded(['-e', '0'])).seconds;
    const help = (await succeeded([BIN, '--help'])).seconds;
    const list = (await succeeded([BIN, 'list'])).seconds;
    const vitest = (await succeeded([VITEST, 'run', '--root', empty, '--globals'])).seconds;
    const run = (await succeeded([BIN, 'run', '--only', INSTANT, '--quiet', '--out', out])).seconds;
    return { help: help / node, list: list / node, run: run / vitest };
  });
  return (['run', 'help', 'list'] as const).map((name) => ({
    name: `start/${name}`,
    values: rounds.map((round) => round[name]),
  }));
}
