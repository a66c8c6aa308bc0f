/** The real command, run against one hostile endpoint, and what came of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Hostile } from '../../fixtures/hostile/hostile.ts';
import { megabytesOf } from '../support/processes.ts';
import { serve } from './serve.ts';

const BIN = fileURLToPath(new URL('../../bin/dms-conformance.js', import.meta.url));

const COMPILED = join(tmpdir(), 'dms-conformance-hostile');

/** Given to every endpoint, and to be found nowhere. */
export const TOKEN = 'h0stile-T0ken/8f2c';

export interface Met {
  readonly exit: number;
  readonly seconds: number;
  /** The most memory that the process had at once, in MB; undefined where the system does not tell. */
  readonly megabytes: number | undefined;
  readonly out: string;
  readonly err: string;
  /** The directory that the run wrote. */
  readonly directory: string;
  /** What the endpoint saw that it should not have seen. */
  readonly problems: readonly string[];
}

/** Starts the endpoint, runs the command against it until it ends, and takes the endpoint down. */
export async function meet({ name, only, seconds }: Hostile, reports: string): Promise<Met> {
  const directory = `${reports}/${name.replace('/', '-')}`;
  await rm(directory, { recursive: true, force: true });
  const served = await serve({ name, token: TOKEN });
  const { serving } = served;
  try {
    const begin = performance.now();
    const command = [BIN, 'run', '--endpoint', serving.url, '--project', 'p1', '--out', directory];
    const child = spawn(
      process.execPath,
      [
        ...command,
        '--seed=7',
        '--programs=0',
        ...(only === '*' ? [] : ['--only', only]),
        ...(serving.clockUrl === undefined ? [] : ['--clock-url', serving.clockUrl]),
      ],
      // The cache saves a sixth of what starting so many processes takes.
      { env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILED, ...serving.env, DMS_TOKEN: TOKEN } },
    );
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    let megabytes: number | undefined;
    const timers = [
      setInterval(() => (megabytes = megabytesOf(child.pid, 'most') ?? megabytes), 100),
      // Whoever is still there long after the time is out has failed; nothing else is to wait for that.
      setTimeout(() => child.kill('SIGKILL'), seconds * 1500),
    ];
    const [exit] = (await once(child, 'close')) as [number | null];
    for (const timer of timers) clearInterval(timer);
    return {
      exit: exit ?? -1,
      seconds: (performance.now() - begin) / 1000,
      megabytes,
      out,
      err,
      directory,
      problems: await served.problems(),
    };
  } finally {
    await served.close();
  }
}
