import { request } from 'undici';
import type { Connections } from '../clock/hook.ts';
import type { Arrangement } from './arrangement.ts';
import { askingArranger, type Ask } from './asking.ts';
import { Trouble } from './trouble.ts';

/** Seconds that the hook may take for one action. */
const PATIENCE_SECONDS = 60;
const MOST_QUEUES = 400;

/** An HTTP callback: each action is a POST of JSON to one URL. It is never sent the endpoint's credentials. */
export function hookArrangement(url: string): Arrangement {
  const who = `the hook ${url}`;
  return {
    kind: 'hook',
    mostQueues: MOST_QUEUES,
    deletes: true,
    hasNeighbours: false,
    refusal: () => undefined,
    arranger: (options, connections) => askingArranger(post(url, who, connections), who, options),
  };
}

function post(url: string, who: string, dispatcher: Connections): Ask {
  return async (body, signal) => {
    let status: number;
    let text: string;
    try {
      const answer = await request(url, {
        dispatcher,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_SECONDS * 1000)]),
      });
      status = answer.statusCode;
      text = await answer.body.text();
    } catch (error) {
      signal.throwIfAborted();
      throw new Trouble(
        'arrangement',
        `${who} cannot be asked: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    if (status === 200) return text;
    throw new Trouble('arrangement', `${who} answered ${status}, expected 200: ${text.slice(0, 200)}`);
  };
}
