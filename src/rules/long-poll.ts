/** How long a consume waits while nothing is consumable. Rulings D2, D4, D5, K4. */
import { isOrdinary } from '../history/acknowledgements.ts';
import { before, mayPrecede, type ConsumeCall } from '../history/calls.ts';
import { leaseEnd } from '../history/leases.ts';
import type { ParameterForm } from '../history/parameters.ts';
import {
  consumableAt,
  failedBetween,
  lettersIn,
  lettersInFlight,
  lostBefore,
  obligationAt,
  owes,
  provesAbsence,
  touching,
  type Obligation,
} from '../history/presence.ts';
import type { GroupView, View } from '../history/view.ts';
import { broken, held, inSeconds, perView, rule, undecided, type Finding, type Rule } from './rule.ts';

interface Poll {
  readonly call: ConsumeCall;
  readonly group: GroupView;
  /** How time_wait was given. */
  readonly form: ParameterForm;
  /** time_wait in force, in seconds. */
  readonly wait: number;
  /** Least and most seconds from our sending to the answer's arrival. */
  readonly least: number;
  readonly most: number;
}

const any: readonly ParameterForm[] = ['legal', 'absent', 'empty'];

const polls = perView((view): readonly Poll[] =>
  view.consumes.flatMap((call) => {
    const group = view.groupOf(call);
    const { form, value: wait } = call.query.parameters.time_wait;
    if (group === undefined || wait === undefined || call.query.standing !== 'legal') return [];
    return [{ call, group, form, wait, least: call.received[0] - call.sent[1], most: call.received[1] - call.sent[0] }];
  }),
);

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
    for (const poll of polls(view)) if (forms.includes(poll.form)) yield* judge(view, poll);
  };
}

function* promptly(view: View, { call, wait, least, most }: Poll): Generator<Finding> {
  if (!call.empty) return;
  const { shouldLate } = view.header.slack;
  if (least > wait + shouldLate) {
    yield broken(
      `an empty answer within ${inSeconds(shouldLate)} after ${inSeconds(wait)}`,
      `it came after ${inSeconds(least)}`,
      call,
    );
  } else if (most <= wait + shouldLate) yield held(call);
  else yield undecided(call);
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
  const [due] = consumableAt(group, call, view.header.slack);
  if (due === undefined) return;
  if (most < wait / 2) yield held(call);
  else if (least >= wait / 2) {
    yield broken(
      `an answer well before time_wait=${wait} ends, since dead letter ${due.letter.arranged.tag} was consumable`,
      `it came after ${inSeconds(least)}`,
      call,
    );
  } else yield undecided(call);
}

/** What was made dead while the poll was open and had been nowhere else when it was answered: what came, or where nothing did all. */
function arrivals(view: View, { call, group }: Poll): Obligation[] {
  const letters = call.empty ? failedBetween(group, call.sent[1], call.received[0]) : lettersIn(group, call);
  return (
    letters
      // The poll left us before the failing acknowledgement did.
      .filter(({ arranged }) => arranged.failed[0] > call.sent[1])
      .map((letter) => obligationAt(group, letter, call, view.header.slack))
      // What another consume brought meanwhile comes at the end of a lease (D5), or not at all.
      .filter((obligation) => obligation !== undefined)
      .filter(({ cause }) => cause === 'arrival')
  );
}

function* arrivesWithin(view: View, poll: Poll): Generator<Finding> {
  const { call, group, wait } = poll;
  const { slack } = view.header;
  for (const { letter, must } of arrivals(view, poll)) {
    const returned = letter.consumes.has(call);
    // An answer that comes when an empty one might has not come during the wait (D4).
    const end = wait - slack.waitEarly;
    if (returned && call.received[1] < call.sent[0] + end) {
      yield held(call);
      continue;
    }
    const expected = `dead letter ${letter.arranged.tag}, which arrived during the wait, is returned before the wait ends`;
    const since = call.received[0] - letter.arranged.failed[1];
    // More than the grace has to be left of the wait (K4).
    const owed = must < Math.min(call.received[0], call.sent[0] + wait) && owes(group, call, letter, slack);
    if (returned) {
      // Whoever only looks again when the wait is over has not returned it during the wait.
      if (owed && call.received[0] >= call.sent[1] + end && since > slack.mustLate + slack.shouldLate) {
        yield broken(expected, `it came when the wait was over, ${inSeconds(since)} after it had arrived`, call);
      } else yield undecided(call);
    } else if (owed) {
      // If nothing of the group ever appeared, it was the arranging that failed (K4).
      if (group.letters.every(({ deliveries }) => deliveries.length === 0)) yield undecided(call);
      else yield broken(expected, `the answer was empty, ${inSeconds(since)} after it had arrived`, call);
    }
  }
}

function* arrivesSoon(view: View, poll: Poll): Generator<Finding> {
  const { call, group } = poll;
  const bound = 3;
  if (call.empty) return;
  const arrived = arrivals(view, poll).map(({ letter }) => letter);
  // The first that arrived ends the wait.
  const [first] = arrived.toSorted((a, b) => a.arranged.failed[0] - b.arranged.failed[0]);
  if (first === undefined) return;
  const [from, until] = first.arranged.failed;
  const free = lostBefore(group, call).length === 0 && owes(group, call, first, view.header.slack);
  if (call.received[1] - from <= bound) yield held(call);
  else if (free && call.received[0] - until > bound) {
    yield broken(
      'a dead letter that arrives during the wait is returned within 3 s',
      `it took ${inSeconds(call.received[0] - until)}`,
      call,
    );
  } else yield undecided(call);
}

function* inFlightIsNone(view: View, poll: Poll): Generator<Finding> {
  const { call, group } = poll;
  if (!call.empty) return;
  const inFlight = lettersInFlight(group, call, call.received[1]).some(({ deliveries }) =>
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
  const { slack } = view.header;
  // Nothing is missing where something came.
  const letters = call.empty ? lettersInFlight(group, call, call.sent[1]) : lettersIn(group, call);
  for (const letter of letters) {
    const obligation = obligationAt(group, letter, call, slack);
    if (obligation?.cause !== 'lease' || obligation.delivery === undefined) continue;
    const { consume } = obligation.delivery;
    const leases = letter.deliveries
      .map((delivery) => delivery.consume)
      .filter((other) => other !== call && mayPrecede(other, call));
    if (!leases.every((other) => before(other, call)) || call.sent[1] >= consume.sent[0] + consume.lease.least)
      continue;
    if (letter.consumes.has(call)) {
      if (call.received[0] >= consume.sent[0] + consume.lease.least - slack.early) yield held(consume, call);
      continue;
    }
    // Two consumes that overlapped may have acted in either order: the lease that lasts longest counts.
    const due = Math.max(...leases.map(({ received, lease }) => received[1] + lease.most)) + slack.shouldLate;
    const end = Math.min(call.received[0], call.sent[0] + wait);
    // Absence during a poll is proven as if it had been sent when the letter was due.
    const asked = { ...call, sent: [end, end] as [number, number] };
    if (!provesAbsence(group, asked, letter, due, slack)) continue;
    if (lostBefore(group, call).length > 0) yield undecided(consume, call);
    else {
      yield broken(
        `dead letter ${letter.arranged.tag}, whose lease ended during the wait, is returned by that poll`,
        'the answer was empty',
        consume,
        call,
      );
    }
  }
}

/** After a wait that was longer than ack_wait an acknowledgement right behind the answer is valid. */
function* leaseFromHandOut(view: View): Generator<Finding> {
  for (const { group, call: consume, least } of polls(view)) {
    if (least < consume.lease.most) continue;
    for (const { call, batch, shape, entries, outstanding } of group.acknowledgements) {
      if (batch !== consume || shape !== 'in-order' || entries === undefined) continue;
      // One by one: what is left of a batch that another one has named is not ruled (B2).
      if (touching(group, { consume }, call).some((other) => other.call !== call)) continue;
      // Nothing is handed out before it was failed.
      const handOut = Math.min(...entries.map(({ letter }) => letter?.arranged.failed[0] ?? -Infinity));
      const prompt = call.received[1] <= handOut + consume.lease.least;
      const whole =
        entries.length === consume.deliveries.length && entries.every(({ entry }) => entry.status === 'success');
      if (!prompt || !whole || call.reply === 'unknown' || call.reply === 'transient') continue;
      if (call.counts?.success === entries.length) yield held(consume, call);
      // Another batch (B6), the form of the request (I7, I8) or a deletion (G10) may be what it did not like.
      else if (outstanding || !isOrdinary(call) || view.groupOf(call) === undefined) yield undecided(consume, call);
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
