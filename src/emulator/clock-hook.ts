import type { LongPolls } from './long-poll.ts';
import { isObject } from './requests.ts';
import { jsonAnswer, type Answer } from './responses.ts';
import type { ControlledTime } from './time.ts';

/** Where a controlled clock is read and moved. */
export const clockPath = '/clock';

/** Answers `GET` and `POST {"advance": seconds}`; `body` is the text of a POST. */
export type ClockHook = (method: string | undefined, body: string) => Answer;

function wrong(status: number, text: string): Answer {
  const answer = jsonAnswer(status, { error_msg: text });
  return status === 405 ? { ...answer, headers: { ...answer.headers, Allow: 'GET, POST' } } : answer;
}

function readAdvance(body: string): number | undefined {
  try {
    const value: unknown = JSON.parse(body);
    const advance = isObject(value) ? value.advance : undefined;
    return typeof advance === 'number' && advance >= 0 && Number.isFinite(advance) ? advance : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What clients did before time is to move, arriving or going, may be noticed only in the next turns of the event loop; it
 * has to count before.
 */
export function whenNoticed(act: () => void): void {
  setImmediate(() => setImmediate(act));
}

/** A controlled clock for whoever runs in this process: as the hook, without HTTP between. Seconds. */
export interface ClockHandle {
  readonly read: () => Promise<ClockState>;
  readonly advance: (seconds: number) => Promise<ClockState>;
}

interface ClockState {
  readonly now: number;
  /** How many polls are parked. */
  readonly waiting: number;
}

export function createClockHandle(time: ControlledTime, polls: LongPolls): ClockHandle {
  const state = (): ClockState => ({ now: time.now() / 1000, waiting: polls.waiting() });
  return {
    read: () => Promise.resolve(state()),
    advance: (seconds) =>
      new Promise((resolve) => {
        whenNoticed(() => {
          time.advance(Math.round(seconds * 1000));
          resolve(state());
        });
      }),
  };
}

/** The hook of a controlled clock, whose resolution is 1 ms. When it answers, all that fell due has happened. */
export function createClockHook(time: ControlledTime, polls: LongPolls): ClockHook {
  return (method, body) => {
    if (method === 'POST') {
      const seconds = readAdvance(body);
      if (seconds === undefined) return wrong(400, 'expected {"advance": s} with a number of seconds s >= 0');
      time.advance(Math.round(seconds * 1000));
    } else if (method !== 'GET') return wrong(405, 'the clock takes GET and POST');
    return jsonAnswer(200, { now: time.now() / 1000, waiting: polls.waiting() });
  };
}
