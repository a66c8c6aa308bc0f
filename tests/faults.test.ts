/** Each of these faults, put into the emulator alone, is found, and the clause that names it is red. */
import { expect, test } from 'vitest';
import { documented, type Behaviour } from '../src/emulator/emulator.ts';
import { documentedRanges, readConsumeWithin } from '../src/emulator/requests.ts';
import { gone } from '../src/emulator/settlement.ts';
import { brokenIn, campaignOn } from './support/campaign.ts';

interface Fault {
  readonly name: string;
  readonly behaviour: Partial<Behaviour>;
  /** The scenarios that are to find it. */
  readonly only: string;
  /** The clauses that name it. */
  readonly clauses: readonly string[];
}

const isDead = (kind: 'normal' | 'deadletter'): boolean => kind === 'deadletter';
const range = (
  name: keyof typeof documentedRanges,
  more: { least?: number; most?: number; default?: number },
): Partial<Behaviour> => ({
  readConsume: (query, kind) =>
    readConsumeWithin(
      isDead(kind) ? { ...documentedRanges, [name]: { ...documentedRanges[name], ...more } } : documentedRanges,
      query,
    ),
});
const written = (change: (body: string) => string): Partial<Behaviour> => ({
  writeConsumed(deliveries, kind) {
    const answer = documented.writeConsumed(deliveries, kind);
    return { ...answer, body: isDead(kind) ? change(String(answer.body)) : answer.body };
  },
});
const counted = (change: (success: number, fail: number) => { success: number; fail: number }): Partial<Behaviour> => ({
  writeAcknowledged: ({ success, fail }, kind) =>
    documented.writeAcknowledged(isDead(kind) ? change(success, fail) : { success, fail }, kind),
});

const faults: readonly Fault[] = [
  {
    name: 'the two counts are swapped',
    behaviour: counted((success, fail) => ({ success: fail, fail: success })),
    only: 'acknowledge/counts/*',
    clauses: ['ack.counts.success', 'ack.counts.fail'],
  },
  {
    name: 'fail is one too many',
    behaviour: counted((success, fail) => ({ success, fail: fail + 1 })),
    only: 'acknowledge/counts/*',
    clauses: ['ack.counts.fail', 'ack.counts.whole-batch'],
  },
  {
    name: 'a gap is accepted',
    behaviour: {
      settle: (entries, kind) =>
        isDead(kind) && entries.every(({ status }) => status === 'success')
          ? { success: entries.length, fail: 0, fates: new Map(entries.map(({ delivery }) => [delivery, gone])) }
          : documented.settle(entries, kind),
    },
    only: 'order/*',
    clauses: ['ack.order.gap'],
  },
  {
    name: 'the check goes on behind a failure',
    behaviour: {
      settle(entries, kind) {
        const settled = documented.settle(entries, kind);
        if (!isDead(kind) || 'reason' in settled) return settled;
        const good = entries.filter(({ status }) => status === 'success');
        return {
          success: good.length,
          fail: entries.length - good.length,
          fates: new Map([...settled.fates, ...good.map(({ delivery }) => [delivery, gone] as const)]),
        };
      },
    },
    only: 'order/*',
    clauses: ['ack.order.failure-stops', 'ack.counts.success'],
  },
  {
    name: 'ack_wait is ignored',
    behaviour: { leaseMs: () => 30_000 },
    only: 'redelivery/*',
    clauses: ['redelivery.long-lease'],
  },
  {
    name: 'leases are too short by half',
    behaviour: { leaseMs: (parameters) => parameters.ackWaitSeconds * 500 },
    only: 'redelivery/*',
    clauses: ['redelivery.not-before-ack-wait', 'redelivery.not-before-default'],
  },
  {
    name: 'leases are too short by three seconds',
    behaviour: { leaseMs: (parameters) => parameters.ackWaitSeconds * 1000 - 3000 },
    only: 'redelivery/*',
    clauses: ['redelivery.not-before-ack-wait'],
  },
  {
    name: 'nothing is redelivered',
    behaviour: {
      fateAtLeaseEnd: (delivery, kind) => (isDead(kind) ? gone : documented.fateAtLeaseEnd(delivery, kind)),
    },
    only: 'redelivery/*',
    clauses: ['redelivery.by-ack-wait', 'redelivery.by-default'],
  },
  {
    name: 'what was acknowledged comes back',
    behaviour: {
      settle(entries, kind) {
        const settled = documented.settle(entries, kind);
        if (!isDead(kind) || 'reason' in settled) return settled;
        return {
          ...settled,
          fates: new Map(
            [...settled.fates].map(([delivery, fate]) => [
              delivery,
              fate.fate === 'gone' ? { fate: 'back', inMs: 12_000 } : fate,
            ]),
          ),
        };
      },
    },
    only: 'acknowledge/counts/*',
    clauses: ['ack.acknowledged.never-returns'],
  },
  {
    name: 'one message in eleven is lost',
    behaviour: {
      select: (ready, parameters, store) =>
        documented
          .select(ready, parameters, store)
          .filter(({ message }) => !isDead(store.kind) || message.number % 11 !== 10),
    },
    only: 'delivery/*',
    clauses: ['delivery.all-arrive'],
  },
  {
    name: 'string bodies are parsed',
    behaviour: written((body) => {
      const elements = JSON.parse(body) as { message: { body: unknown } }[];
      for (const { message } of elements) {
        if (typeof message.body === 'string' && /^[[{]/.test(message.body)) message.body = JSON.parse(message.body);
      }
      return JSON.stringify(elements);
    }),
    only: 'response/*',
    clauses: ['payload.body.kind', 'payload.body.unchanged'],
  },
  {
    name: 'text is normalised',
    behaviour: written((body) => body.normalize('NFC')),
    only: 'response/*',
    clauses: ['payload.body.unchanged'],
  },
  {
    name: 'an empty answer is 204',
    behaviour: {
      writeConsumed: (deliveries, kind) =>
        isDead(kind) && deliveries.length === 0
          ? { status: 204, headers: {}, body: '' }
          : documented.writeConsumed(deliveries, kind),
    },
    only: 'response/*',
    clauses: ['consume.empty.array', 'consume.response.status-200'],
  },
  {
    name: 'time_wait is ignored',
    behaviour: {
      waitMs: (parameters, available, kind) => (isDead(kind) ? 0 : documented.waitMs(parameters, available, kind)),
    },
    only: 'long-poll/*',
    clauses: ['poll.empty.not-early', 'poll.in-flight-counts-as-none'],
  },
  {
    name: 'polls are deaf',
    behaviour: { wakesPoll: (stir, kind) => !isDead(kind) && documented.wakesPoll(stir, kind) },
    only: 'long-poll/*',
    clauses: ['poll.arrival.within-wait'],
  },
  {
    name: 'polls always sleep',
    behaviour: {
      waitMs: (parameters, available, kind) =>
        isDead(kind) ? parameters.timeWaitSeconds * 1000 : documented.waitMs(parameters, available, kind),
    },
    only: 'long-poll/*',
    clauses: ['poll.available.at-once'],
  },
  {
    name: 'max_msgs 11 is accepted',
    behaviour: range('max_msgs', { most: 11 }),
    only: 'parameters/*',
    clauses: ['consume.max-msgs.range'],
  },
  {
    name: 'max_msgs 10 is rejected',
    behaviour: range('max_msgs', { most: 9, default: 9 }),
    only: 'parameters/*',
    clauses: ['consume.max-msgs.accepted'],
  },
  {
    name: 'ack_wait 14 is accepted',
    behaviour: range('ack_wait', { least: 14 }),
    only: 'parameters/*',
    clauses: ['consume.ack-wait.range'],
  },
  {
    name: 'time_wait 60 is rejected',
    behaviour: range('time_wait', { most: 59 }),
    only: 'parameters/*',
    clauses: ['consume.time-wait.accepted'],
  },
  {
    name: 'other groups see the dead letters',
    behaviour: { deadLetterOwners: ({ queue }) => [...queue.groups.values()] },
    only: 'isolation/*',
    clauses: ['isolation.group'],
  },
  {
    name: 'dead letters go after a day',
    behaviour: {
      retentionMs: (kind, event) =>
        isDead(kind) && event === 'arrival' ? 24 * 3_600_000 : documented.retentionMs(kind, event),
    },
    only: 'retention/*',
    clauses: ['retention.kept'],
  },
  {
    name: 'dead letters stay for ever',
    behaviour: { retentionMs: (_kind, event) => (event === 'arrival' ? 1000 * 3_600_000 : undefined) },
    only: 'retention/*',
    clauses: ['retention.deleted'],
  },
  {
    name: 'a refusal is a 500',
    behaviour: { writeRefusal: (refusal) => ({ ...documented.writeRefusal(refusal), status: 500 }) },
    only: 'parameters/*',
    clauses: ['http.no-5xx'],
  },
];

test.each(faults)('$name', { timeout: 30_000 }, async ({ behaviour, only, clauses }) => {
  const { verdict } = await campaignOn({ emulator: () => ({ behaviour }), only });
  expect(verdict.exitCode).toBe(1);
  expect(brokenIn(verdict)).toEqual(expect.arrayContaining([...clauses]));
});

test.each([...new Set(faults.map(({ only }) => only))])(
  'without a fault %s finds none',
  { timeout: 30_000 },
  async (only) => {
    const { verdict } = await campaignOn({ only });
    expect(brokenIn(verdict)).toEqual([]);
  },
);
