/** Which queues, groups and messages have dead letters at all. Rulings H1 to H5, K1 to K3, K5. */
import { before, isRecord, mayPrecede } from '../history/calls.ts';
import { leaseEnd } from '../history/leases.ts';
import { tagsIn } from '../history/tags.ts';
import type { GroupView, View } from '../history/view.ts';
import { pathStatus, rejectedPath } from './isolation.ts';
import { controlOf } from './rejection.ts';
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
        else if (consume.reply === 'ok' || consume.reply === 'rejected') yield held(consume);
        else yield undecided(consume);
      }
    }
  };
}

function* kafkaRefused(view: View): Generator<Finding> {
  for (const group of without(view, isKafka)) {
    for (const consume of group.consumes) {
      // An empty array is accepted as well (H2).
      if (consume.empty) yield noted('a Kafka queue answers 200 with an empty array', consume);
      if (consume.empty || (consume.reply === 'rejected' && controlOf(view, 'consume') !== undefined))
        yield held(consume);
      else if (consume.reply === 'ok')
        yield broken('a consume on a Kafka queue is refused with a 4xx', 'it was answered with 200', consume);
    }
  }
}

function* plainAnswer(view: View): Generator<Finding> {
  for (const group of without(view, isPlain)) {
    for (const consume of group.consumes) yield noted(`without redrive: ${consume.status ?? 'no answer'}`, consume);
  }
}

/** One failure short of max_consume_count makes no dead letter. */
function* countReached(view: View): Generator<Finding> {
  for (const group of view.groups) {
    if (group.queue.maxConsumeCount < 2) continue;
    for (const { arranged, deliveries } of group.letters) {
      const last = lastFailure(view, group, arranged.tag);
      const early = deliveries.find(({ consume }) => consume.arrived < last);
      const looked = group.consumes.some(({ reply, arrived }) => reply === 'ok' && arrived < last);
      if (early !== undefined) {
        yield broken(
          `no dead letter before the ${group.queue.maxConsumeCount}. failure`,
          `${arranged.tag} was handed out as one after fewer`,
          early.consume,
        );
      } else if (looked && deliveries[0] !== undefined) yield held(deliveries[0].consume);
    }
  }
}

/** When the last acknowledgement that failed it as a normal message left us. */
function lastFailure(view: View, group: GroupView, tag: string): number {
  const handlers = new Set(
    view.normals
      .filter(
        ({ kind, queue, group: id }) => kind === 'consume-normal' && queue === group.queue.queue && id === group.id,
      )
      .flatMap(({ handlers, tags }) => handlers.filter((_, index) => tags[index] === tag)),
  );
  const failing = view.normals.filter(
    (call) =>
      call.kind === 'acknowledge-normal' &&
      call.queue === group.queue.queue &&
      call.group === group.id &&
      call.handlers.some((handler) => handlers.has(handler)),
  );
  return Math.max(...failing.map(({ left }) => left));
}

/** A normal message that nobody acknowledged has failed when its lease has ended. */
function* timeoutCounts(view: View): Generator<Finding> {
  for (const group of view.groups) {
    if (group.queue.maxConsumeCount !== 1 || !group.queue.redrive) continue;
    const arranged = new Set(group.letters.map((letter) => letter.arranged.tag));
    const acknowledged = new Set(
      view.normals
        .filter(({ kind, group: id }) => kind === 'acknowledge-normal' && id === group.id)
        .flatMap(({ handlers }) => handlers),
    );
    for (const normal of view.normals) {
      if (normal.kind !== 'consume-normal' || normal.group !== group.id || normal.queue !== group.queue.queue) continue;
      for (const [index, tag] of normal.tags.entries()) {
        const handler = normal.handlers[index];
        if (tag === undefined || handler === undefined || arranged.has(tag) || acknowledged.has(handler)) continue;
        const got = group.consumes.find(({ deliveries }) => deliveries.some(({ body }) => tagsIn(body).includes(tag)));
        const due = normal.received[1] + Math.max(normal.lease, 30) + 2 * view.header.slack.mustLate;
        const missed = group.consumes.find((call) => call.empty && call.sent[0] > due);
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

function* stoppedCounts(view: View): Generator<Finding> {
  for (const call of view.normals) {
    if (call.kind !== 'acknowledge-normal' || call.reply !== 'ok') continue;
    const failure = call.statuses.indexOf('fail');
    const behind = failure === -1 ? -1 : call.statuses.indexOf('success', failure);
    const handler = call.handlers[behind];
    if (handler === undefined) continue;
    const consumed = view.normals.find((one) => one.kind === 'consume-normal' && one.handlers.includes(handler));
    const tag = consumed?.tags[consumed.handlers.indexOf(handler)];
    if (tag === undefined) continue;
    const dead = view.consumes.find(({ deliveries }) => deliveries.some(({ body }) => tagsIn(body).includes(tag)));
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
      const fates = group.letters.map((letter) => {
        if (letter.arranged.failed[1] > call.sent[0]) return 'unsure';
        const given = letter.deliveries.filter(({ consume }) => before(consume, call));
        const fate = new Set(
          group.acknowledgements.filter((one) => before(one.call, call)).map((one) => one.fateOf(letter)),
        );
        if (fate.has('settled')) return 'settled';
        if (fate.has('perhaps')) return 'unsure';
        return given.every((delivery) => leaseEnd(delivery).latest + view.header.slack.mustLate < call.sent[0])
          ? 'open'
          : 'unsure';
      });
      if (fates.includes('unsure')) continue;
      const expected = fates.filter((fate) => fate === 'open').length;
      if (shown === expected) yield held(call);
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
