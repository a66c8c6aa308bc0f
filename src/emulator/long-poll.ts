import type { Behaviour } from './behaviour.ts';
import type { Delivery, Poll, Store } from './model.ts';
import type { Refusal } from './refusals.ts';
import type { ConsumeParameters } from './requests.ts';
import type { Stir } from './selection.ts';
import type { Time } from './time.ts';

/** The consumes that wait for a message. */
export interface LongPolls {
  /** How many wait, over all stores. */
  readonly waiting: () => number;
  /** Makes a consume wait for at most `waitMs` ms; then it is answered with what there is, normally nothing. */
  readonly park: (store: Store, poll: Pick<Poll, 'parameters' | 'answer'>, waitMs: number) => ParkedPoll;
  /** Serves the polls of a store in which something became consumable, longest waiting first. */
  readonly wake: (store: Store, stir: Stir) => void;
  /** Answers all polls of a store with a refusal. */
  readonly dismiss: (store: Store, refusal: Refusal) => void;
}

export interface ParkedPoll {
  /** The client has gone: no message may be handed out to it any more. */
  readonly forget: () => void;
}

export function createLongPolls(
  time: Time,
  behaviour: Behaviour,
  take: (store: Store, parameters: ConsumeParameters) => readonly Delivery[],
): LongPolls {
  let waiting = 0;

  /** False if the poll had left before. */
  function leave(store: Store, poll: Poll): boolean {
    if (!store.polls.delete(poll)) return false;
    waiting--;
    time.cancel(poll.timer);
    return true;
  }

  return {
    waiting: () => waiting,

    park: (store, { parameters, answer }, waitMs) => {
      const poll: Poll = { parameters, answer, timer: undefined };
      poll.timer = time.at(time.now() + waitMs, () => {
        if (leave(store, poll)) answer(take(store, parameters));
      });
      store.polls.add(poll);
      waiting++;
      return { forget: () => void leave(store, poll) };
    },

    wake: (store, stir) => {
      if (store.polls.size === 0 || !behaviour.wakesPoll(stir, store.kind)) return;
      for (const poll of store.polls) {
        if (store.ready.size === 0 && behaviour.waitsOn()) return;
        const deliveries = take(store, poll.parameters);
        if ((deliveries.length > 0 || !behaviour.waitsOn()) && leave(store, poll)) poll.answer(deliveries);
      }
    },

    dismiss: (store, refusal) => {
      for (const poll of store.polls) if (leave(store, poll)) poll.answer(refusal);
    },
  };
}
