/** What all groups of figures are measured with. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { megabytesOf } from '../support/processes.ts';

export const BIN = fileURLToPath(new URL('../../bin/dms-conformance.js', import.meta.url));

/** The seed of every run, so that all do the same. */
export const SEED = '7';

const LOOK_MS = 50;

/** How a benchmark is to go. */
export interface Bench {
  /** Whether it has to be over within a minute. */
  readonly small: boolean;
  /** How many rounds, where they are `usual` unless told otherwise. */
  rounds(usual: number): number;
  /** Where files may be written; gone when all is over. */
  readonly directory: string;
  /** Tells whoever waits what is being done. */
  say(text: string): void;
}

export interface Ran {
  /** Null where its time was over, or a signal ended it. */
  readonly exitCode: number | null;
  readonly seconds: number;
  /** The most memory that it had at once; undefined where the system does not tell. */
  readonly megabytes: number | undefined;
  readonly out: string;
  readonly err: string;
}

/** Runs a script with this Node until it ends, or for `mostSeconds`. */
export async function ran(
  argv: readonly string[],
  { cwd, mostSeconds = 3600 }: { readonly cwd?: string; readonly mostSeconds?: number } = {},
): Promise<Ran> {
  const start = performance.now();
  const child = spawn(process.execPath, argv, {
    cwd,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  let megabytes: number | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const timers = [
    setInterval(() => (megabytes = megabytesOf(child.pid, 'most') ?? megabytes), LOOK_MS),
    setTimeout(() => child.kill('SIGKILL'), mostSeconds * 1000),
  ];
  const [exitCode] = (await once(child, 'close')) as [number | null];
  const seconds = (performance.now() - start) / 1000;
  for (const timer of timers) clearInterval(timer);
  return { exitCode, seconds, megabytes, out, err };
}

/** The same where anything but exit code 0 means that nothing was measured. */
export async function succeeded(...asked: Parameters<typeof ran>): Promise<Ran> {
  const done = await ran(...asked);
  if (done.exitCode === 0) return done;
  throw new Error(`${asked[0].join(' ')} ended with ${done.exitCode}:\n${done.out}${done.err}`);
}

export function script(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** Does something so often, one round after the other, and keeps what came of each. */
export async function repeated<T>(rounds: number, act: (round: number) => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (let round = 0; round < rounds; round += 1) all.push(await act(round));
  return all;
}
