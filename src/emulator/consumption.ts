import { randomUUID } from 'node:crypto';
import type { Behaviour } from './behaviour.ts';
import type { Batch, Delivery, Entry, Group, Kind, Message, Store } from './model.ts';
import { isRefusal, refuse, type Refusal } from './refusals.ts';
import type { AckEntry, ConsumeParameters } from './requests.ts';
import type { AckCounts } from './responses.ts';
import type { Stir } from './selection.ts';
import type { AckedDelivery, Fate } from './settlement.ts';
import type { Time } from './time.ts';

/** The life of messages in the stores of the groups: arriving, being handed out, settled, moved and forgotten. */
export interface Consumption {
  /** Gives a message that was sent to the group. */
  readonly arrive: (group: Group, message: Message) => void;
  /** Makes a message a dead letter of the group without its having been a normal one. */
  readonly bury: (group: Group, message: Message) => void;
  /** Hands out a batch and starts its leases; an empty one when nothing is consumable. */
  readonly take: (store: Store, parameters: ConsumeParameters) => readonly Delivery[];
  /** Settles an acknowledgement sent to `group`; when refused, nothing changes. */
  readonly acknowledge: (group: Group, kind: Kind, entries: readonly AckEntry[]) => AckCounts | Refusal;
  /** Tells the waiting polls of what became consumable since the last call. */
  readonly wake: () => void;
  /** Forgets all messages and handlers of a deleted group. */
  readonly close: (group: Group) => void;
  /** Gives the dead letters of one group to another. */
  readonly inherit: (heir: Group, from: Group) => void;
}

/** `wakePolls` is told once per operation and store, when all that the operation changes has changed. */
export function createConsumption(
  time: Time,
  behaviour: Behaviour,
  wakePolls: (store: Store, stir: Stir) => void,
): Consumption {
  const handlers = new Map<string, Delivery>();
  const stirred = new Map<Store, Stir>();
  let arrivals = 0;

  function enter(store: Store, message: Message, order: number): void {
    const entry: Entry = { message, store, order, failures: 0, gone: false, retention: undefined, place: -1 };
    store.produced++;
    store.available++;
    store.ready.add(entry);
    keepFrom(entry, 'arrival');
    stirred.set(store, 'arrival');
  }

  function keepFrom(entry: Entry, event: 'arrival' | 'failure'): void {
    const keptMs = behaviour.retentionMs(entry.store.kind, event);
    if (keptMs === undefined) return;
    time.cancel(entry.retention);
    entry.retention = time.at(time.now() + keptMs, () => leave(entry));
  }

  /** The message leaves the store for good, whether it is consumable or in flight. */
  function leave(entry: Entry): void {
    if (entry.gone) return;
    entry.gone = true;
    entry.store.ready.remove(entry);
    entry.store.available--;
    time.cancel(entry.retention);
  }

  /** The message of an entry leaves a store, which may be that of another group. */
  function leaveStore(store: Store, entry: Entry): void {
    if (entry.store === store) {
      leave(entry);
      return;
    }
    const inFlight = [...store.batches].flatMap(({ deliveries }) => deliveries.map((delivery) => delivery.entry));
    for (const twin of [...store.ready, ...inFlight]) if (twin.message === entry.message) leave(twin);
  }

  /** A failed confirmation: the message becomes a dead letter, or it is consumable again. */
  function fail(entry: Entry): void {
    if (entry.gone) return;
    const { store } = entry;
    const { group } = store;
    entry.failures++;
    if (store.kind === 'normal' && behaviour.becomesDeadLetter(entry.failures, group.queue)) {
      for (const loser of behaviour.normalLosers(group)) leaveStore(loser.normal, entry);
      bury(group, entry.message);
      if (entry.gone) return;
    }
    keepFrom(entry, 'failure');
    if (entry.place >= 0) return; // handed out twice, and back already: no documented behaviour does that
    store.ready.add(entry);
    if (!stirred.has(store)) stirred.set(store, 'return');
  }

  function bury(group: Group, message: Message): void {
    for (const owner of behaviour.deadLetterOwners(group)) {
      // G3: dead letters of a FIFO queue keep the order in which they were sent, others that in which they failed.
      const order = group.queue.mode === 'FIFO' ? message.number : arrivals++;
      later(behaviour.deadLetterDelayMs(), () => enter(owner.deadletter, message, order));
    }
  }

  function later(delayMs: number, act: () => void): void {
    if (delayMs <= 0) act();
    else {
      time.at(time.now() + delayMs, () => {
        act();
        wake();
      });
    }
  }

  function meet({ entry }: Delivery, fate: Fate): void {
    const { store } = entry;
    if (fate.fate === 'back') later(fate.inMs, () => fail(entry));
    else if (fate.fate === 'gone') {
      for (const group of behaviour.acknowledgedFor(store.group)) leaveStore(group[store.kind], entry);
    }
  }

  /** Ends a delivery; the last one of a batch ends the batch. */
  function end(delivery: Delivery, how: 'acknowledged' | 'failed' | 'expired'): void {
    if (delivery.ended !== undefined) return;
    delivery.ended = how;
    const { batch } = delivery;
    const { store } = batch;
    store.ended.push(delivery);
    if (store.ended.length > behaviour.endedKept()) forget(store.ended.shift()!);
    if (batch.deliveries.every(({ ended }) => ended !== undefined)) {
      time.cancel(batch.timer);
      store.batches.delete(batch);
      // Whoever holds others back while a batch is in flight may hand them out now.
      if (!stirred.has(store)) stirred.set(store, 'return');
    }
  }

  function forget(delivery: Delivery): void {
    // A faulty emulator may give out one handler twice; then it names the later delivery.
    if (handlers.get(delivery.handler) === delivery) handlers.delete(delivery.handler);
  }

  function awaitLeaseEnd(batch: Batch): void {
    time.cancel(batch.timer);
    let first = Infinity;
    for (const { ended, expiresAt } of batch.deliveries)
      if (ended === undefined && expiresAt < first) first = expiresAt;
    if (first < Infinity) batch.timer = time.at(first, () => endLeases(batch));
  }

  function endLeases(batch: Batch): void {
    for (const delivery of batch.deliveries) {
      if (delivery.ended !== undefined || delivery.expiresAt > time.now()) continue;
      end(delivery, 'expired');
      meet(delivery, behaviour.fateAtLeaseEnd(delivery, batch.store.kind));
    }
    awaitLeaseEnd(batch);
    wake();
  }

  /** Lets what happened in a store change the leases of what is in flight there. */
  function shiftLeases(event: 'consume' | 'acknowledgement', { kind, batches }: Store): void {
    const { leaseAfter } = behaviour;
    if (leaseAfter === undefined) return;
    for (const batch of batches) {
      let shifted = false;
      for (const delivery of batch.deliveries) {
        const leaseMs = delivery.ended === undefined ? leaseAfter(event, delivery, kind) : undefined;
        if (leaseMs === undefined) continue;
        delivery.expiresAt = time.now() + leaseMs;
        shifted = true;
      }
      if (shifted) awaitLeaseEnd(batch);
    }
  }

  function take(store: Store, parameters: ConsumeParameters): readonly Delivery[] {
    const { group, kind } = store;
    shiftLeases('consume', store);
    const entries = behaviour.select(store.ready, parameters, store);
    if (entries.length === 0) return [];
    const instance = randomUUID();
    const deliveries: Delivery[] = [];
    const batch: Batch = { store, parameters, deliveries, timer: undefined };
    for (const [position, entry] of entries.entries()) {
      const messageNumber = entry.message.number;
      const handler = behaviour.handlerFor({ group, kind, instance, messageNumber, position });
      const expiresAt = time.now() + behaviour.leaseMs(parameters, kind, position);
      const delivery: Delivery = { handler, entry, batch, position, expiresAt, ended: undefined };
      handlers.set(handler, delivery);
      deliveries.push(delivery);
    }
    awaitLeaseEnd(batch);
    store.batches.add(batch);
    return deliveries;
  }

  function acknowledge(group: Group, kind: Kind, entries: readonly AckEntry[]): AckCounts | Refusal {
    const now = time.now();
    const acked: AckedDelivery[] = [];
    for (const { handler, status } of entries) {
      const delivery = handlers.get(handler);
      const refusal = behaviour.checkHandler(delivery, { group, kind, now });
      if (refusal !== undefined) return refusal;
      if (delivery === undefined) return refuse('unknownHandler', 'the handler does not exist');
      acked.push({ delivery, status });
    }
    const settled = behaviour.settle(acked, kind);
    if (isRefusal(settled)) return settled;
    for (const [delivery, fate] of settled.fates) {
      if (fate.fate === 'stay') continue;
      end(delivery, fate.fate === 'gone' ? 'acknowledged' : 'failed');
      meet(delivery, fate);
    }
    shiftLeases('acknowledgement', group[kind]);
    return settled;
  }

  function wake(): void {
    for (const [store, stir] of stirred) {
      stirred.delete(store);
      wakePolls(store, stir);
    }
  }

  function close({ normal, deadletter }: Group): void {
    for (const store of [normal, deadletter]) {
      for (const entry of store.ready) time.cancel(entry.retention);
      for (const batch of store.batches) {
        time.cancel(batch.timer);
        for (const delivery of batch.deliveries) {
          time.cancel(delivery.entry.retention);
          forget(delivery);
        }
      }
      store.ended.forEach(forget);
    }
  }

  return {
    arrive: (group, message) => enter(group.normal, message, message.number),
    bury,
    take,
    acknowledge,
    wake,
    close,
    inherit: (heir, { deadletter }) => {
      for (const { message, order } of deadletter.ready) enter(heir.deadletter, message, order);
    },
  };
}
