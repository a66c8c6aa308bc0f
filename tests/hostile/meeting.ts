/** The real command, run against one hostile endpoint, and what came of it. */
import { rm } from 'node:fs/promises';
import type { Hostile } from '../../fixtures/hostile/hostile.ts';
import { start } from '../support/command.ts';
import { megabytesOf } from '../support/processes.ts';
import { serve } from './serve.ts';

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
    const command = ['run', '--endpoint', serving.url, '--project', 'p1', '--out', directory];
    const { process: child, ended } = start(
      [
        ...command,
        '--seed=7',
        '--programs=0',
        ...(only === '*' ? [] : ['--only', only]),
        ...(serving.clockUrl === undefined ? [] : ['--clock-url', serving.clockUrl]),
      ],
      { env: { ...serving.env, DMS_TOKEN: TOKEN } },
    );
    let megabytes: number | undefined;
    const timers = [
      setInterval(() => (megabytes = megabytesOf(child.pid, 'most') ?? megabytes), 100),
      // Whoever is still there long after the time is out has failed; nothing else is to wait for that.
      setTimeout(() => child.kill('SIGKILL'), seconds * 1500),
    ];
    const { exitCode: exit, out, err } = await ended;
    for (const timer of timers) clearInterval(timer);
    return {
      exit,
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
