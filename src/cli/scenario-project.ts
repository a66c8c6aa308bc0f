/** Runs the scenario project with vitest in this process: silently, since its results count for nothing beside the evidence. */
/* oxlint-disable unicorn/require-post-message-target-origin, unicorn/prefer-add-event-listener -- a BroadcastChannel is no window */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { BroadcastChannel } from 'node:worker_threads';
import { startVitest, type Vitest } from 'vitest/node';
import type { Footer } from '../../schemas/types.ts';
import { CREDENTIALS_VARIABLE, type FromWorker, type ToWorker } from '../campaign/channel.ts';
import type { Credentials, Settings } from '../campaign/settings.ts';
import type { Progress } from '../campaign/campaign.ts';
import { packageRoot } from '../package.ts';

export interface ScenarioProjectOptions {
  readonly settings: Settings;
  readonly credentials: Credentials;
  /** The worker has loaded what runs the scenarios: what this process loads from now on holds up nobody. */
  readonly ready: () => void;
  readonly progress: (event: Progress) => void;
  /** The clauses that make the run fail by what stands in the evidence so far, by the scenario that broke them. */
  readonly broken: () => Promise<ReadonlyMap<string, readonly string[]>>;
}

export interface ScenarioProject {
  /** Resolves when all is over: to what went wrong in the suite itself, or to undefined. */
  run(): Promise<string | undefined>;
  /** Has the campaign stop, tidy up, and end its evidence. */
  interrupt(signal: NonNullable<Footer['signal']>): void;
}

export function scenarioProject({
  settings,
  credentials,
  ready,
  progress,
  broken,
}: ScenarioProjectOptions): ScenarioProject {
  const name = `dms-conformance-${process.pid}-${Date.now()}`;
  const channel = new BroadcastChannel(name);
  const tell = (message: ToWorker): void => channel.postMessage(message);
  let interrupted: NonNullable<Footer['signal']> | undefined;
  channel.onmessage = (event) => {
    const message = (event as { data: FromWorker }).data;
    if (message.kind === 'written') void broken().then((clauses) => tell({ kind: 'broken', clauses }));
    else if (message.kind !== 'listening') progress(message);
    else {
      if (interrupted !== undefined) tell({ kind: 'interrupt', signal: interrupted });
      ready();
    }
  };
  return {
    async run() {
      // The worker inherits the environment: what is provided to it may stand in vitest's own messages, secrets must not.
      process.env[CREDENTIALS_VARIABLE] = JSON.stringify(credentials);
      try {
        return await runVitest(settings, name);
      } catch (error) {
        return messageOf(error);
      } finally {
        delete process.env[CREDENTIALS_VARIABLE];
        channel.close();
      }
    },
    interrupt(signal) {
      interrupted ??= signal;
      tell({ kind: 'interrupt', signal });
    },
  };
}

async function runVitest(settings: Settings, channel: string): Promise<string | undefined> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const ours = listenersNow();
  const vitest = await startVitest(
    [],
    {
      config: false,
      watch: false,
      root: packageRoot,
      include: [scenarioFile()],
      exclude: [],
      reporters: [{ onInit: () => keepOnly(ours) }],
      pool: 'threads',
      maxWorkers: 1,
      fileParallelism: false,
      maxConcurrency: 1000,
      sequence: { concurrent: true },
      testTimeout: 0,
      hookTimeout: 0,
      fsModuleCache: false,
      cache: false,
      silent: true,
      provide: { dms: { settings, channel } },
      // Node itself loads all that is no test: there is nothing to transform in it.
      server: { deps: { external: [/^(?!.*campaign\.spec\.[jt]s).*$/] } },
    },
    {
      cacheDir: join(tmpdir(), `dms-conformance-${process.pid}`),
      logLevel: 'silent',
      envDir: false,
    },
    { stdout: nowhere, stderr: nowhere },
  );
  return troubleOf(vitest);
}

/** The aggregate file: compiled in an installed package and behind the command, TypeScript when run from the sources. */
function scenarioFile(): string {
  const compiled = join(import.meta.dirname, '..', '..', 'specs', 'campaign.spec.js');
  const file = existsSync(compiled) ? compiled : compiled.replace(/\.js$/, '.ts');
  return file.slice(packageRoot.length + 1).replaceAll('\\', '/');
}

/** What failed other than tests: those are findings, and the verdict speaks of them. */
function troubleOf(vitest: Vitest): string | undefined {
  const modules = vitest.state.getTestModules();
  const errors = [...modules.flatMap((module) => module.errors()), ...vitest.state.getUnhandledErrors()];
  if (errors.length > 0) return errors.map(messageOf).join('; ');
  return modules.length === 0 ? 'vitest found no scenarios' : undefined;
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

const HANDLED = ['SIGINT', 'SIGTERM', 'unhandledRejection'] as const;
type Listeners = ReadonlyMap<string, readonly unknown[]>;

function listenersNow(): Listeners {
  return new Map(HANDLED.map((event) => [event, process.rawListeners(event)]));
}

/**
 * Takes away what vitest put on the process meanwhile: it would exit at the first signal, before the queues are deleted
 * and the evidence has its end, and with 1, which here says "nonconformant", on a rejected promise.
 */
function keepOnly(kept: Listeners): void {
  for (const event of HANDLED) {
    for (const listener of process.rawListeners(event)) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listener only has to be the same one
      if (kept.get(event)?.includes(listener) !== true) process.off(event, listener as () => void);
    }
  }
}
