/** Leases: how long nobody else gets a dead letter, and by when it is back. Rulings D1, D3, C3, C8, G8. */
import { before, mayPrecede, type ConsumeCall, type Delivery } from '../history/calls.ts';
import { largest } from '../history/extremes.ts';
import { leaseEnd, type Slack } from '../history/leases.ts';
import {
  emptiesBetween,
  hiddenUntil,
  latenessOf,
  returnsOf,
  touching,
  type Cause,
  type Return,
} from '../history/presence.ts';
import type { GroupView, Letter, View } from '../history/view.ts';
import { broken, held, inSeconds, noted, rule, undecided, type Finding, type Rule } from './rule.ts';

type Pick = (consume: ConsumeCall) => boolean;

const given: Pick = ({ query }) => query.parameters.ack_wait.form === 'legal';
const absent: Pick = ({ query }) => query.parameters.ack_wait.form === 'absent';
const empty: Pick = ({ query }) => query.parameters.ack_wait.form === 'empty';
const long: Pick = (consume) => given(consume) && consume.lease.most > 30;

/** No redelivery before the lease has ended. Broken only if it was too early wherever in their intervals both hand-outs were. */
function* notBefore(view: View, pick: Pick): Generator<Finding> {
  for (const group of view.groups) {
    for (const letter of group.letters) {
      for (const [index, delivery] of letter.deliveries.entries()) {
        if (pick(delivery.consume)) yield* leaseHeld(view, group, letter, delivery, letter.deliveries[index + 1]);
      }
    }
  }
}

function* leaseHeld(
  view: View,
  group: GroupView,
  letter: Letter,
  first: Delivery,
  second: Delivery | undefined,
): Generator<Finding> {
  const { consume } = first;
  const wait = consume.lease.least;
  const early = view.header.slack.early;
  if (second !== undefined) {
    // Consumes that overlap are judged as concurrency; an acknowledgement that names the batch may end its leases (guard 3).
    const overlaps = second.consume !== consume && !before(consume, second.consume);
    if (overlaps || touching(group, first, second.consume).length > 0) return;
    const again = second.consume.received;
    if (again[1] < consume.sent[0] + wait - early) {
      yield broken(
        `dead letter ${letter.arranged.tag} is not handed out again before ${inSeconds(wait)} have passed`,
        `it was handed out again at most ${inSeconds(again[1] - consume.sent[0])} after it was asked for first`,
        consume,
        second.consume,
      );
      return;
    }
    if (again[0] < consume.received[1] + wait - early) yield undecided(consume, second.consume);
  }
  // Whoever asked has to have got it if it was free: it was not with a lost call, nor gone with its group.
  const tells = (other: ConsumeCall): boolean =>
    hiddenUntil(group, other, view.header.slack) <= consume.sent[0] &&
    !group.deletions.some((deletion) => mayPrecede(deletion, other)) &&
    touching(group, first, other).length === 0;
  const asked = emptiesBetween(group, consume.arrived, consume.sent[0] + wait).find(
    (other) =>
      other.received[1] <= consume.sent[0] + wait &&
      (second === undefined || before(other, second.consume)) &&
      tells(other),
  );
  // A poll that was open during the lease and brought it only afterwards shows the same.
  const waited = second !== undefined && second.consume.sent[0] < consume.sent[0] + wait ? second.consume : undefined;
  if (asked !== undefined) yield held(consume, asked);
  else if (waited !== undefined && waited.received[0] >= consume.received[1] + wait - early && tells(waited))
    yield held(consume, waited);
}

/** Whether what came back surely did so in time. Late, and nobody had asked in between, says neither that it was nor that it was not. */
export function backInTime({ group, obligation, consume }: Return, slack: Slack): boolean {
  const { delivery, acknowledgement } = obligation;
  if (delivery === undefined || !surelyFollows(group, delivery, consume)) return false;
  const due = leaseEnd(delivery).latest + slack.mustLate;
  const acknowledged = acknowledgement?.call.received[1] ?? 0;
  return consume.received[1] <= (acknowledged > due ? acknowledged + slack.shouldLate : due);
}

/** What was not acknowledged is there again in time. */
export function* comesBack(view: View, causes: readonly Cause[], pick: Pick = () => true): Generator<Finding> {
  for (const group of view.groups) {
    for (const back of returnsOf(group, view.header.slack)) {
      const { obligation, outcome, consume } = back;
      const { cause, delivery, acknowledgement, letter, must } = obligation;
      if (!causes.includes(cause) || delivery === undefined || !pick(delivery.consume)) continue;
      const trail = [delivery.consume, ...(acknowledgement === undefined ? [] : [acknowledgement.call]), consume];
      if (outcome === 'back') {
        yield backInTime(back, view.header.slack) ? held(...trail) : undecided(...trail);
      } else if (!surelyFollows(group, delivery, consume)) {
        yield undecided(...trail);
      } else if (outcome === 'absent') {
        yield broken(
          `dead letter ${letter.arranged.tag} is consumable again no later than ${inSeconds(must - delivery.consume.received[1])} after its delivery`,
          `a consume sent ${inSeconds(consume.sent[0] - delivery.consume.received[1])} after its delivery came back empty`,
          ...trail,
        );
      }
    }
  }
}

/**
 * Whether the delivery, and each acknowledgement that names its batch, was over before. What happened at the same time may
 * have come after the consume, so that it was no cause of anything.
 */
function surelyFollows(group: GroupView, delivery: Delivery, consume: ConsumeCall): boolean {
  return (
    before(delivery.consume, consume) && touching(group, delivery, consume).every(({ call }) => before(call, consume))
  );
}

/** The same with the bound of a SHOULD. */
export function* comesBackSoon(view: View, causes: readonly Cause[], pick: Pick = () => true): Generator<Finding> {
  for (const group of view.groups) {
    for (const { obligation, outcome, consume } of returnsOf(group, view.header.slack)) {
      const { cause, delivery, acknowledgement, letter, should } = obligation;
      if (!causes.includes(cause) || delivery === undefined || should === Infinity || !pick(delivery.consume)) continue;
      // Where it is left open what the acknowledgement was worth, nothing is due at once (B2, B5, B6, C2).
      if (acknowledgement !== undefined && acknowledgement.due === undefined) continue;
      if (!surelyFollows(group, delivery, consume)) continue;
      const trail = [delivery.consume, ...(acknowledgement === undefined ? [] : [acknowledgement.call]), consume];
      if (outcome === 'back') {
        // When its lease had ended it was back anyway.
        const tells = acknowledgement === undefined || consume.received[1] < leaseEnd(delivery).earliest;
        if (tells && consume.received[1] <= should) yield held(...trail);
      } else if (consume.sent[0] > should) {
        yield broken(
          `dead letter ${letter.arranged.tag} is consumable again within ${inSeconds(should - (acknowledgement?.call ?? delivery.consume).received[1])} after ${acknowledgement === undefined ? 'its delivery' : 'the acknowledgement'}`,
          `a consume sent ${inSeconds(consume.sent[0] - (acknowledgement?.call ?? delivery.consume).received[1])} after it came back empty`,
          ...trail,
        );
      }
    }
  }
}

function* usesNothingUp(view: View): Generator<Finding> {
  for (const group of view.groups) {
    for (const { obligation, outcome, consume } of returnsOf(group, view.header.slack)) {
      const failures = [...obligation.letter.consumes].filter((other) => before(other, consume)).length;
      // With max_consume_count 1 the ruling asks for three failed consumptions.
      if (outcome === 'back' && failures >= group.queue.maxConsumeCount + 2) yield held(consume);
      if (outcome === 'absent' && failures >= 2) {
        yield broken(
          `dead letter ${obligation.letter.arranged.tag} comes back after each failed consumption`,
          `after ${failures} of them a consume came back empty`,
          consume,
        );
      }
    }
  }
}

interface Redelivery {
  readonly letter: Letter;
  readonly delivery: Delivery;
  /** Those by other consumes before, of which there is at least one. */
  readonly earlier: readonly Delivery[];
  readonly last: Delivery;
}

/** Deliveries that followed on others of the same dead letter, each with a handler. */
export function* redeliveries(view: View): Generator<Redelivery> {
  for (const letter of view.groups.flatMap(({ letters }) => letters)) {
    const named = letter.deliveries.filter(({ handler }) => handler !== undefined);
    for (const [index, delivery] of named.entries()) {
      const earlier = named.slice(0, index).filter(({ consume }) => consume !== delivery.consume);
      const last = earlier.at(-1);
      if (last !== undefined) yield { letter, delivery, earlier, last };
    }
  }
}

function* freshHandlers(view: View): Generator<Finding> {
  for (const { letter, delivery, earlier, last } of redeliveries(view)) {
    const same = earlier.findLast(({ handler }) => handler === delivery.handler);
    if (same === undefined) yield held(last.consume, delivery.consume);
    else {
      yield broken(
        'a redelivery carries a new handler',
        `dead letter ${letter.arranged.tag} came again with the handler that it had`,
        same.consume,
        delivery.consume,
      );
    }
  }
}

/** An acknowledgement that was surely in time and lawful counts what it has to; `pick` says which ones are late enough to tell. */
function* validInTime(
  view: View,
  pick: (secondsAfter: number, consume: ConsumeCall) => boolean,
  note = '',
): Generator<Finding> {
  for (const group of view.groups) {
    for (const { call, batch, due } of group.acknowledgements) {
      if (due === undefined || due.successes === 0 || batch === undefined) continue;
      if (!due.ordinary || due.statusOmitted) continue;
      const after = call.sent[0] - batch.received[1];
      if (!pick(after, batch)) continue;
      if (call.counts !== undefined && call.counts.success >= due.successes) yield held(batch, call);
      else if (call.counts !== undefined || call.reply === 'rejected') {
        yield broken(
          `an acknowledgement ${inSeconds(after)} after the consume is valid, since ack_wait is ${batch.lease.least} s${note}`,
          call.counts === undefined
            ? `it was answered with ${call.status}`
            : `it counted ${call.counts.success} of ${due.successes} successes`,
          batch,
          call,
        );
      } else yield undecided(batch, call);
    }
  }
}

const consumed = (view: View): readonly ConsumeCall[] =>
  view.consumes.filter((consume) => view.groupOf(consume) !== undefined);

function* emptyAckWait(view: View): Generator<Finding> {
  for (const consume of consumed(view).filter(empty)) {
    if (consume.query.standing === 'legal' && consume.reply === 'rejected') {
      yield broken('an empty ack_wait is accepted and means 30 s', `it was answered with ${consume.status}`, consume);
    }
  }
  yield* notBefore(view, empty);
  yield* comesBack(view, ['lease'], empty);
}

function* defaultAckWait(view: View): Generator<Finding> {
  yield* notBefore(view, absent);
  yield* comesBack(view, ['lease'], absent);
}

function* promptly(view: View): Generator<Finding> {
  yield* comesBackSoon(view, ['lease']);
  const latest = largest(
    view.groups.flatMap((group) => returnsOf(group, view.header.slack)).map((one) => latenessOf(one) ?? -Infinity),
  );
  if (latest > 0.5) yield noted(`the latest redelivery came ${inSeconds(latest)} after the end of its lease`);
}

export const redeliveryRules: readonly Rule[] = [
  rule('redelivery.not-before-ack-wait', (view) => notBefore(view, given)),
  rule('redelivery.not-before-default', (view) => notBefore(view, (consume) => absent(consume) || empty(consume))),
  rule('redelivery.by-ack-wait', (view) => comesBack(view, ['lease'], given)),
  rule('redelivery.by-default', (view) => comesBack(view, ['lease'], (consume) => absent(consume) || empty(consume))),
  rule('redelivery.prompt', promptly),
  rule('redelivery.after-fail', (view) => comesBack(view, ['failed'])),
  rule('redelivery.after-fail.at-once', (view) => comesBackSoon(view, ['failed'])),
  rule('redelivery.again-and-again', usesNothingUp),
  rule('redelivery.fresh-handler', freshHandlers),
  rule('redelivery.long-lease', function* (view) {
    yield* notBefore(view, long);
    yield* comesBack(view, ['lease'], long);
  }),
  rule('consume.ack-wait.default', defaultAckWait),
  rule('consume.ack-wait.empty', emptyAckWait),
  rule('ack.in-time.valid', (view) => validInTime(view, (after, { lease }) => after >= lease.least * 0.7)),
  rule('ack.in-time.valid-after-30', (view) =>
    validInTime(view, (after) => after > 30, ' (ruling C8; the manual once told of a limit of one minute)'),
  ),
];
