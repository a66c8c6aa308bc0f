/** How long a consume waits while nothing is consumable. Rulings D2, D4, D5, K4. */
import { before, mayHaveTaken, mayPrecede, type ConsumeCall } from '../history/calls.ts';
import { leaseEnd } from '../history/leases.ts';
import type { ParameterForm } from '../history/parameters.ts';
import { obligationAt, owes, provesAbsence, touching } from '../history/presence.ts';
import type { GroupView, View } from '../history/view.ts';
import { broken, held, inSeconds, rule, undecided, type Finding, type Rule } from './rule.ts';

interface Poll {
  readonly call: ConsumeCall;
  readonly group: GroupView;
  /** time_wait in force, in seconds. */
  readonly wait: number;
  /** Least and most seconds from our sending to the answer's arrival. */
  readonly least: number;
  readonly most: number;
}

const any: readonly ParameterForm[] = ['legal', 'absent', 'empty'];

function* polls(view: View, forms: readonly ParameterForm[]): Generator<Poll> {
  for (const call of view.consumes) {
    const group = view.groupOf(call);
    const { form, value: wait } = call.query.parameters.time_wait;
    if (group === undefined || wait === undefined || call.query.standing !== 'legal' || !forms.includes(form)) continue;
    yield { call, group, wait, least: call.received[0] - call.sent[1], most: call.received[1] - call.sent[0] };
  }
}

function* notEarly(view: View, { call, wait, least, most }: Poll): Generator<Finding> {
  if (!call.empty) return;
  const bound = wait - view.header.slack.waitEarly;
  if (most < bound) {
    yield broken(`an empty answer no sooner than after ${inSeconds(wait)}`, `it came after ${inSeconds(most)}`, call);
  } else if (least >= bound) yield held(call);
  else yield undecided(call);
}

function* notLate(view: View, { call, wait, least, most }: Poll): Generator<Finding> {
  const bound = wait + view.header.slack.mustLate;
  if (call.reply === 'ok') {
    if (least > bound) {
      yield broken(`an answer when ${inSeconds(wait)} have passed`, `it came after ${inSeconds(least)}`, call);
    } else if (!call.empty) return;
    else if (most <= bound) yield held(call);
    else yield undecided(call);
  }
  // No answer at all counts only against an endpoint that answered others meanwhile.
  const { outcome } = call.exchange;
  if (outcome.kind === 'failure' && outcome.cause === 'timeout' && least > bound) {
    const alive = view.calls.find(
      (other) =>
        other.exchange.outcome.kind === 'answer' && other.sent[0] > call.sent[1] + bound && other.reply !== 'unknown',
    );
    // Connections may be lost without a word; where no poll at all comes back empty it is the endpoint.
    const silent = view.consumes.filter(
      (other) => other.exchange.outcome.kind === 'failure' && other.exchange.outcome.cause === 'timeout',
    );
    if (alive === undefined || silent.length < 3 || view.consumes.some(({ empty }) => empty)) yield undecided(call);
    else
      yield broken(
        `an answer when ${inSeconds(wait)} have passed`,
        `there was none within ${inSeconds(least)}`,
        call,
        alive,
      );
  }
}

function each(
  forms: readonly ParameterForm[],
  judge: (view: View, poll: Poll) => Iterable<Finding>,
): (view: View) => Generator<Finding> {
  return function* (view) {
    for (const poll of polls(view, forms)) yield* judge(view, poll);
  };
}

function* promptly(view: View, { call, wait, least, most }: Poll): Generator<Finding> {
  if (!call.empty) return;
  const bound = wait + view.header.slack.shouldLate;
  if (least > bound)
    yield broken(`an empty answer within 5 s after ${inSeconds(wait)}`, `it came after ${inSeconds(least)}`, call);
  else if (most <= bound) yield held(call);
}

/** The default of 3 s, where the parameter is absent or empty. */
function defaultWait(form: ParameterForm): (view: View) => Generator<Finding> {
  return each([form], function* (view, poll) {
    if (poll.call.reply === 'rejected' && form === 'empty') {
      yield broken(
        'an empty time_wait is accepted and means 3 s',
        `it was answered with ${poll.call.status}`,
        poll.call,
      );
    }
    const findings = [...notEarly(view, poll), ...notLate(view, poll)];
    const decisive =
      findings.find(({ outcome }) => outcome === 'broken') ?? findings.find(({ outcome }) => outcome === 'undecided');
    if (decisive !== undefined) yield decisive;
    else if (findings.length > 0) yield held(poll.call);
  });
}

function* availableAtOnce(view: View, { call, group, wait, least, most }: Poll): Generator<Finding> {
  if (wait < 10 || call.deliveries.length === 0) return;
  if (most < wait / 2) {
    yield held(call);
    return;
  }
  const due = group.letters
    .map((letter) => obligationAt(group, letter, call, view.header.slack))
    .find(
      (obligation) =>
        obligation !== undefined &&
        obligation.must < call.sent[0] &&
        owes(group, call, obligation.letter, view.header.slack),
    );
  if (due === undefined) return;
  if (least >= wait / 2) {
    yield broken(
      `an answer well before time_wait=${wait} ends, since dead letter ${due.letter.arranged.tag} was consumable`,
      `it came after ${inSeconds(least)}`,
      call,
    );
  } else yield undecided(call);
}

function* arrivesWithin(view: View, { call, group, wait }: Poll): Generator<Finding> {
  for (const letter of group.letters) {
    const [from, until] = letter.arranged.failed;
    // Made dead while the poll was open: it left us before the failing acknowledgement did.
    if (from <= call.sent[1]) continue;
    const expected = `dead letter ${letter.arranged.tag}, which arrived during the wait, is returned before the wait ends`;
    const due = until + view.header.slack.mustLate;
    if (call.deliveries.some((delivery) => view.letterOf(delivery) === letter)) {
      // An answer that comes when an empty one might has not come during the wait (D4).
      const end = wait - view.header.slack.waitEarly;
      if (call.received[1] < call.sent[0] + end) yield held(call);
      // Whoever only looks again when the wait is over has not returned it during the wait.
      else if (call.received[0] >= call.sent[1] + end && call.received[0] > due + view.header.slack.shouldLate) {
        yield broken(
          expected,
          `it came when the wait was over, ${inSeconds(call.received[0] - until)} after it had arrived`,
          call,
        );
      } else yield undecided(call);
      continue;
    }
    if (!call.empty) continue;
    const end = Math.min(call.received[0], call.sent[0] + wait);
    const obligation = obligationAt(group, letter, call, view.header.slack);
    if (obligation?.cause !== 'arrival' || obligation.must > end || !owes(group, call, letter, view.header.slack))
      continue;
    // If nothing of the group ever appeared, it was the arranging that failed (K4).
    if (group.letters.every(({ deliveries }) => deliveries.length === 0)) yield undecided(call);
    else {
      yield broken(expected, `the answer was empty, ${inSeconds(call.received[0] - until)} after it had arrived`, call);
    }
  }
}

function* arrivesSoon(view: View, { call, group }: Poll): Generator<Finding> {
  const bound = 3;
  const arrived = group.letters.filter(
    (letter) =>
      letter.arranged.failed[0] > call.sent[1] &&
      call.deliveries.some((delivery) => view.letterOf(delivery) === letter),
  );
  // The first that arrived ends the wait.
  const [first] = arrived.toSorted((a, b) => a.arranged.failed[0] - b.arranged.failed[0]);
  if (first === undefined) return;
  const [from, until] = first.arranged.failed;
  if (call.received[0] - until > bound) {
    yield broken(
      'a dead letter that arrives during the wait is returned within 3 s',
      `it took ${inSeconds(call.received[0] - until)}`,
      call,
    );
  } else if (call.received[1] - from <= bound) yield held(call);
}

function* inFlightIsNone(view: View, poll: Poll): Generator<Finding> {
  const { call, group } = poll;
  const inFlight = group.letters.some(({ deliveries }) =>
    deliveries.some(
      (delivery) =>
        before(delivery.consume, call) &&
        call.received[1] <= leaseEnd(delivery).earliest &&
        touching(group, delivery, call).length === 0,
    ),
  );
  if (inFlight) yield* notEarly(view, poll);
}

function* leaseEndReturned(view: View, { call, group, wait }: Poll): Generator<Finding> {
  for (const letter of group.letters) {
    const delivery = letter.deliveries.findLast((one) => one.consume !== call && mayPrecede(one.consume, call));
    if (delivery === undefined || !before(delivery.consume, call) || touching(group, delivery, call).length > 0)
      continue;
    const { least, most } = delivery.consume.lease;
    if (call.sent[1] >= delivery.consume.sent[0] + least) continue;
    if (call.deliveries.some((one) => view.letterOf(one) === letter)) {
      if (call.received[0] >= delivery.consume.sent[0] + least - 1) yield held(delivery.consume, call);
      continue;
    }
    const due = delivery.consume.received[1] + most + view.header.slack.shouldLate;
    const end = Math.min(call.received[0], call.sent[0] + wait);
    // Absence during a poll is proven as if it had been sent when the letter was due.
    const asked = { ...call, sent: [end, end] as [number, number] };
    if (!provesAbsence(group, asked, letter, due, view.header.slack)) continue;
    if (obligationAt(group, letter, call, view.header.slack)?.cause !== 'lease') continue;
    // A consume whose answer we never got may have it.
    if (group.consumes.some((lost) => mayHaveTaken(lost) && mayPrecede(lost, call))) continue;
    yield broken(
      `dead letter ${letter.arranged.tag}, whose lease ended during the wait, is returned by that poll`,
      'the answer was empty',
      delivery.consume,
      call,
    );
  }
}

/** After a wait that was longer than ack_wait an acknowledgement right behind the answer is valid. */
function* leaseFromHandOut(view: View): Generator<Finding> {
  for (const { group, call: consume, least } of polls(view, any)) {
    if (consume.deliveries.length === 0 || least < consume.lease.most) continue;
    for (const { call, batch, shape, entries } of group.acknowledgements) {
      if (batch !== consume || shape !== 'in-order' || entries === undefined) continue;
      if (group.acknowledgements.find(({ batches }) => batches.has(consume))?.call !== call) continue;
      const prompt = call.received[1] <= consume.received[0] + consume.lease.least;
      const whole =
        entries.length === consume.deliveries.length && entries.every(({ entry }) => entry.status === 'success');
      if (!prompt || !whole || call.reply === 'unknown' || call.reply === 'transient') continue;
      if (call.counts?.success === entries.length) yield held(consume, call);
      else {
        yield broken(
          `an acknowledgement right after the answer is valid, though the wait took ${inSeconds(least)} and ack_wait is ${consume.lease.most} s`,
          call.counts === undefined
            ? `it was answered with ${call.status}`
            : `it counted ${call.counts.success} of ${entries.length}`,
          consume,
          call,
        );
      }
    }
  }
}

export const longPollRules: readonly Rule[] = [
  rule('consume.time-wait.default', defaultWait('absent')),
  rule('consume.time-wait.empty', defaultWait('empty')),
  rule('poll.empty.not-early', each(['legal'], notEarly)),
  rule('poll.empty.by-grace', each(['legal'], notLate)),
  rule('poll.empty.prompt', each(any, promptly)),
  rule('poll.available.at-once', each(['legal'], availableAtOnce)),
  rule('poll.arrival.within-wait', each(any, arrivesWithin)),
  rule('poll.arrival.prompt', each(any, arrivesSoon)),
  rule('poll.in-flight-counts-as-none', each(any, inFlightIsNone)),
  rule('poll.lease-end.returned', each(any, leaseEndReturned)),
  rule('poll.lease-from-hand-out', leaseFromHandOut),
];
