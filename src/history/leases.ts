import type { Header } from '../../schemas/types.ts';
import type { Delivery } from './calls.ts';

export type Slack = Header['slack'];

/** The tolerances of the rulings, in seconds; nobody may widen them. */
export const SLACK: Slack = { mustLate: 15, shouldLate: 5, early: 1, waitEarly: 0.5 };

/** Shortest time, in seconds, that an endpoint may hold every lease (D1). */
export const LEASE_FLOOR = 30;

/** End of the range of ack_wait, in seconds. */
export const LONGEST_LEASE = 300;

/** When the lease of a delivery may have ended at the earliest, and has to have ended at the latest, without grace. */
export function leaseEnd({ consume }: Pick<Delivery, 'consume'>): {
  readonly earliest: number;
  readonly latest: number;
} {
  return {
    earliest: consume.sent[0] + consume.lease.least,
    latest: consume.received[1] + Math.max(consume.lease.most, LEASE_FLOOR),
  };
}
