/**
 * When a dead letter has to be consumable, and whether an empty answer proves that it was not.
 * Interval-honest: an obligation starts only when every placement of the endpoint's actions has let it start.
 */
import type { AcknowledgeView } from './acknowledgements.ts';
import {
  mayHaveTaken,
  mayPrecede,
  type Call,
  type ConsumeCall,
  type Delivery,
  type OtherGroupCall,
  type Placed,
} from './calls.ts';
import { largest, smallest } from './extremes.ts';
import { LEASE_FLOOR, leaseEnd, LONGEST_LEASE, type Slack } from './leases.ts';
import { append } from './multimap.ts';
import { countBelow } from './sequence.ts';
import type { GroupView, Letter } from './view.ts';

/** Why a dead letter has to be there: what last happened to it. */
export type Cause =
  /** It was never delivered. */
  | 'arrival'
  /** Its lease ran out and no acknowledgement named its batch. */
  | 'lease'
  /** An acknowledgement named it as fail. */
  | 'failed'
  /** Named as success behind one that was not (A4). */
  | 'stopped'
  /** Named as success behind a gap (B3). */
  | 'gap'
  /** Its batch was acknowledged in part, and it was not named (B1). */
  | 'rest'
  /** The acknowledgement was refused with a 4xx (guard 3). */
  | 'refused'
  /** Named when its handler was dead (C2). */
  | 'late'
  /** Anything else that left it unacknowledged. */
  | 'uncounted';

export interface Obligation {
  readonly letter: Letter;
  readonly cause: Cause;
  /** The delivery before, if there was one, and the acknowledgement that decided the cause. */
  readonly delivery: Delivery | undefined;
  readonly acknowledgement: AcknowledgeView | undefined;
  /** Judged instant from which on it MUST be consumable. */
  readonly must: number;
  /** Judged instant from which on it SHOULD be; infinite where no ruling says so. */
  readonly should: number;
}

/** What is asked of a group again and again, gathered once. */
interface Index {
  readonly naming: ReadonlyMap<Letter, readonly AcknowledgeView[]>;
  readonly ofBatch: ReadonlyMap<ConsumeCall, readonly AcknowledgeView[]>;
  /** Calls that may have taken leases that we do not know of. */
  readonly lost: readonly (ConsumeCall | OtherGroupCall)[];
  readonly letterOf: ReadonlyMap<Delivery, Letter>;
  /** For each consume that it was asked for, two of the messages that may have been in flight then: what is true of all is true of these. */
  readonly inFlight: Map<ConsumeCall, readonly (Letter | Delivery)[]>;
  readonly flights: readonly Flight[];
  readonly settledAt: Map<Delivery, number>;
  /** The consumes that may show that something was missing, in the order of sending. */
  readonly empties: readonly Empty[];
  /** In the order in which they failed. */
  readonly byFailure: readonly Letter[];
  /** When the first answer had come that brought one of the letters, on our monotonic clock. */
  readonly firstShown: number;
}

/** A lawful consume with an empty answer. */
interface Empty {
  readonly consume: ConsumeCall;
  /** The latest judged instant at which one was sent of those up to it, and the soonest of those from it on. */
  readonly latest: number;
  readonly soonest: number;
}

/** A batch that was handed out. */
interface Flight {
  readonly consume: ConsumeCall;
  /** Judged instant by which its leases have to be over, and the latest of all batches up to it. */
  readonly over: number;
  readonly allOver: number;
}

const indexes = new WeakMap<GroupView, Index>();

function indexOf(group: GroupView): Index {
  let index = indexes.get(group);
  if (index !== undefined) return index;
  const naming = new Map<Letter, AcknowledgeView[]>();
  const ofBatch = new Map<ConsumeCall, AcknowledgeView[]>();
  for (const view of group.acknowledgements) {
    for (const batch of view.batches) append(ofBatch, batch, view);
    for (const letter of view.letters) append(naming, letter, view);
  }
  index = {
    naming,
    ofBatch,
    lost: [...group.consumes.filter(mayHaveTaken), ...group.suspects],
    letterOf: new Map(group.letters.flatMap((letter) => letter.deliveries.map((delivery) => [delivery, letter]))),
    inFlight: new Map(),
    flights: flightsOf(group.consumes),
    settledAt: new Map(),
    empties: emptiesOf(group.consumes),
    byFailure: group.letters.toSorted((a, b) => a.arranged.failed[0] - b.arranged.failed[0]),
    firstShown: smallest(group.letters.flatMap(({ deliveries }) => deliveries.map(({ consume }) => consume.arrived))),
  };
  indexes.set(group, index);
  return index;
}

function flightsOf(consumes: readonly ConsumeCall[]): Flight[] {
  let allOver = -Infinity;
  return consumes.flatMap((consume) => {
    if (consume.deliveries.length === 0) return [];
    const over = leaseEnd({ consume }).latest;
    allOver = Math.max(allOver, over);
    return [{ consume, over, allOver }];
  });
}

function emptiesOf(consumes: readonly ConsumeCall[]): Empty[] {
  const empties = consumes.filter(({ empty, query }) => empty && query.standing === 'legal');
  let latest = -Infinity;
  const upTo = empties.map(({ sent }) => (latest = Math.max(latest, sent[0])));
  let soonest = Infinity;
  const fromOn = empties.toReversed().map(({ sent }) => (soonest = Math.min(soonest, sent[0])));
  return empties.map((consume, index) => ({
    consume,
    latest: upTo[index]!,
    soonest: fromOn[empties.length - 1 - index]!,
  }));
}

const latestOf = ({ latest }: Empty): number => latest;
const emptyLeft = ({ consume }: Empty): number => consume.left;

/** The lawful consumes with an empty answer that left at that instant of our clock or later, and may have been sent by that judged one. */
export function* emptiesBetween(group: GroupView, left: number, sentBy = Infinity): Generator<ConsumeCall> {
  const { empties } = indexOf(group);
  for (let index = countBelow(empties, emptyLeft, left); index < empties.length; index += 1) {
    const { consume, soonest } = empties[index]!;
    if (soonest > sentBy) return;
    yield consume;
  }
}

/**
 * The lawful consumes with an empty answer that may show that a letter was missing: sent when it was, or had been, a dead letter, and
 * answered, on our clock, by `until` and before an acknowledgement was sent that may have settled it.
 */
export function* emptiesOver(group: GroupView, letter: Letter, until = Infinity): Generator<ConsumeCall> {
  const { empties } = indexOf(group);
  const end = Math.min(until, settledFrom(group, letter));
  const there = smallest(
    letter.deliveries.map(({ consume }) => consume.sent[0]),
    letter.arranged.failed[1],
  );
  for (let index = countBelow(empties, latestOf, there); index < empties.length; index += 1) {
    const { consume } = empties[index]!;
    if (consume.left > end) return;
    if (consume.arrived <= end) yield consume;
  }
}

/** When the first acknowledgement left that may have settled that letter, on our clock. */
function settledFrom(group: GroupView, letter: Letter): number {
  const naming = indexOf(group).naming.get(letter) ?? [];
  return smallest(naming.filter((view) => view.fateOf(letter) !== 'not-settled').map(({ call }) => call.left));
}

/** The letters that surely failed behind one judged instant and before another. */
export function failedBetween(group: GroupView, from: number, until: number): Letter[] {
  const { byFailure } = indexOf(group);
  const found: Letter[] = [];
  for (let index = countBelow(byFailure, failedFrom, from); index < byFailure.length; index += 1) {
    const letter = byFailure[index]!;
    if (failedFrom(letter) >= until) break;
    if (failedFrom(letter) > from) found.push(letter);
  }
  return found.sort(inOrder);
}

const failedFrom = ({ arranged }: Letter): number => arranged.failed[0];
const inOrder = (one: Letter, other: Letter): number => one.arranged.position - other.arranged.position;

/** The letters that a consume brought. */
export function lettersIn(group: GroupView, { deliveries }: ConsumeCall): Letter[] {
  const { letterOf } = indexOf(group);
  return [...new Set(deliveries.flatMap((delivery) => letterOf.get(delivery) ?? []))].sort(inOrder);
}

/** The letters that other consumes may have brought before a call acted, with leases that may last until that judged instant. */
export function lettersInFlight(group: GroupView, call: ConsumeCall, until: number): Letter[] {
  const { flights } = indexOf(group);
  const found = new Set<Letter>();
  for (let index = countBelow(flights, leftOf, call.arrived) - 1; index >= 0; index -= 1) {
    const { consume, over, allOver } = flights[index]!;
    if (allOver < until) break;
    if (over >= until) for (const letter of lettersIn(group, consume)) found.add(letter);
  }
  return [...found].sort(inOrder);
}

/** Whether the endpoint had surely shown a dead letter of that group by then: if not, arranging may have failed (K4). */
export function hasAppeared(group: GroupView, consume: ConsumeCall): boolean {
  return indexOf(group).firstShown <= consume.left;
}

/** The acknowledgements that name a handler of that batch, in the order of sending. */
export function acknowledgementsOf(group: GroupView, batch: ConsumeCall): readonly AcknowledgeView[] {
  return indexOf(group).ofBatch.get(batch) ?? [];
}

/** The instant by which the last of what such a call may have taken has to be back. */
function backOf(call: ConsumeCall | OtherGroupCall, slack: Slack): number {
  if (call.kind === 'other') return call.received[1] + LONGEST_LEASE + slack.mustLate;
  // An endpoint that has not noticed that we are gone hands out until the wait is over.
  const until = Math.max(
    call.received[1],
    call.sent[1] + (call.query.parameters.time_wait.value ?? 60) + slack.mustLate,
  );
  return until + Math.max(call.lease.most, LEASE_FLOOR) + slack.mustLate;
}

/** The acknowledgements that may have acted before that call and named a handler of that delivery's batch. */
export function touching(group: GroupView, { consume }: Pick<Delivery, 'consume'>, before: Placed): AcknowledgeView[] {
  return (indexOf(group).ofBatch.get(consume) ?? []).filter(
    ({ call }) => mayPrecede(call, before) && call.reply !== 'transient',
  );
}

/** The calls that may have acted before that consume and may have taken leases that we do not know of. */
export function lostBefore(group: GroupView, consume: Placed): (ConsumeCall | OtherGroupCall)[] {
  return indexOf(group).lost.filter((other) => other !== consume && mayPrecede(other, consume));
}

/** Until when what lost calls may have taken before that consume acted may stay away unseen; 0 where there is none. */
export function hiddenUntil(group: GroupView, consume: Placed, slack: Slack): number {
  return largest(
    lostBefore(group, consume).map((other) => backOf(other, slack)),
    0,
  );
}

/** When that letter has to be consumable, by what may have happened before a call acted; undefined if it may be settled. */
export function obligationAt(group: GroupView, letter: Letter, consume: Placed, slack: Slack): Obligation | undefined {
  const index = indexOf(group);
  const naming = index.naming.get(letter) ?? [];
  if (naming.some((view) => mayPrecede(view.call, consume) && view.fateOf(letter) !== 'not-settled')) return undefined;
  const deliveries = letter.deliveries.filter(
    (delivery) => delivery.consume !== consume && mayPrecede(delivery.consume, consume),
  );
  // The last by its answer: a poll that was sent before another one may have brought it after that.
  const delivery = deliveries.toSorted((a, b) => a.consume.arrived - b.consume.arrived).at(-1);
  const afterLost = hiddenUntil(group, consume, slack);
  const visible = letter.arranged.failed[1] + slack.mustLate;
  if (delivery === undefined) {
    return {
      letter,
      cause: 'arrival',
      delivery,
      acknowledgement: undefined,
      must: Math.max(visible, afterLost),
      should: Infinity,
    };
  }
  const must = largest(
    deliveries.map((one) => leaseEnd(one).latest + slack.mustLate),
    afterLost,
  );
  const acknowledgement = touching(group, delivery, consume).at(-1);
  const cause = causeOf(letter, acknowledgement);
  return {
    letter,
    cause,
    delivery,
    acknowledgement,
    must,
    should: afterLost > 0 ? Infinity : shouldBeBack(cause, delivery, acknowledgement, slack),
  };
}

function causeOf(letter: Letter, acknowledgement: AcknowledgeView | undefined): Cause {
  if (acknowledgement === undefined) return 'lease';
  const { call, entries, shape } = acknowledgement;
  const index = entries?.findIndex((entry) => entry.letter === letter) ?? -1;
  const named = entries?.[index];
  if (named?.worth === 'dead' || named?.worth === 'superseded') return 'late';
  // Also where the request was refused, what was left out and what stood behind it has to come back (B3).
  if (shape === 'gap' && (call.reply === 'rejected' || call.counts !== undefined)) return 'gap';
  if (call.reply === 'rejected') return 'refused';
  if (call.counts === undefined) return 'uncounted';
  if (entries === undefined || named === undefined) return 'rest';
  if (shape !== 'in-order') return 'uncounted';
  if (named.entry.status === 'fail') return 'failed';
  return entries.slice(0, index).some(({ entry }) => entry.status === 'fail') ? 'stopped' : 'uncounted';
}

function shouldBeBack(
  cause: Cause,
  { consume }: Delivery,
  acknowledgement: AcknowledgeView | undefined,
  slack: Slack,
): number {
  // Above the floor of 30 s the documents' own MUST is all there is (D1).
  if (cause === 'lease') {
    const { most } = consume.lease;
    return most < LEASE_FLOOR ? consume.received[1] + most + slack.shouldLate : Infinity;
  }
  const atOnce = cause === 'failed' || cause === 'rest';
  return atOnce && acknowledgement !== undefined ? acknowledgement.call.received[1] + slack.shouldLate : Infinity;
}

/** The same where it is due whenever that call acted, and neither deleted nor too old; undefined elsewhere. */
export function dueAt(group: GroupView, letter: Letter, call: Call, slack: Slack): Obligation | undefined {
  const obligation = obligationAt(group, letter, call, slack);
  return obligation !== undefined && obligation.must < call.sent[0] && !mayBeGone(group, call, letter)
    ? obligation
    : undefined;
}

/**
 * Whether an empty answer to this consume shows that a letter was missing although it was due since `due`. On a FIFO queue
 * one that is in flight may hold up all others (G1); a deleted group owes nothing; after three days it may be gone.
 */
export function provesAbsence(
  group: GroupView,
  consume: ConsumeCall,
  letter: Letter,
  due: number,
  slack: Slack,
): boolean {
  return isYoung(letter, consume) && provesMissing(group, consume, letter, due, slack);
}

/** The same of a letter that may be missing because it has become too old. */
export function provesMissing(
  group: GroupView,
  consume: ConsumeCall,
  letter: Letter,
  due: number,
  slack: Slack,
): boolean {
  return (
    consume.empty &&
    consume.query.standing === 'legal' &&
    consume.sent[0] > due &&
    !mayBeKeptBack(group, consume, letter, slack)
  );
}

/** The obligation that an empty answer to this consume proves to be broken; undefined where there is none. */
export function missedAt(group: GroupView, letter: Letter, consume: ConsumeCall, slack: Slack): Obligation | undefined {
  const obligation = consume.empty ? obligationAt(group, letter, consume, slack) : undefined;
  return obligation !== undefined && provesAbsence(group, consume, letter, obligation.must, slack)
    ? obligation
    : undefined;
}

/** Whether nothing lets the endpoint keep a letter back that is due: a deletion, its age, or on FIFO another one in flight. */
export function owes(group: GroupView, consume: ConsumeCall, letter: Letter, slack: Slack): boolean {
  return isYoung(letter, consume) && !mayBeKeptBack(group, consume, letter, slack);
}

function isYoung(letter: Letter, call: Call): boolean {
  return call.received[1] <= letter.arranged.failed[0] + RETENTION_SURE;
}

function mayBeKeptBack(group: GroupView, consume: ConsumeCall, letter: Letter, slack: Slack): boolean {
  return (
    perhapsDeleted(group, consume) ||
    (group.queue.mode === 'FIFO' && anotherMayBeInFlight(group, consume, letter, slack))
  );
}

/** What was surely consumable in a group when a consume, its own or that of another group, was sent. */
export function consumableAt(group: GroupView, consume: ConsumeCall, slack: Slack): Obligation[] {
  return group.letters
    .map((letter) => obligationAt(group, letter, consume, slack))
    .filter((obligation) => obligation !== undefined)
    .filter(({ letter, must }) => must < consume.sent[0] && owes(group, consume, letter, slack));
}

function perhapsDeleted({ deletions }: GroupView, call: Call): boolean {
  return deletions.some((deletion) => mayPrecede(deletion, call));
}

function mayBeGone(group: GroupView, call: Call, letter: Letter): boolean {
  return perhapsDeleted(group, call) || !isYoung(letter, call);
}

/** Seconds for which a dead letter surely stays (D6: an hour of tolerance off 72 h). */
export const RETENTION_SURE = 71 * 3600;

function anotherMayBeInFlight(group: GroupView, consume: ConsumeCall, letter: Letter, slack: Slack): boolean {
  const { inFlight } = indexOf(group);
  let some = inFlight.get(consume);
  if (some === undefined) inFlight.set(consume, (some = mayBeInFlight(group, consume, slack)));
  return some.some((one) => one !== letter);
}

/** Two messages at most, by other consumes, that may have been in flight when a consume acted. */
function mayBeInFlight(group: GroupView, consume: ConsumeCall, slack: Slack): (Letter | Delivery)[] {
  const { flights, letterOf } = indexOf(group);
  const found = new Set<Letter | Delivery>();
  for (let index = countBelow(flights, leftOf, consume.arrived) - 1; index >= 0; index -= 1) {
    const { consume: other, over, allOver } = flights[index]!;
    if (allOver + slack.mustLate < consume.sent[0]) break;
    if (other === consume || over + slack.mustLate < consume.sent[0]) continue;
    for (const delivery of other.deliveries) {
      if (isSettledBefore(group, delivery, consume)) continue;
      found.add(letterOf.get(delivery) ?? delivery);
      if (found.size === 2) return [...found];
    }
  }
  return [...found];
}

const leftOf = ({ consume }: Flight): number => consume.left;

/** Whether that delivery was surely acknowledged before a call began. */
export function isSettledBefore(group: GroupView, delivery: Delivery, consume: Placed): boolean {
  const { settledAt, ofBatch } = indexOf(group);
  let at = settledAt.get(delivery);
  if (at === undefined) {
    at = Infinity;
    for (const { call, entries, fateOf } of ofBatch.get(delivery.consume) ?? []) {
      const settles = entries?.some(
        (entry) => entry.delivery === delivery && entry.letter !== undefined && fateOf(entry.letter) === 'settled',
      );
      if (settles === true) at = Math.min(at, call.arrived);
    }
    settledAt.set(delivery, at);
  }
  return at <= consume.left;
}

/** One stage in the life of a letter: due since its last delivery, or its arrival, and what became of it. */
export interface Return {
  readonly group: GroupView;
  readonly obligation: Obligation;
  /** back: it was delivered (again); absent: an empty answer proves that it was not there although it MUST, or only SHOULD, have been. */
  readonly outcome: 'back' | 'absent' | 'late';
  readonly consume: ConsumeCall;
}

const cache = new WeakMap<GroupView, readonly Return[]>();

/** All returns of a group's letters, in no particular order. At most one absence of each kind for each stage. */
export function returnsOf(group: GroupView, slack: Slack): readonly Return[] {
  let returns = cache.get(group);
  if (returns === undefined)
    cache.set(group, (returns = group.letters.flatMap((letter) => returnsOfLetter(group, letter, slack))));
  return returns;
}

function returnsOfLetter(group: GroupView, letter: Letter, slack: Slack): Return[] {
  const returns: Return[] = [];
  const said = new Set<string>();
  const say = (outcome: Return['outcome'], obligation: Obligation, consume: ConsumeCall): void => {
    const stage = `${outcome} ${obligation.delivery?.consume.id ?? 0}`;
    if (said.has(stage)) return;
    said.add(stage);
    returns.push({ group, obligation, outcome, consume });
  };
  const telling = [...letter.consumes, ...emptiesOver(group, letter)].sort((a, b) => a.left - b.left || a.id - b.id);
  for (const consume of telling) {
    const delivered = letter.consumes.has(consume);
    const obligation = obligationAt(group, letter, consume, slack);
    if (obligation === undefined) continue;
    if (delivered) say('back', obligation, consume);
    else if (provesAbsence(group, consume, letter, obligation.must, slack)) say('absent', obligation, consume);
    else if (provesAbsence(group, consume, letter, obligation.should, slack)) say('late', obligation, consume);
  }
  return returns;
}

/** Seconds between two polls that count as asking all the time. */
const PAUSE = 1;

/**
 * Seconds by which a letter came back behind the end of its lease, where somebody was asking for it all the time since,
 * but for short pauses; undefined where that cannot be said.
 */
export function latenessOf({ group, obligation, outcome, consume }: Return): number | undefined {
  const before = obligation.delivery?.consume;
  if (outcome !== 'back' || obligation.cause !== 'lease' || before === undefined) return undefined;
  const end = before.received[1] + before.lease.most;
  let asked = end;
  for (const other of group.consumes) {
    if (other.sent[0] <= asked + PAUSE && (other.empty || other === consume))
      asked = Math.max(asked, other.received[1]);
  }
  return asked >= consume.received[1] ? Math.max(0, consume.received[1] - end) : undefined;
}
