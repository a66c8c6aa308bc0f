import { request, type Dispatcher } from 'undici';

/** What a clock hook answers: its time in seconds and, where it offers that, how many long polls are parked. */
export interface HookAnswer {
  readonly now: number;
  readonly waiting?: number;
}

export interface ClockHook {
  read(): Promise<HookAnswer>;
  /** Moves the endpoint's clock by `seconds`; answers when all that fell due has happened. */
  advance(seconds: number): Promise<HookAnswer>;
}

/** The connections that a hook is asked over. */
export type Connections = Dispatcher;

export class ClockHookError extends Error {
  readonly code = 'DMS_CLOCK_HOOK';
}

/** Real seconds that a hook has for an answer: whatever falls due on the way has to happen first. */
const PATIENCE_SECONDS = 60;

/** The clock hook at `url`: GET reads, POST {"advance": s} moves. Throws ClockHookError on anything else than its two answers. */
export function clockHook(url: string, dispatcher: Connections, headers: Record<string, string> = {}): ClockHook {
  const ask = async (method: 'GET' | 'POST', body?: string): Promise<HookAnswer> => {
    const what = `${method} ${url}`;
    let status: number;
    let text: string;
    try {
      const answer = await request(url, {
        dispatcher,
        method,
        signal: AbortSignal.timeout(PATIENCE_SECONDS * 1000),
        headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body }),
      });
      status = answer.statusCode;
      text = await answer.body.text();
    } catch (error) {
      throw new ClockHookError(`${what} failed: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
    const parsed = parse(text);
    if (status !== 200 || parsed === undefined) {
      throw new ClockHookError(
        `${what}: expected 200 with {"now": seconds}, got ${status} with ${JSON.stringify(text.slice(0, 200))}`,
      );
    }
    return parsed;
  };
  return {
    read: () => ask('GET'),
    advance: (seconds) => ask('POST', JSON.stringify({ advance: seconds })),
  };
}

function parse(text: string): HookAnswer | undefined {
  try {
    const { now, waiting } = JSON.parse(text) as { now?: unknown; waiting?: unknown };
    if (typeof now !== 'number' || !Number.isFinite(now)) return undefined;
    return typeof waiting === 'number' ? { now, waiting } : { now };
  } catch {
    return undefined;
  }
}
