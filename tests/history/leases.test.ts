import { expect, test } from 'vitest';
import { leaseEnd, LEASE_FLOOR, LONGEST_LEASE, SLACK } from '../../src/history/leases.ts';
import { story } from '../support/history.ts';

test('the tolerances are those of the rulings', () => {
  expect(SLACK).toEqual({ mustLate: 15, shouldLate: 5, early: 1, waitEarly: 0.5 });
  expect(LEASE_FLOOR).toBe(30);
  expect(LONGEST_LEASE).toBe(300);
});

/** When the lease of a dead letter ends that a consume with this query brought, sent at 20 and answered by 21. */
function end(query: string, lag = 0): ReturnType<typeof leaseEnd> | undefined {
  const told = story({ letters: 1 });
  told.exchange([20, 21], {
    target: `${told.path}${query}`,
    lag,
    outcome: {
      kind: 'answer',
      status: 200,
      headers: [],
      body: { encoding: 'utf8', data: JSON.stringify([{ message: { body: told.tags[0] }, handler: 'h' }]) },
    },
  });
  const [delivery] = told.group().letters[0]?.deliveries ?? [];
  return delivery && leaseEnd(delivery);
}

test.for([
  // Counted from the sending at the earliest (D2); no endpoint has to be quicker than 30 s (D1).
  ['?ack_wait=15', 35, 51],
  ['?ack_wait=29', 49, 51],
  ['?ack_wait=30', 50, 51],
  ['?ack_wait=31', 51, 52],
  ['?ack_wait=300', 320, 321],
  ['', 50, 51],
  ['?ack_wait=', 50, 51],
  // Nobody knows how long it is.
  ['?ack_wait=99s', 20, 321],
] as const)('a lease of %j ends from %d s on, by %d s', ([query, earliest, latest]) => {
  expect(end(query)).toEqual({ earliest, latest });
});

test('our own lateness makes it neither earlier nor later', () => {
  expect(end('?ack_wait=60', 0.4)).toEqual({ earliest: 80, latest: 81 });
});
