/**
 * A process of its own, with --expose-gc: judges an evidence file and parses it, in turn and as often as it is told, and
 * says in a line a round how many seconds each took. Another file warms it up.
 */
import { speak } from '../support/terminal.ts';
import { parseEvidence } from './parsing.ts';

export interface JudgingRound {
  readonly judging: number;
  readonly parsing: number;
  readonly exitCode: number;
}

/** Until then the compiler of Node has done its best; without, a small file would seem to take longer than it does. */
const WARMING_MS = 1_000;

const [path = '', rounds = '1', warming = path] = process.argv.slice(2);

/** Seconds; garbage of what was before does not count. */
async function timed(act: () => unknown): Promise<number> {
  globalThis.gc?.();
  const start = performance.now();
  await act();
  return (performance.now() - start) / 1000;
}

for (const begin = performance.now(); performance.now() < begin + WARMING_MS;) {
  await speak('judge', warming, '--json');
  parseEvidence(warming);
}
for (let round = 0; round < Number(rounds); round += 1) {
  let exitCode = NaN;
  const judge = async (): Promise<void> => {
    ({ exitCode } = await speak('judge', path, '--json'));
  };
  const seconds = { judging: 0, parsing: 0 };
  const both = [
    async () => (seconds.judging = await timed(judge)),
    async () => (seconds.parsing = await timed(() => parseEvidence(path))),
  ];
  for (const act of round % 2 === 0 ? both : both.toReversed()) await act();
  console.log(JSON.stringify({ ...seconds, exitCode } satisfies JudgingRound));
}
