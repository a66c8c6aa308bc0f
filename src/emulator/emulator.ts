import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { documented, type Behaviour } from './behaviour.ts';
import { arrangePath, createArrangeHook } from './arrange-hook.ts';
import { clockPath, createClockHandle, createClockHook, type ClockHandle } from './clock-hook.ts';
import { createConsumption, type Consumption } from './consumption.ts';
import { createLongPolls, type LongPolls } from './long-poll.ts';
import { createHandler, createHttpServer, type Handler } from './server.ts';
import { createControlledTime, createWallTime } from './time.ts';

export { documented, type Behaviour } from './behaviour.ts';
export type { ClockHandle } from './clock-hook.ts';

export interface EmulatorOptions {
  /** Address to listen on; default `127.0.0.1`. */
  readonly host?: string;
  /** 0–65535; default 0, which is any free one. */
  readonly port?: number;
  /** `controlled` time stands still until the clock hook moves it; default `wall`. */
  readonly clock?: 'wall' | 'controlled';
  /** When set, every call but the clock hook's must carry it as X-Auth-Token. */
  readonly token?: string;
  /** When set, the only project there is; otherwise every project exists. */
  readonly project?: string;
  /** Queues per project, an integer ≥ 0; default 500. */
  readonly quota?: number;
  /** How long a new queue or group cannot be used, ≥ 0; default 0. */
  readonly initialisationSeconds?: number;
  /**
   * `api`, the default: the neighbouring calls are offered. `hook`: there are the two dead letter calls only, and what they
   * need is arranged by POSTs to `/arrange`, in the form of schemas/arrange-request.schema.json.
   */
  readonly arranging?: 'api' | 'hook';
  /** Replaces parts of the documented behaviour, to make a faulty emulator; `now` is its clock, ms. */
  readonly behaviour?: (now: () => number) => Partial<Behaviour>;
}

export interface Emulator {
  /** `http://host:port`, without `/v1.0`. */
  readonly url: string;
  /** Where the controlled clock is read and moved; undefined under the wall clock. */
  readonly clockUrl: string | undefined;
  /** The same for whoever is in this process. */
  readonly clock: ClockHandle | undefined;
  /** Where dead letters are arranged; undefined where the neighbouring calls do that. */
  readonly arrangeUrl: string | undefined;
  /** Stops at once: open connections, waiting polls among them, are cut. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts an emulator of the queue API, in this process.
 * @throws RangeError if an option is out of its range; the error of `listen` if the address cannot be had.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { host = '127.0.0.1', port = 0 } = options;
  const world = createWorld(options);
  const server = createHttpServer((request, response) => world.handle(request, response, request.url ?? ''));
  const origin = await listening(server, host, port);
  let closed: Promise<void> | undefined;
  return world.emulator(origin, () => {
    closed ??= new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    return closed;
  });
}

/** Many emulators, one after the other or beside one another, each below a path of its own: their clients keep their connections. */
export interface EmulatorHost {
  /** As startEmulator. */
  start(options?: Omit<EmulatorOptions, 'host' | 'port'>): Promise<Emulator>;
}

/** It listens while at least one of its emulators is there. */
export function emulatorHost(): EmulatorHost {
  const worlds = new Map<string, { readonly handle: Handler; readonly open: Set<ServerResponse> }>();
  let server: Server | undefined;
  let origin: Promise<string> | undefined;
  let last = 0;
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const { url = '' } = request;
    const end = url.indexOf('/', 1);
    const world = worlds.get(url.slice(0, end));
    if (world === undefined) {
      response.destroy();
      return;
    }
    world.open.add(response);
    response.once('close', () => world.open.delete(response));
    world.handle(request, response, url.slice(end));
  };
  return {
    async start(options = {}) {
      const { handle, emulator } = createWorld(options);
      const path = `/${(last += 1)}`;
      const open = new Set<ServerResponse>();
      worlds.set(path, { handle, open });
      server ??= createHttpServer(serve);
      origin ??= listening(server, '127.0.0.1', 0);
      return emulator((await origin) + path, () => {
        worlds.delete(path);
        for (const response of open) response.destroy();
        if (worlds.size === 0) {
          server?.close();
          server?.closeAllConnections();
          server = origin = undefined;
        }
        return Promise.resolve();
      });
    },
  };
}

/** An emulator without a place to listen at. */
interface World {
  readonly handle: Handler;
  /** As it can be used at that URL; `closeAll` cuts its connections. */
  emulator(url: string, closeAll: () => Promise<void>): Emulator;
}

function createWorld(options: EmulatorOptions): World {
  const { clock = 'wall', quota = 500, initialisationSeconds = 0 } = options;
  if (!Number.isInteger(quota) || quota < 0) throw new RangeError(`quota must be an integer >= 0, got ${quota}`);
  if (!(initialisationSeconds >= 0 && Number.isFinite(initialisationSeconds))) {
    throw new RangeError(`initialisationSeconds must be a number >= 0, got ${initialisationSeconds}`);
  }

  const controlled = clock === 'controlled' ? createControlledTime() : undefined;
  const time = controlled ?? createWallTime();
  const behaviour: Behaviour = { ...documented, ...options.behaviour?.(time.now) };
  const polls: LongPolls = createLongPolls(time, behaviour, (store, parameters) => consumption.take(store, parameters));
  const consumption: Consumption = createConsumption(time, behaviour, polls.wake);
  const initialisationMs = initialisationSeconds * 1000;
  const service = { time, behaviour, consumption, polls, quota, initialisationMs };
  const hooked = options.arranging === 'hook';
  return {
    handle: createHandler(
      service,
      { token: options.token, project: options.project },
      {
        clock: controlled && createClockHook(controlled, polls),
        arrange: hooked ? createArrangeHook(service) : undefined,
      },
    ),
    emulator: (url, closeAll) => ({
      url,
      clockUrl: controlled && url + clockPath,
      arrangeUrl: hooked ? url + arrangePath : undefined,
      clock: controlled && createClockHandle(controlled, polls),
      close: () => {
        time.stop();
        return closeAll();
      },
    }),
  };
}

async function listening(server: Server, host: string, port: number): Promise<string> {
  // The backlog lets a thousand clients connect at the same moment without one of them having to try again.
  server.listen({ port, host, backlog: 4096 });
  await once(server, 'listening'); // rejects on 'error'
  return `http://${host.includes(':') ? `[${host}]` : host}:${portOf(server)}`;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server does not listen on a port');
  return address.port;
}
