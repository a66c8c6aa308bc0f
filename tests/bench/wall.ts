/** Whole runs on the wall clock against an emulator in a process of its own, whose answers take a while. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Header } from '../../schemas/types.ts';
import { EVIDENCE_FILE } from '../../src/campaign/evidence-file.ts';
import { linesOf } from '../../src/cli/lines.ts';
import { serve } from '../support/processes.ts';
import { PROJECT } from '../support/settings.ts';
import { BIN, repeated, SEED, succeeded, type Bench } from './bench.ts';
import type { Result } from './figures.ts';

const QUEUES = 1_000;
const ENDPOINT = new URL('../load/endpoint.ts', import.meta.url);

type Profile = Header['profile'];

/** What a run took. */
interface Run {
  /** Seconds of the whole command as a multiple of its longest chain of waits. */
  readonly ratio: number;
  readonly seconds: number;
  readonly megabytes: number | undefined;
}

/** Keeps what a profile's runs came to: time and memory are measured with the same ones. */
export interface WallRuns {
  gate(): Promise<Result[]>;
  certify(): Promise<Result[]>;
  memory(): Promise<Result[]>;
}

export function wallRuns(bench: Bench): WallRuns {
  const prompt = new Map<Profile, Promise<readonly Run[]>>();
  const promptRuns = (profile: Profile): Promise<readonly Run[]> => {
    const known = prompt.get(profile);
    if (known !== undefined) return known;
    const runs = repeated(bench.rounds(profile === 'gate' ? 3 : 1), () => run(bench, profile, 0, 20));
    prompt.set(profile, runs);
    return runs;
  };
  return {
    async gate() {
      const promptOnes = await promptRuns('gate');
      const slowOnes = await repeated(bench.rounds(3), () => run(bench, 'gate', 200, 200));
      return [timeOf('gate/prompt', promptOnes), timeOf('gate/slow', slowOnes)];
    },
    certify: async () => [timeOf('certify/prompt', await promptRuns('certify'))],
    memory: async () => [
      memoryOf('memory/gate', await promptRuns('gate')),
      memoryOf('memory/certify', await promptRuns('certify')),
    ],
  };
}

function timeOf(name: string, runs: readonly Run[]): Result {
  const seconds = runs.map((one) => one.seconds.toFixed(1)).join(', ');
  return { name, values: runs.map(({ ratio }) => ratio), note: `${seconds} s` };
}

function memoryOf(name: string, runs: readonly Run[]): Result {
  return { name, values: runs.flatMap(({ megabytes }) => megabytes ?? []) };
}

async function run(bench: Bench, profile: Profile, leastMs: number, mostMs: number): Promise<Run> {
  bench.say(`a ${profile} run, answers ${leastMs === mostMs ? '' : `${leastMs} to `}${mostMs} ms late`);
  const out = join(bench.directory, profile);
  const endpoint = await serve(ENDPOINT, QUEUES, leastMs, mostMs);
  try {
    const where = ['--endpoint', endpoint.url, '--project', PROJECT, '--out', out];
    const { seconds, megabytes } = await succeeded([
      BIN,
      'run',
      '--profile',
      profile,
      '--seed',
      SEED,
      '--quiet',
      ...where,
    ]);
    return { ratio: seconds / longestWaitIn(join(out, EVIDENCE_FILE)), seconds, megabytes };
  } finally {
    endpoint.process.kill('SIGKILL');
    await rm(out, { recursive: true, force: true });
  }
}

/** Seconds. */
function longestWaitIn(evidence: string): number {
  for (const line of linesOf(evidence)) return (JSON.parse(line) as Header).longestWait;
  throw new Error(`there is no evidence in ${evidence}`);
}
