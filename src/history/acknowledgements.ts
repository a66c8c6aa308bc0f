/** What each acknowledgement named, the most it may have settled, and what it has to answer where the documents decide that. */
import type { ArrangedQueue } from '../../schemas/types.ts';
import {
  before,
  mayHaveTaken,
  mayPrecede,
  type AcknowledgeCall,
  type AcknowledgeEntry,
  type ConsumeCall,
  type Delivery,
} from './calls.ts';
import { LEASE_FLOOR, leaseEnd, type Slack } from './leases.ts';
import { append } from './multimap.ts';
import { Sequence } from './sequence.ts';
import type { Letter } from './view.ts';

/**
 * What a handler was worth when the acknowledgement acted, wherever in its interval that was:
 * live, surely within its lease and its batch in no other acknowledgement; dead, surely past its last bound; superseded, the
 * message was handed out again under another handler; spent, named in an earlier acknowledgement that settled it, or that
 * failed it while it is neither dead nor superseded; unknown, never handed out in this group; open, not decidable or not ruled.
 */
export type Worth = 'live' | 'dead' | 'superseded' | 'spent' | 'unknown' | 'open';

export interface EntryView {
  readonly entry: AcknowledgeEntry;
  readonly delivery: Delivery | undefined;
  readonly letter: Letter | undefined;
  readonly worth: Worth;
  /** For a spent one, whether the earlier acknowledgement counted it as success. */
  readonly spentAs: 'success' | 'fail' | undefined;
}

/**
 * in-order: entries of one batch from its first, gapless, in order, no handler twice; gap: in order with one missing;
 * reordered; duplicate: a message twice; several: of more than one batch; bad: a handler that is not this group's.
 */
export type Shape = 'in-order' | 'gap' | 'reordered' | 'duplicate' | 'several' | 'bad';

export type Fate = 'settled' | 'perhaps' | 'not-settled';

export interface Due {
  readonly successes: number;
  readonly sent: number;
  readonly batchSize: number;
  readonly statusOmitted: boolean;
  /** Sent as plain application/json, with the documented members only: what else there may be is not MUST (I7, I8). */
  readonly ordinary: boolean;
}

/**
 * Index of the first entry before which a message of the batch is missing, the number of entries if there is none: surely,
 * whenever the other acknowledgements acted; perhaps, if those that were under way meanwhile acted later.
 */
export interface Gap {
  readonly sure: number;
  readonly perhaps: number;
}

export interface AcknowledgeView {
  readonly call: AcknowledgeCall;
  /** Undefined where the request has not the documented form. */
  readonly entries: readonly EntryView[] | undefined;
  readonly shape: Shape | undefined;
  /** Where the entries are of one batch and in its order. */
  readonly gap: Gap | undefined;
  /** The batch, where all entries are of one. */
  readonly batch: ConsumeCall | undefined;
  /** The batches of which it names at least one handler. */
  readonly batches: ReadonlySet<ConsumeCall>;
  /** No lawful endpoint counts more successes than this. */
  readonly ceiling: number;
  /** Set where A2, A4, A5 and B1 fix the answer: a 200 with so many successes. */
  readonly due: Due | undefined;
  /** The same where an earlier batch of the group is not settled yet, so that it is only a SHOULD, or open on FIFO (B6). */
  readonly dueAlone: Due | undefined;
  /** Whether a batch that was handed out earlier may be in flight still, or may hold up this one (B6). */
  readonly outstanding: boolean;
  /** The messages that it names, in a malformed request, too. */
  readonly letters: ReadonlySet<Letter>;
  /** What became of a named message. */
  fateOf(letter: Letter): Fate;
}

/** What all acknowledgements of a group are read with. */
interface Context {
  readonly byHandler: ReadonlyMap<string, readonly Delivery[]>;
  /** Consumes that may have taken leases that we do not know of. */
  readonly lost: readonly ConsumeCall[];
  readonly slack: Slack;
  /** The acknowledgements that were sent before, by the batches of which they name handlers. */
  readonly earlier: Earlier;
  letterOf(delivery: Delivery): Letter | undefined;
  /** Whether another acknowledgement of the batch may have acted before this one, although it was sent later. */
  contested(call: AcknowledgeCall, delivery: Delivery): boolean;
  /** Whether another acknowledgement, which may have (or surely has) acted before, named that message, be it by the handler of another delivery. */
  namedBefore(call: AcknowledgeCall, delivery: Delivery, surely: boolean): boolean;
  isOutstanding(batch: ConsumeCall, call: AcknowledgeCall): boolean;
}

type Earlier = ReadonlyMap<ConsumeCall, readonly AcknowledgeView[]>;

/** `calls` and `consumes` stand in the order of sending. */
export function readAcknowledgements(
  calls: readonly AcknowledgeCall[],
  consumes: readonly ConsumeCall[],
  letterOf: (delivery: Delivery) => Letter | undefined,
  slack: Slack,
  mode: ArrangedQueue['mode'],
): AcknowledgeView[] {
  const byHandler = new Map<string, Delivery[]>();
  for (const delivery of consumes.flatMap(({ deliveries }) => deliveries)) {
    if (delivery.handler !== undefined) append(byHandler, delivery.handler, delivery);
  }
  const earlier = new Map<ConsumeCall, AcknowledgeView[]>();
  const naming = new Map<ConsumeCall, AcknowledgeCall[]>();
  for (const call of calls) {
    if (call.reply === 'transient') continue;
    for (const { handler } of call.entries ?? []) {
      for (const { consume } of byHandler.get(handler) ?? []) append(naming, consume, call);
    }
  }
  const context: Context = {
    byHandler,
    lost: consumes.filter(mayHaveTaken),
    slack,
    earlier,
    letterOf,
    contested: (call, { consume }) =>
      naming.get(consume)?.some((other) => other !== call && !before(other, call) && mayPrecede(other, call)) === true,
    namedBefore: namings(naming, letterOf),
    isOutstanding: outstandings(consumes, earlier, slack, mode),
  };
  return calls.map((call) => {
    const view = readOne(call, context);
    // A throttled one was not looked at.
    if (call.reply === 'transient') return view;
    for (const batch of view.batches) append(earlier, batch, view);
    return view;
  });
}

/** Tells whether a message was named before; what named it once is gathered when it is first asked for. */
function namings(
  naming: ReadonlyMap<ConsumeCall, readonly AcknowledgeCall[]>,
  letterOf: Context['letterOf'],
): Context['namedBefore'] {
  const known = new Map<Letter | Delivery, Sequence<AcknowledgeCall>>();
  const gather = (deliveries: readonly Delivery[]): Sequence<AcknowledgeCall> => {
    const calls = new Set(
      deliveries.flatMap(
        ({ consume, handler }) =>
          naming
            .get(consume)
            ?.filter(
              (call) => mayPrecede(consume, call) && call.entries?.some((entry) => entry.handler === handler) === true,
            ) ?? [],
      ),
    );
    return new Sequence([...calls].sort((a, b) => a.left - b.left));
  };
  return (call, delivery, surely) => {
    const letter = letterOf(delivery);
    const key = letter ?? delivery;
    let calls = known.get(key);
    if (calls === undefined) known.set(key, (calls = gather(letter?.deliveries ?? [delivery])));
    // What was named before it came again stands there unnamed anew.
    return calls.someBetween(
      delivery.consume.left,
      call.arrived,
      (other) => other !== call && (!surely || before(other, call)),
    );
  };
}

/**
 * Tells whether another batch may have been handed out before this one and may be in flight still. To be asked of
 * acknowledgements in the order of sending: what is over for one of them is not looked at for those behind it.
 */
function outstandings(
  consumes: readonly ConsumeCall[],
  earlier: Earlier,
  slack: Slack,
  mode: ArrangedQueue['mode'],
): Context['isOutstanding'] {
  const taking = consumes.filter((consume) => consume.deliveries.length > 0 || mayHaveTaken(consume));
  /** Those that were sent before some batch arrived that was asked about, and were not over yet. */
  const open: ConsumeCall[] = [];
  let next = 0;
  return (batch, call) => {
    for (; next < taking.length && taking[next]!.left < batch.arrived; next += 1) open.push(taking[next]!);
    const kept: ConsumeCall[] = [];
    let found = false;
    let looked = 0;
    for (; looked < open.length && !found; looked += 1) {
      const other = open[looked]!;
      if (other.left >= batch.arrived) break;
      if (isOver(other, call, earlier, slack, mode)) continue;
      kept.push(other);
      found = other !== batch;
    }
    if (kept.length < looked) open.splice(0, looked, ...kept);
    return found;
  };
}

function readOne(call: AcknowledgeCall, context: Context): AcknowledgeView {
  const { byHandler, letterOf } = context;
  /** Deliveries under that handler by consumes that were under way when this was sent. */
  const underWay = (handler: string): readonly Delivery[] =>
    byHandler.get(handler)?.filter(({ consume }) => !before(consume, call) && mayPrecede(consume, call)) ?? [];
  const entries = call.entries?.map((entry): EntryView => {
    // The latest that was handed out before this left us: a handler may lawfully be used again for a redelivery (C3).
    const delivery = byHandler.get(entry.handler)?.findLast(({ consume }) => before(consume, call));
    if (delivery === undefined) return { entry, delivery, letter: undefined, worth: 'unknown', spentAs: undefined };
    const letter = letterOf(delivery);
    const judged = worthOf(call, delivery, letter, context);
    // It may have been handed out once more, under the same handler (C3), without our having seen that before.
    const perhapsAgain =
      underWay(entry.handler).length > 0 ||
      context.lost.some((other) => before(delivery.consume, other) && mayPrecede(other, call));
    const unsure =
      judged.worth === 'live' ? context.contested(call, delivery) : judged.spentAs !== 'success' && perhapsAgain;
    const worth = unsure ? 'open' : judged.worth;
    return { entry, delivery, letter, ...judged, worth };
  });
  // A malformed request may name handlers all the same, and by that end the leases of their batch (guard 3).
  const named =
    entries === undefined
      ? [...byHandler].filter(([handler]) => mentions(call, handler)).flatMap(([, deliveries]) => deliveries)
      : entries.flatMap(({ delivery }) => delivery ?? []);
  const letters = new Set(named.flatMap((delivery) => letterOf(delivery) ?? []));
  const own = new Set(named.filter(({ consume }) => mayPrecede(consume, call)).map(({ consume }) => consume));
  const batches = new Set([
    ...own,
    ...(call.entries ?? []).flatMap(({ handler }) => underWay(handler).map(({ consume }) => consume)),
  ]);
  const batch =
    own.size === 1 && entries?.every(({ delivery }) => delivery !== undefined) === true ? [...own][0] : undefined;
  const mayBeNamed: Named = (delivery) => context.namedBefore(call, delivery, false);
  const shape = entries === undefined ? undefined : shapeOf(entries, batch, mayBeNamed);
  const ceiling = entries === undefined ? 0 : ceilingOf(entries, shape, batch, mayBeNamed);
  const gap =
    entries !== undefined && batch !== undefined && (shape === 'in-order' || shape === 'gap')
      ? {
          sure: gapAt(entries, batch, mayBeNamed),
          perhaps: gapAt(entries, batch, (delivery) => context.namedBefore(call, delivery, true)),
        }
      : undefined;
  const due = dueOf(call, entries, shape, batch);
  const outstanding = batch !== undefined && context.isOutstanding(batch, call);
  const view: AcknowledgeView = {
    call,
    entries,
    shape,
    gap,
    batch,
    batches,
    letters,
    ceiling,
    due: outstanding ? undefined : due,
    dueAlone: outstanding ? due : undefined,
    outstanding,
    fateOf: (letter) =>
      // Malformed and not refused: what it did is anybody's guess.
      entries === undefined && letters.has(letter)
        ? isRefused(call)
          ? 'not-settled'
          : 'perhaps'
        : fateOf(letter, view),
  };
  return view;
}

function worthOf(
  call: AcknowledgeCall,
  delivery: Delivery,
  letter: Letter | undefined,
  { earlier, slack }: Context,
): Pick<EntryView, 'worth' | 'spentAs'> {
  const end = leaseEnd(delivery);
  const ofBatch = earlier.get(delivery.consume) ?? [];
  const named = ofBatch.filter((view) => view.entries?.some((other) => other.delivery === delivery));
  let failed = false;
  for (const view of named) {
    if (!before(view.call, call) || letter === undefined) return { worth: 'open', spentAs: undefined };
    const fate = view.fateOf(letter);
    if (fate === 'settled') return { worth: 'spent', spentAs: 'success' };
    failed ||= view.call.reply === 'ok' && fate === 'not-settled';
  }
  const later = letter !== undefined && isLaterUnderAnother(letter, delivery, call);
  if (later && call.sent[0] > delivery.consume.received[1] + delivery.consume.lease.most)
    return { worth: 'superseded', spentAs: undefined };
  // What may have been acknowledged in time is perhaps spent: that it counts again is no more than unwelcome (B8).
  const perhaps = ofBatch.some(
    ({ entries, fateOf }) =>
      letter !== undefined &&
      fateOf(letter) === 'perhaps' &&
      (entries === undefined || entries.some((entry) => entry.delivery === delivery && mayCount(entry))),
  );
  if (call.sent[0] > end.latest + slack.mustLate) return { worth: perhaps ? 'open' : 'dead', spentAs: undefined };
  if (failed && !perhaps) return { worth: 'spent', spentAs: 'fail' };
  // Its batch was named before, or may be meanwhile: whether the rest of it is still good is not ruled (B2).
  if (ofBatch.length > 0 || later) return { worth: 'open', spentAs: undefined };
  // At the very instant of its end it may count as in time or not.
  return { worth: call.received[1] < end.earliest ? 'live' : 'open', spentAs: undefined };
}

/** Whether a message was surely handed out again, under another handler, before a call began. */
function isLaterUnderAnother({ deliveries }: Letter, delivery: Delivery, call: AcknowledgeCall): boolean {
  for (let index = deliveries.length - 1; index >= 0; index -= 1) {
    const other = deliveries[index]!;
    // They stand in the order of sending.
    if (!before(delivery.consume, other.consume)) return false;
    if (before(other.consume, call) && other.handler !== delivery.handler) return true;
  }
  return false;
}

/** Whether another acknowledgement has named that message before. */
type Named = (delivery: Delivery) => boolean;

function shapeOf(entries: readonly EntryView[], batch: ConsumeCall | undefined, isNamed: Named): Shape {
  if (entries.some(({ delivery }) => delivery === undefined)) return 'bad';
  if (new Set(entries.map(({ letter, delivery }) => letter ?? delivery)).size < entries.length) return 'duplicate';
  if (batch === undefined) return 'several';
  const places = entries.map(({ delivery }) => delivery?.index ?? 0);
  if (places.some((place, index) => index > 0 && place <= (places[index - 1] ?? 0))) return 'reordered';
  return gapAt(entries, batch, isNamed) < entries.length ? 'gap' : 'in-order';
}

/** Index of the first entry before which a message of its batch is missing that no other acknowledgement has named; the length if there is none. */
function gapAt(entries: readonly EntryView[], batch: ConsumeCall, isNamed: Named): number {
  const named = new Set(batch.deliveries.filter(isNamed).map(({ index }) => index));
  let next = 0;
  for (const [index, { delivery }] of entries.entries()) {
    const place = delivery?.index ?? 0;
    while (named.has(next)) next += 1;
    if (next < place) return index;
    next = place + 1;
  }
  return entries.length;
}

function mayCount({ entry, worth }: EntryView): boolean {
  if (worth === 'unknown' || worth === 'dead' || worth === 'superseded') return false;
  if (entry.status !== 'illegal') return entry.status !== 'fail';
  // Case variants, the empty string and null are left to the endpoint (I2), but nothing that says failure may succeed.
  const { rawStatus } = entry;
  return (
    rawStatus === null || rawStatus === '' || (typeof rawStatus === 'string' && rawStatus.toLowerCase() === 'success')
  );
}

function ceilingOf(
  entries: readonly EntryView[],
  shape: Shape | undefined,
  batch: ConsumeCall | undefined,
  isNamed: Named,
): number {
  const stop = entries.findIndex((entry) => !mayCount(entry));
  if (shape === 'bad') {
    // What stands before the first that fails counts as it would beside valid handlers alone (C4).
    const valid = entries.filter(({ delivery }) => delivery !== undefined);
    const batches = new Set(valid.map(({ delivery }) => delivery?.consume));
    const own = batches.size === 1 ? [...batches][0] : undefined;
    return ceilingOf(entries.slice(0, stop), shapeOf(valid, own, isNamed), own, isNamed);
  }
  if (batch !== undefined && (shape === 'in-order' || shape === 'gap')) {
    // The check runs in the order of consumption and stops at the first that fails (A4, B3).
    return Math.min(stop === -1 ? entries.length : stop, gapAt(entries, batch, isNamed));
  }
  // An endpoint may put the entries into order first (B4), and across batches nothing is said (B5): count messages.
  return new Set(entries.filter(mayCount).map(({ letter, delivery }) => letter ?? delivery)).size;
}

function dueOf(
  call: AcknowledgeCall,
  entries: readonly EntryView[] | undefined,
  shape: Shape | undefined,
  batch: ConsumeCall | undefined,
): AcknowledgeView['due'] {
  if (entries === undefined || shape !== 'in-order' || batch === undefined || entries.length > 10) return undefined;
  if (!entries.every(({ worth, entry }) => worth === 'live' && entry.status !== 'illegal')) return undefined;
  // What only the handler of an earlier delivery named is perhaps missing: that handler need not have counted (C3).
  if (gapAt(entries, batch, () => false) < entries.length) return undefined;
  const firstFailure = entries.findIndex(({ entry }) => entry.status === 'fail');
  return {
    successes: firstFailure === -1 ? entries.length : firstFailure,
    sent: entries.length,
    batchSize: batch.deliveries.length,
    statusOmitted: entries.some(({ entry }) => entry.status === 'absent'),
    ordinary: isOrdinary(call),
  };
}

/** Whether nothing that a consume took can be in flight any more, or hold up the rest. */
function isOver(
  consume: ConsumeCall,
  call: AcknowledgeCall,
  earlier: Earlier,
  slack: Slack,
  mode: ArrangedQueue['mode'],
): boolean {
  const acknowledged = (): boolean => consume.deliveries.every((delivery) => isAcknowledged(delivery, call, earlier));
  // On FIFO what was handed out earlier and never acknowledged may hold up the rest for ever (B6).
  if (mode === 'FIFO' && !acknowledged()) return false;
  const taken = mayHaveTaken(consume);
  const latest = consume.received[1] + Math.max(consume.lease.most, LEASE_FLOOR) + slack.mustLate;
  return latest < call.sent[0] || (!taken && acknowledged());
}

/** Whether an acknowledgement that was surely over had named it, and was answered with counts. */
function isAcknowledged(delivery: Delivery, call: AcknowledgeCall, earlier: Earlier): boolean {
  return (
    earlier
      .get(delivery.consume)
      ?.some(
        (view) =>
          before(view.call, call) &&
          view.call.counts !== undefined &&
          view.entries?.some((entry) => entry.delivery === delivery) === true,
      ) === true
  );
}

function mentions({ exchange }: AcknowledgeCall, handler: string): boolean {
  return handler !== '' && exchange.request.body?.data.includes(JSON.stringify(handler).slice(1, -1)) === true;
}

function isRefused({ reply }: AcknowledgeCall): boolean {
  return reply === 'rejected' || reply === 'transient';
}

/** Whether a request of the documented form is plain application/json with the documented members only (I7, I8). */
export function isOrdinary(call: AcknowledgeCall): boolean {
  return call.contentType === 'application/json' && !hasExtraMembers(call);
}

/** Whether a request of the documented form has members that are not documented (I7). */
export function hasExtraMembers({ request }: AcknowledgeCall): boolean {
  const { message, ...rest } = request as { message: Record<string, unknown>[] };
  return (
    Object.keys(rest).length > 0 ||
    message.some((entry) => Object.keys(entry).some((name) => name !== 'handler' && name !== 'status'))
  );
}

function fateOf(letter: Letter, { call, entries, shape, ceiling }: AcknowledgeView): Fate {
  const index = entries?.findIndex((entry) => entry.letter === letter) ?? -1;
  const named = entries?.[index];
  if (entries === undefined || named === undefined) return 'not-settled';
  if (call.reply === 'transient') return 'not-settled';
  // A refused one settles nothing, except that a message named twice may be gone (B7).
  if (call.reply === 'rejected') return shape === 'duplicate' ? 'perhaps' : 'not-settled';
  if (call.counts === undefined) return 'perhaps';
  const { success } = call.counts;
  if (success === 0) return 'not-settled';
  // The first N of a sequence in order; elsewhere which ones were counted is only sure where all that could be were.
  if (shape === 'in-order' || shape === 'gap') return index < success ? 'settled' : 'not-settled';
  // Behind an invalid handler nothing is settled; before it, what stands in the order of its batch is (C4).
  if (shape === 'bad') {
    if (index >= Math.min(success, ceiling)) return 'not-settled';
    const inOrder = entries
      .slice(0, index + 1)
      .every(({ delivery }, place) => delivery?.index === place && delivery.consume === named.delivery?.consume);
    return inOrder ? 'settled' : 'perhaps';
  }
  return success >= ceiling && mayCount(named) ? 'settled' : mayCount(named) ? 'perhaps' : 'not-settled';
}
