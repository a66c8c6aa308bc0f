/** Which queues, groups and messages have dead letters at all. Rulings H1 to H5, K1 to K3, K5. */
import { before, isRecord, mayHaveTaken, mayPrecede, type ConsumeCall, type NormalCall } from '../history/calls.ts';
import { LEASE_FLOOR } from '../history/leases.ts';
import { dueAt, missedAt } from '../history/presence.ts';
import type { GroupView, Letter, View } from '../history/view.ts';
import { pathStatus, rejectedPath } from './isolation.ts';
import { controlOf, rejectedBeside } from './rejection.ts';
import { broken, held, noted, rule, undecided, type Finding, type Rule } from './rule.ts';

function mode(mode: 'NORMAL' | 'FIFO'): (view: View) => Generator<Finding> {
  return function* (view) {
    for (const group of view.groups) {
      if (group.queue.mode !== mode || !group.queue.redrive || group.letters.length === 0) continue;
      for (const consume of group.consumes) {
        if (consume.query.standing !== 'legal') continue;
        if (consume.deliveries.length > 0) yield held(consume);
        else if (consume.reply === 'rejected' && view.groupOf(consume) !== undefined) {
          yield broken(
            `a ${mode} queue has dead letters that can be consumed`,
            `the consume was answered with ${consume.status}`,
            consume,
          );
        }
      }
    }
  };
}

function* without(view: View, pick: (group: GroupView) => boolean): Generator<GroupView> {
  for (const group of view.groups) if (!group.queue.redrive && pick(group)) yield group;
}

const isKafka = ({ queue }: GroupView): boolean => queue.mode.startsWith('KAFKA');
const isPlain = (group: GroupView): boolean => !isKafka(group);

function nothing(pick: (group: GroupView) => boolean, expected: string): (view: View) => Generator<Finding> {
  return function* (view) {
    for (const group of without(view, pick)) {
      for (const consume of group.consumes) {
        if (consume.deliveries.length > 0)
          yield broken(expected, `it handed out ${consume.deliveries.length}`, consume);
        else if (consume.query.standing !== 'legal') continue;
        else if (consume.reply === 'ok' || consume.reply === 'rejected') yield held(consume);
        else yield undecided(consume);
      }
    }
  };
}

function* kafkaRefused(view: View): Generator<Finding> {
  for (const group of without(view, isKafka)) {
    for (const consume of group.consumes) {
      if (consume.query.standing !== 'legal') continue;
      // An empty array is accepted as well (H2).
      if (consume.empty) {
        yield noted('a Kafka queue answers 200 with an empty array', consume);
        yield held(consume);
      } else {
        yield* rejectedBeside(controlOf(view, 'consume'), consume, 'a consume on a Kafka queue is refused with a 4xx');
      }
    }
  }
}

function* plainAnswer(view: View): Generator<Finding> {
  for (const group of without(view, isPlain)) {
    for (const consume of group.consumes) yield noted(`without redrive: ${consume.status ?? 'no answer'}`, consume);
  }
}

/** Shortest lease that an ack_wait can ask for, in seconds. */
const SHORTEST_LEASE = 15;

function normalsOf(view: View, group: GroupView, kind: NormalCall['kind']): NormalCall[] {
  return view.normals.filter(
    (call) => call.kind === kind && call.queue === group.queue.queue && call.group === group.id,
  );
}

/** One failure short of max_consume_count makes no dead letter; as a normal message it fails once a hand-out at most (K2). */
function* countReached(view: View): Generator<Finding> {
  for (const group of view.groups) {
    const enough = group.queue.maxConsumeCount;
    if (enough < 2 || !group.queue.redrive) continue;
    const normals = normalsOf(view, group, 'consume-normal');
    for (const tag of new Set(normals.flatMap(({ tags }) => tags))) {
      if (tag === undefined) continue;
      const dead = group.consumes.find(({ deliveries }) => deliveries.some(({ tags }) => tags.includes(tag)));
      if (dead === undefined) continue;
      // Whose answer we never got, or what came without its tag, may have been this one.
      const failed = normals.filter(
        (call) =>
          (mayHaveTaken(call) || call.tags.includes(tag) || call.tags.includes(undefined)) &&
          mayHaveFailed(view, group, call, dead),
      );
      const [previous, last] = failed.filter(({ tags }) => tags.includes(tag)).slice(enough - 2);
      if (failed.length < enough) {
        yield broken(`no dead letter before the ${enough}. failure`, `${tag} was handed out as one after fewer`, dead);
      } else if (previous === undefined || last === undefined) yield undecided(dead);
      else if (group.consumes.some((look) => look.reply === 'ok' && before(previous, look) && before(look, last)))
        yield held(dead);
    }
  }
}

/** Whether what a normal consume handed out may have failed before that dead letter was handed out. */
function mayHaveFailed(view: View, group: GroupView, given: NormalCall, dead: ConsumeCall): boolean {
  // An acknowledgement that names one of a batch may fail the others of it, too (K3).
  const acknowledged = normalsOf(view, group, 'acknowledge-normal').some(
    (call) => call.handlers.some((handler) => given.handlers.includes(handler)) && mayPrecede(call, dead),
  );
  return acknowledged || dead.received[1] >= given.sent[0] + SHORTEST_LEASE - view.header.slack.early;
}

/** A normal message that nobody acknowledged has failed when its lease has ended. */
function* timeoutCounts(view: View): Generator<Finding> {
  const { slack } = view.header;
  for (const group of view.groups) {
    if (group.queue.maxConsumeCount !== 1 || !group.queue.redrive) continue;
    const arranged = new Set(group.letters.map((letter) => letter.arranged.tag));
    const acknowledged = new Set(normalsOf(view, group, 'acknowledge-normal').flatMap(({ handlers }) => handlers));
    for (const normal of normalsOf(view, group, 'consume-normal')) {
      for (const [index, tag] of normal.tags.entries()) {
        const handler = normal.handlers[index];
        if (tag === undefined || handler === undefined || arranged.has(tag) || acknowledged.has(handler)) continue;
        const failed = normal.received[1] + Math.max(normal.lease, LEASE_FLOOR) + slack.mustLate;
        const letter = timedOut(group, tag, [normal.sent[0], failed]);
        const got = letter.deliveries[0]?.consume;
        const missed = group.consumes.find((consume) => missedAt(group, letter, consume, slack) !== undefined);
        if (got !== undefined) yield held(normal, got);
        else if (missed !== undefined)
          yield broken(
            'a normal message that is not acknowledged in time has failed',
            `${tag} became no dead letter`,
            normal,
            missed,
          );
      }
    }
  }
}

/** The dead letter that a message makes which failed because nobody acknowledged it. */
function timedOut({ id, queue, consumes }: GroupView, tag: string, failed: [number, number]): Letter {
  const deliveries = consumes.flatMap((consume) => consume.deliveries.filter(({ tags }) => tags.includes(tag)));
  return {
    arranged: {
      type: 'dead-letter',
      scenario: queue.scenario,
      queue: queue.queue,
      group: id,
      tag,
      tagged: true,
      position: 0,
      body: '',
      attributes: null,
      failed,
    },
    deliveries,
    consumes: new Set(deliveries.map(({ consume }) => consume)),
  };
}

function* stoppedCounts(view: View): Generator<Finding> {
  for (const call of view.normals) {
    if (call.kind !== 'acknowledge-normal' || call.reply !== 'ok') continue;
    const failure = call.statuses.indexOf('fail');
    const behind = failure === -1 ? -1 : call.statuses.indexOf('success', failure);
    const handler = call.handlers[behind];
    if (handler === undefined) continue;
    const consumed = view.normals.find(({ handlers }) => handlers.includes(handler));
    const tag = consumed?.tags[consumed.handlers.indexOf(handler)];
    if (tag === undefined) continue;
    const dead = view.consumes.find(({ deliveries }) => deliveries.some(({ tags }) => tags.includes(tag)));
    yield noted(
      dead === undefined
        ? 'a normal message that failed only behind another became no dead letter yet'
        : 'a normal message that failed only behind another became a dead letter',
      call,
      ...(dead === undefined ? [] : [dead]),
    );
  }
}

/** Compared only where nothing is in flight, and by the last of several looks (K5). */
function* available(view: View): Generator<Finding> {
  const lists = view.calls.filter((call) => call.kind === 'list-groups' && call.reply === 'ok');
  for (const group of view.groups) {
    if (!group.queue.redrive) continue;
    const own = lists.filter(({ queue }) => queue === group.queue.queue);
    for (const [index, call] of own.entries()) {
      const shown = shownFor(call.json, group.id);
      const next = own[index + 1];
      const busy = [...group.consumes, ...group.acknowledgements.map((one) => one.call)];
      const lastLook = next === undefined || busy.some((other) => mayPrecede(other, next) && !before(other, call));
      if (shown === undefined || !lastLook || busy.some((other) => !before(other, call) && mayPrecede(other, call)))
        continue;
      // What was surely acknowledged does not count; of all others it has to be sure that they are consumable.
      const open = group.letters.filter(
        (letter) => !group.acknowledgements.some((one) => before(one.call, call) && one.fateOf(letter) === 'settled'),
      );
      if (!open.every((letter) => dueAt(group, letter, call, view.header.slack) !== undefined)) continue;
      const expected = open.length;
      if (shown === expected) yield held(call);
      // If nothing of the group ever appeared, it was the arranging that failed (K4).
      else if (shown < expected && group.letters.every(({ deliveries }) => deliveries.length === 0))
        yield undecided(call);
      else yield broken(`available_deadletters is ${expected}`, `it is ${shown}`, call);
    }
  }
}

function shownFor(json: unknown, group: string): number | undefined {
  const groups = isRecord(json) ? json['groups'] : undefined;
  const own = Array.isArray(groups)
    ? (groups as unknown[]).find((one) => isRecord(one) && one['id'] === group)
    : undefined;
  const shown = isRecord(own) ? own['available_deadletters'] : undefined;
  const number = typeof shown === 'string' && shown !== '' ? Number(shown) : shown;
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined;
}

export const eligibilityRules: readonly Rule[] = [
  rule('eligibility.normal', mode('NORMAL')),
  rule('eligibility.fifo', mode('FIFO')),
  rule('eligibility.kafka.nothing', nothing(isKafka, 'a Kafka queue hands out no dead letters')),
  rule('eligibility.kafka.refused', kafkaRefused),
  rule('eligibility.no-redrive.nothing', nothing(isPlain, 'a queue without redrive hands out no dead letters')),
  rule('eligibility.no-redrive.answer', plainAnswer),
  rule('path.unknown-queue', rejectedPath(['unknown-queue'], 'an unknown queue')),
  rule('path.unknown-queue.status-404', pathStatus(['unknown-queue'], [404], 'an unknown queue')),
  rule('path.unknown-group', rejectedPath(['unknown-group'], 'an unknown group')),
  rule('path.unknown-group.status-404', pathStatus(['unknown-group'], [404], 'an unknown group')),
  rule('path.malformed-id', rejectedPath(['malformed-queue', 'malformed-group'], 'a malformed id')),
  rule('path.malformed-id.status', pathStatus(['malformed-queue', 'malformed-group'], [400, 404], 'a malformed id')),
  rule('path.group-of-another-queue', rejectedPath(['group-of-another-queue'], 'a group of another queue')),
  rule('redrive.count-reached', countReached),
  rule('redrive.timeout-counts', timeoutCounts),
  rule('redrive.stopped-counts', stoppedCounts),
  rule('counters.available', available),
];
