import { refuse, type Refusal } from './refusals.ts';
import type { Delivery, Group, Kind } from './model.ts';
import type { ConsumeParameters } from './requests.ts';

/** What a new handler stands for. */
export interface HandlerIdentity {
  readonly group: Group;
  readonly kind: Kind;
  /** Unique per batch. */
  readonly instance: string;
  /** Number of the message in its queue. */
  readonly messageNumber: number;
  /** Place in the batch, from 0. */
  readonly position: number;
}

/** Where and when an acknowledgement arrived. */
export interface AckPlace {
  readonly group: Group;
  readonly kind: Kind;
  /** Instant of arrival, ms. */
  readonly now: number;
}

/** Seam 2: how long a message is in flight, and which handlers count. */
export interface LeaseKeeping {
  /** Length of a lease from hand-out (ruling D2), ms. `position` is the place in the batch, from 0. */
  readonly leaseMs: (parameters: ConsumeParameters, kind: Kind, position: number) => number;
  /**
   * Length from now, ms, of the lease of a delivery that is in flight while something else happens in its store; undefined
   * when that does not concern it. The documents know no such thing, so there is no such function.
   */
  readonly leaseAfter:
    ((event: 'consume' | 'acknowledgement', delivery: Delivery, kind: Kind) => number | undefined) | undefined;
  /** The text of a new handler. */
  readonly handlerFor: (identity: HandlerIdentity) => string;
  /**
   * Whether a handler may be acknowledged here and now; undefined when it may.
   * `delivery` is undefined when the handler was never given out or is no longer remembered.
   */
  readonly checkHandler: (delivery: Delivery | undefined, place: AckPlace) => Refusal | undefined;
  /** How many ended deliveries a store remembers, so that `checkHandler` can let in what it should not. */
  readonly endedKept: () => number;
}

function checkHandler(delivery: Delivery | undefined, place: AckPlace): Refusal | undefined {
  if (delivery === undefined) {
    return refuse('unknownHandler', 'the handler does not exist, has timed out or was acknowledged already');
  }
  const store = delivery.batch.store;
  if (store.kind !== place.kind) {
    return refuse('noConsumerInstance', `the handler of a ${store.kind} message cannot be acknowledged here`);
  }
  if (store.group !== place.group) {
    return refuse('handlerOfAnotherGroup', 'the queue or the consumer group does not match the handler');
  }
  if (delivery.ended !== undefined || place.now >= delivery.expiresAt) {
    return refuse('unknownHandler', 'the acknowledgement has timed out or the handler was acknowledged already');
  }
  return undefined;
}

export const documentedLeases: LeaseKeeping = {
  // D1: 30 s is the default of ack_wait, not a floor.
  leaseMs: (parameters) => parameters.ackWaitSeconds * 1000,
  leaseAfter: undefined,
  // C7: opaque to clients; base64 of JSON as in the examples.
  handlerFor: ({ group, instance, messageNumber, position }) =>
    btoa(
      `{"cg":"${group.name}","ci":"rest-consumer-${instance}","count":${position},` +
        `"offset":${messageNumber},"p":0,"t":"${group.queue.name}"}`,
    ),
  checkHandler,
  endedKept: () => 0,
};
