import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Spoken } from './terminal.ts';

export const BIN = fileURLToPath(new URL('../../bin/dms-conformance.js', import.meta.url));

export interface Started {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Spoken>;
  /** Resolves to all output so far as soon as some of it matches. */
  says(pattern: RegExp): Promise<string>;
}

/** Starts the built command as a process of its own; of the environment it gets what is named here, and PATH. */
export function start(
  argv: readonly string[],
  { cwd, env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Started {
  const child = spawn(process.execPath, [BIN, ...argv], { cwd, env: { PATH: process.env.PATH, ...env } });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = once(child, 'close').then(([exitCode]): Spoken => ({ exitCode: Number(exitCode ?? -1), out, err }));
  return {
    process: child,
    ended,
    async says(pattern) {
      while (!pattern.test(out)) {
        if (child.exitCode !== null) throw new Error(`it ended without saying ${pattern}: ${out}${err}`);
        await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
      }
      return out;
    },
  };
}

export function command(...started: Parameters<typeof start>): Promise<Spoken> {
  return start(...started).ended;
}
