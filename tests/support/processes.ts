import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface OwnProcess {
  /** What it said first. */
  readonly url: string;
  readonly process: ChildProcess;
}

/** Starts a script that serves something in a process of its own, and says its URL first of all. */
export async function serve(script: URL, ...argv: readonly (string | number)[]): Promise<OwnProcess> {
  const child = spawn(process.execPath, [fileURLToPath(script), ...argv.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: text.toString().trim(), process: child };
}

/** What a process and its threads hold in memory, now or at their peak, as Linux tells it, in MB; undefined where nobody tells. */
export function megabytesOf(pid: number | undefined, when: 'now' | 'most'): number | undefined {
  const name = when === 'now' ? 'VmRSS' : 'VmHWM';
  const kilobytes = new RegExp(String.raw`^${name}:\s+(\d+) kB$`, 'm').exec(told(pid, 'status'))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}

/** Processor time that a process has had, as Linux tells it, in ticks, which are ten milliseconds; undefined where nobody tells. */
export function ticksOf(pid: number | undefined): number | undefined {
  // Behind the name, which may hold anything, `utime` and `stime` are the 12th and 13th.
  const [user, system] = told(pid, 'stat').split(') ').at(-1)?.split(' ').slice(11, 13) ?? [];
  return user === undefined || system === undefined ? undefined : Number(user) + Number(system);
}

function told(pid: number | undefined, file: 'status' | 'stat'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
