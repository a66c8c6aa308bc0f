/** What a scenario puts up with before it gives an endpoint up: without an end to it a run would have none. */
import type { Exchange } from '../../schemas/types.ts';
import { Trouble } from '../arrange/trouble.ts';
import { inWords } from '../endpoint/answer.ts';
import { MAX_ANSWER_BYTES } from '../endpoint/endpoint.ts';
import { excessOf, LARGE_BYTES, megabytes, type Allowance } from '../endpoint/room.ts';

/** Requests of one scenario; the longest needs some hundreds. */
const MOST_EXCHANGES = 3000;
/** Real seconds that requests of one scenario may go without an answer until they are given up. */
const MOST_SILENT_SECONDS = 60;
/** Requests in a row, each sent after the one before had failed, that get no answer. */
const MOST_UNANSWERED = 10;
/** What the answers of one scenario that are larger than 128 KB may take; none needs more than 2 MB. */
const MOST_LARGE_OF_SCENARIO = 8 * 1024 * 1024;

export interface Patience {
  /** Hears of each exchange when it is over. */
  hear(exchange: Exchange): void;
  /** Throws Trouble if the next request is one too many; `sent` is how many were sent before. */
  check(sent: number): void;
}

export function patience(run: Allowance): Patience {
  let silent = 0;
  let unanswered = 0;
  let large = 0;
  let last: Exchange | undefined;
  return {
    hear(exchange) {
      const { outcome, sent, received } = exchange;
      const size = sizeOf(outcome);
      run.all += size;
      if (size > LARGE_BYTES) {
        large += size;
        run.large += size;
      }
      if (outcome.kind === 'failure' && outcome.cause === 'timeout') silent += received - sent;
      if (!isUnanswered(exchange)) {
        unanswered = 0;
        last = undefined;
      } else if (last === undefined || sent >= last.received) {
        // What was under way at the same time failed for the same reason, and counts once.
        unanswered += 1;
        last = exchange;
      }
    },
    check(sent) {
      if (sent >= MOST_EXCHANGES) {
        // Whoever hands out for ever what was acknowledged would keep a scenario busy for ever.
        throw new Trouble('endpoint', `${MOST_EXCHANGES} requests did not bring the scenario to its end`);
      }
      const excess =
        large > MOST_LARGE_OF_SCENARIO
          ? `its answers of more than 128 KB take more than the ${megabytes(MOST_LARGE_OF_SCENARIO)} that a scenario may have`
          : excessOf(run);
      if (excess !== undefined) throw new Trouble('endpoint', excess);
      if (last !== undefined && (silent >= MOST_SILENT_SECONDS || unanswered >= MOST_UNANSWERED)) {
        const { outcome } = last;
        throw new Trouble(
          outcome.kind === 'failure' && outcome.cause === 'unreachable' ? 'network' : 'endpoint',
          `too many requests got no answer, as this one: ${inWords(last)}`,
        );
      }
    },
  };
}

/** Failed, or unavailable: of both nobody knows what came of it. */
function isUnanswered({ outcome }: Exchange): boolean {
  return outcome.kind === 'failure' ? outcome.cause !== 'aborted' : outcome.status === 503 || outcome.status === 504;
}

/** Characters of an answer in the evidence, where a control character takes six; what was too large to be kept was read all the same. */
function sizeOf(outcome: Exchange['outcome']): number {
  if (outcome.kind === 'failure') return outcome.cause === 'too-large' ? MAX_ANSWER_BYTES : 0;
  const { data } = outcome.body;
  return data.length < 65_536 ? data.length : JSON.stringify(data).length;
}
