import { spawn } from 'node:child_process';
import type { Arrangement } from './arrangement.ts';
import { askingArranger, type Ask } from './asking.ts';
import { Trouble } from './trouble.ts';

/** Seconds that the command may take for one action. */
const PATIENCE_SECONDS = 60;
/** Processes at once. */
const AT_ONCE = 8;
const MOST_QUEUES = 400;
const SECRET = /^DMS_.*(?:TOKEN|HEADERS|KEY|PASSPHRASE|CREDENTIALS)$/;
const MOST_OUTPUT = 1024 * 1024;

/** A program, started by the shell anew for each action: a request on its standard input, the answer on its standard output. */
export function commandArrangement(command: string): Arrangement {
  const who = `the command ${command}`;
  const lanes: Promise<unknown>[] = Array.from({ length: AT_ONCE }, () => Promise.resolve());
  let turn = 0;
  const ask: Ask = (request, signal) => {
    const lane = turn++ % AT_ONCE;
    const answer = Promise.resolve(lanes[lane]).then(() => answerOf(command, who, request, signal));
    lanes[lane] = answer.catch(() => undefined);
    return answer;
  };
  return {
    kind: 'command',
    mostQueues: MOST_QUEUES,
    deletes: true,
    hasNeighbours: false,
    refusal: () => undefined,
    arranger: (options) => askingArranger(ask, who, options),
  };
}

/** The endpoint's credentials are none of its business. */
function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !SECRET.test(name)));
}

function answerOf(command: string, who: string, request: string, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    // A group of its own, so that what the shell started ends with it.
    const child = spawn(command, {
      shell: true,
      detached: process.platform !== 'win32',
      stdio: 'pipe',
      env: withoutSecrets(process.env),
    });
    const out: Buffer[] = [];
    let bytes = 0;
    let complaint = '';
    const kill = (): void => {
      try {
        if (child.pid === undefined || process.platform === 'win32') child.kill('SIGKILL');
        else process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    };
    const fail = (error: Error): void => {
      kill();
      reject(error);
    };
    const trouble = (text: string): Trouble => new Trouble('arrangement', `${who} ${text}`);
    const timer = setTimeout(() => fail(trouble(`did not end within ${PATIENCE_SECONDS} s`)), PATIENCE_SECONDS * 1000);
    const abort = (): void => fail(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MOST_OUTPUT) fail(trouble(`wrote more than ${MOST_OUTPUT} bytes to its standard output`));
      else out.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-300)));
    child.on('error', (error) => fail(trouble(`cannot be started: ${error.message}`)));
    child.on('close', (code) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      if (code === 0) resolve(Buffer.concat(out).toString('utf8'));
      else reject(trouble(`ended with ${code ?? 'a signal'}, expected 0: ${complaint.trim()}`));
    });
    // One that reads nothing may have closed its input already.
    child.stdin.on('error', () => {});
    child.stdin.end(request);
  });
}
