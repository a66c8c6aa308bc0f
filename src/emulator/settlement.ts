import { refuse, type Refusal } from './refusals.ts';
import type { Delivery, Group, Kind, Queue } from './model.ts';

/** An entry of an acknowledgement with the delivery that its handler names. */
export interface AckedDelivery {
  readonly delivery: Delivery;
  readonly status: 'success' | 'fail';
}

/**
 * What becomes of a delivery: it is `gone` for good, it is consumable again (`back`) after `inMs`, which counts as a
 * failed confirmation, or it `stay`s in flight until its lease ends.
 */
export type Fate =
  { readonly fate: 'gone' } | { readonly fate: 'back'; readonly inMs: number } | { readonly fate: 'stay' };

/** The outcome of an acknowledgement. Deliveries without a fate stay in flight. */
export interface Settled {
  readonly success: number;
  readonly fail: number;
  readonly fates: ReadonlyMap<Delivery, Fate>;
}

/** Seam 3: what failing and acknowledging do to messages. */
export interface Settlement {
  /** Decides an acknowledgement whose handlers are all valid. A refusal leaves everything as it was. */
  readonly settle: (entries: readonly AckedDelivery[], kind: Kind) => Settled | Refusal;
  /** What becomes of a delivery that was not acknowledged in time; it never `stay`s. */
  readonly fateAtLeaseEnd: (delivery: Delivery, kind: Kind) => Fate;
  /** Whether a message with this many failed confirmations in a group of that queue becomes a dead letter. */
  readonly becomesDeadLetter: (failures: number, queue: Queue) => boolean;
  /** How long a dead letter takes to appear, ms. */
  readonly deadLetterDelayMs: () => number;
  /** The groups that get the dead letter which a group produced. */
  readonly deadLetterOwners: (group: Group) => readonly Group[];
  /** The groups that no longer have as a normal message what became a dead letter of a group. */
  readonly normalLosers: (group: Group) => readonly Group[];
  /** The groups that no longer have the dead letter which a group acknowledged. */
  readonly acknowledgedFor: (group: Group) => readonly Group[];
  /** How long from now a message is kept after `event`, ms; undefined when the event does not prolong its life. */
  readonly retentionMs: (kind: Kind, event: 'arrival' | 'failure') => number | undefined;
}

export const gone: Fate = { fate: 'gone' };
export const backAtOnce: Fate = { fate: 'back', inMs: 0 };

const retentionMs = 72 * 3600 * 1000;

function settle(entries: readonly AckedDelivery[]): Settled | Refusal {
  const batch = entries[0]?.delivery.batch;
  const named = new Set<Delivery>();
  for (const { delivery } of entries) {
    // B5: as the error code page says of handlers of different consumer instances.
    if (delivery.batch !== batch) return refuse('noConsumerInstance', 'the handlers stem from different responses');
    // B7: as the error code page says of a handler that is used twice.
    if (named.has(delivery)) return refuse('unknownHandler', 'a handler is given twice');
    named.add(delivery);
  }

  // The sequence rule: entries are checked in request order against the order of the batch (ruling B4); the first one
  // that is missing, misplaced or failed ends the check, and whatever is left of the batch has failed (A4, B1, B3).
  const open = batch?.deliveries.filter((delivery) => delivery.ended === undefined) ?? [];
  let success = 0;
  while (entries[success]?.status === 'success' && entries[success]?.delivery === open[success]) success++;

  return {
    success,
    fail: entries.length - success, // A2: of the two readings, the entries that were sent
    fates: new Map(open.map((delivery, index) => [delivery, index < success ? gone : backAtOnce])), // D3: at once
  };
}

export const documentedSettlement: Settlement = {
  settle,
  fateAtLeaseEnd: () => backAtOnce, // K2: and a time-out counts as a failed confirmation
  becomesDeadLetter: (failures, { maxConsumeCount }) => maxConsumeCount !== undefined && failures >= maxConsumeCount, // K1: the Nth
  deadLetterDelayMs: () => 0, // K4
  deadLetterOwners: (group) => [group], // G6
  normalLosers: (group) => [group], // G7
  acknowledgedFor: (group) => [group],
  retentionMs: (_kind, event) => (event === 'arrival' ? retentionMs : undefined), // D6
};
