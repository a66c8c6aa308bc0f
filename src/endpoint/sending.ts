/**
 * One request out and its answer in, on undici's `dispatch`. Its `request` makes a stream, a signal and their listeners each time, which
 * costs a third of all that a request costs us.
 */
import type { Dispatcher } from 'undici';
import type { HeaderField } from '../../schemas/types.ts';
import type { Passage } from './lag.ts';
import { room, type Allowance } from './room.ts';

/** From how many bytes on an answer needs a place, of which there are so many. The second is beyond what most endpoints make of 512 KB. */
const STAGES = [
  { bytes: 128 * 1024, room: room(32) },
  { bytes: 640 * 1024, room: room(4) },
] as const;
/** Interim answers (1xx), of which none is due, before there has to be a real one. */
const MAX_INTERIM = 100;

export interface Outgoing {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | undefined;
}

/** An answer that has fully arrived. */
export interface Arrived {
  readonly status: number;
  /** As they came, in their order. */
  readonly headers: readonly HeaderField[];
  readonly body: Buffer;
}

export interface Sending {
  /** Rejects with what kept the answer from coming, or with the reason for which it was given up. */
  readonly answer: Promise<Arrived>;
  giveUp(reason: Error): void;
}

/** `passage` is told when the request leaves and when the head of its answer has come; `run` bounds the answers of all. */
export function send(agent: Dispatcher, { url, ...request }: Outgoing, passage: Passage, run: Allowance): Sending {
  const { promise, resolve, reject } = Promise.withResolvers<Arrived>();
  const ended = new AbortController();
  let isOver = false;
  let controller: Dispatcher.DispatchController | undefined;
  let interim = 0;
  let status = 0;
  let headers: readonly HeaderField[] = [];
  const parts: Buffer[] = [];
  let size = 0;
  const places: (() => void)[] = [];

  const end = (): void => {
    isOver = true;
    for (const leave of places) leave();
  };
  const fail = (error: Error): void => {
    if (isOver) return;
    end();
    reject(error);
  };
  const giveUp = (reason: Error): void => {
    fail(reason);
    ended.abort(reason);
    controller?.abort(reason);
  };
  const needsPlace = (): boolean => size > (STAGES[places.length]?.bytes ?? Infinity);
  /** Reads on when there is a place for what has come. */
  const takePlaces = async (reading: Dispatcher.DispatchController): Promise<void> => {
    reading.pause();
    for (let stage = STAGES[places.length]; stage !== undefined && needsPlace(); stage = STAGES[places.length]) {
      const leave = await stage.room(run).enter(ended.signal);
      places.push(leave);
      if (isOver) leave();
    }
    if (!isOver) reading.resume();
  };

  try {
    const { origin, pathname, search } = new URL(url);
    agent.dispatch(
      {
        ...request,
        origin,
        path: pathname + search,
        body: request.body ?? null,
        // A consume takes leases and an acknowledgement settles: neither may be sent twice behind our back.
        idempotent: false,
      },
      {
        onRequestStart(started) {
          controller = started;
          if (isOver) started.abort(ended.signal.reason as Error);
          else passage.left();
        },
        onResponseStart({ rawHeaders }, code) {
          passage.headCame();
          if (code >= 200) {
            status = code;
            headers = fields(rawHeaders as readonly (string | Buffer)[]);
          } else {
            interim += 1;
            if (interim === MAX_INTERIM) giveUp(new InterimFlood());
          }
        },
        onResponseData(reading, part) {
          if (isOver) return;
          parts.push(part);
          size += part.length;
          if (needsPlace()) takePlaces(reading).catch(giveUp);
        },
        onResponseEnd() {
          if (isOver) return;
          end();
          resolve({ status, headers, body: parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, size) });
        },
        onResponseError: (_controller, error) => fail(error),
      },
    );
  } catch (error) {
    fail(error as Error);
  }
  return { answer: promise, giveUp };
}

class InterimFlood extends Error {
  readonly code = 'INTERIM_FLOOD';
  constructor() {
    super(`${MAX_INTERIM} interim answers and no real one`);
  }
}

function fields(raw: readonly (string | Buffer)[]): HeaderField[] {
  const pairs: HeaderField[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) pairs.push([text(raw[index]), text(raw[index + 1])]);
  return pairs;
}

/** Headers are bytes; as Latin-1 none is lost. */
function text(field: string | Buffer | undefined): string {
  return typeof field === 'string' ? field : (field ?? '').toString('latin1');
}
