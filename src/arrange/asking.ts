/**
 * Arranges by asking somebody else, in the form of schemas/arrange-request.schema.json: an HTTP callback, or a program. For
 * endpoints that have nothing but the two dead letter calls.
 */
import type { ArrangeAnswer, ArrangeRequest, Bounds } from '../../schemas/types.ts';
import { schemas } from '../history/schemas.ts';
import { messageText, type Arranger, type ArrangerOptions, type MessageSpec } from './arranger.ts';
import { QuotaRefused, Trouble } from './trouble.ts';

/** Characters of a request or an answer that are written down. */
const MOST_NOTED = 2000;

/** Hands over a request, JSON text, and resolves to the text of the answer. Rejects with Trouble where there is none. */
export type Ask = (request: string, signal: AbortSignal) => Promise<string>;

/** `who` is named where something goes wrong, such as `the hook http://127.0.0.1:9000/arrange`. */
export function askingArranger(ask: Ask, who: string, options: ArrangerOptions): Arranger {
  const { clock, scenario, signal, note, project } = options;
  const positions = new Map<string, number>();
  const positionOf = new Map<string, number>();
  const counts = new Map<string, number>();

  const trouble = (text: string): Trouble => new Trouble('arrangement', `${who} ${text}`);

  const act = async (
    action: ArrangeRequest['action'],
    parameters: Partial<Omit<ArrangeRequest, 'messages'>>,
    messages?: readonly MessageSpec[],
  ): Promise<{ readonly answer: ArrangeAnswer; readonly span: Bounds; readonly received: number }> => {
    signal.throwIfAborted();
    const head = JSON.stringify({ version: 1, scenario, project, action, ...parameters } satisfies ArrangeRequest);
    // Put together as text, so that numbers are spelled as the scenario spells them.
    const request =
      messages === undefined ? head : `${head.slice(0, -1)},"messages":[${messages.map(messageText).join(',')}]}`;
    const sent = clock.stamp();
    const write = (answer: string, done: boolean): void =>
      note({
        type: 'arranging',
        scenario,
        action,
        ...(parameters.queue === undefined ? {} : { queue: parameters.queue }),
        ...(parameters.group === undefined ? {} : { group: parameters.group }),
        done,
        request: request.slice(0, MOST_NOTED),
        answer: answer.slice(0, MOST_NOTED),
        sent: microseconds(sent.at),
        received: microseconds(clock.stamp().at),
      });
    let text: string;
    try {
      text = await clock.during(false, () => ask(request, signal));
    } catch (error) {
      write(error instanceof Error ? error.message : String(error), false);
      throw error;
    }
    const received = clock.stamp();
    const answer = parse(text);
    const fits = schemas.arrangeAnswer.check(answer);
    write(text, fits && answer.error === undefined);
    if (!fits) {
      const why = answer === undefined ? 'is not JSON' : schemas.arrangeAnswer.problems();
      throw trouble(
        `answered ${action} with ${JSON.stringify(text.slice(0, 200))}, which ${answer === undefined ? why : `does not fit schemas/arrange-answer.schema.json: ${why}`}`,
      );
    }
    if (answer.error?.kind === 'quota') throw new QuotaRefused(answer.error.reason);
    if (answer.error !== undefined) {
      throw trouble(
        `${answer.error.kind === 'unsupported' ? 'does not offer' : 'failed at'} ${action}: ${answer.error.reason}`,
      );
    }
    return {
      answer,
      span:
        sent.clock === undefined || received.clock === undefined
          ? [sent.at, received.at]
          : [sent.clock[0], received.clock[1]],
      received: received.at,
    };
  };

  /** What cannot be deleted is left: nobody is told wrong by it. */
  const deleted = (action: 'delete-group' | 'delete-queue', parameters: { queue: string; group?: string }) =>
    act(action, parameters).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Trouble) return false;
        throw error;
      },
    );

  return {
    async queue(name, spec) {
      const { mode, redrive } = spec;
      const { answer } = await act('create-queue', { name, mode, redrive });
      if (answer.queue === undefined) throw trouble('answered create-queue without "queue", the id of the queue');
      counts.set(answer.queue, spec.maxConsumeCount);
      note({ type: 'queue', scenario, queue: answer.queue, ...spec });
      return answer.queue;
    },

    async group(queue, name) {
      const { answer, received } = await act('create-group', { queue, name });
      if (answer.group === undefined) throw trouble('answered create-group without "group", the id of the group');
      note({ type: 'group', scenario, queue, group: answer.group, ours: true, at: received });
      return answer.group;
    },

    // It answers when a group is there.
    ready: () => Promise.resolve(),

    send(queue, messages) {
      for (const { tag } of messages) {
        const position = positions.get(queue) ?? 0;
        positions.set(queue, position + 1);
        positionOf.set(tag, position);
      }
      return Promise.resolve();
    },

    requireNormal() {
      throw trouble('arranges dead letters only, no messages that are still to fail');
    },

    async fail(queue, group, messages) {
      if ((counts.get(queue) ?? 1) > 1) this.requireNormal();
      if (messages.length === 0) return messages;
      const { span } = await act('dead-letters', { queue, group }, messages);
      for (const { tag, tagged, body, attributes } of messages) {
        const position = positionOf.get(tag) ?? 0;
        note({ type: 'dead-letter', scenario, queue, group, tag, tagged, position, body, attributes, failed: span });
      }
      return messages;
    },

    deleteGroup: (queue, group) => deleted('delete-group', { queue, group }),
    deleteQueue: (queue) => deleted('delete-queue', { queue }),
  };
}

function microseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
