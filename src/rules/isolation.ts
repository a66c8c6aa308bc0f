/** Groups, queues and consumers beside one another. Rulings G5 to G7, G10, G11. */
import { before, mayHaveTaken, mayPrecede, type Call, type ConsumeCall, type NormalCall } from '../history/calls.ts';
import { consumableAt, returnsOf } from '../history/presence.ts';
import type { Addressed, GroupView, View } from '../history/view.ts';
import { controlOf, rejectedBeside, statusBeside } from './rejection.ts';
import { broken, held, inSeconds, perView, rule, undecided, type Finding, type Rule } from './rule.ts';

/** Consumes of one group that were answered while another group of the same, or of another queue, had dead letters. */
function* apart(view: View, sameQueue: boolean): Generator<Finding> {
  for (const group of view.groups) {
    const others = view.groups.filter((other) => other !== group && (other.queue === group.queue) === sameQueue);
    const own = tagsOf([group]);
    const tags = tagsOf(others);
    for (const consume of group.consumes) {
      if (consume.reply !== 'ok') continue;
      const foreign = foreignAmong(view, consume, tags);
      if (foreign !== undefined) {
        yield broken(
          `only dead letters of group ${group.id}`,
          `element ${foreign.index} is ${foreign.tag}, a dead letter of another ${sameQueue ? 'group' : 'queue'}`,
          consume,
        );
        continue;
      }
      const there = others.flatMap((other) => consumableAt(other, consume, view.header.slack));
      if (there.some(({ letter }) => !own.has(letter.arranged.tag))) yield held(consume);
    }
  }
}

function tagsOf(groups: readonly GroupView[]): ReadonlySet<string> {
  return new Set(groups.flatMap(({ letters }) => letters.map(({ arranged }) => arranged.tag)));
}

/** The first of these dead letters of others that a consume brings; none that its own group has failed, or may have. */
function foreignAmong(
  view: View,
  consume: ConsumeCall,
  others: ReadonlySet<string>,
): { readonly index: number; readonly tag: string } | undefined {
  return consume.deliveries
    .filter((delivery) => view.letterOf(delivery) === undefined && view.strangerOf(delivery) === 'other-group')
    .flatMap(({ index, tags }) => tags.map((tag) => ({ index, tag })))
    .find(({ tag }) => others.has(tag));
}

/** The same message is a dead letter of two groups: acknowledging it in one leaves it to the other. */
function* ownGroupOnly(view: View): Generator<Finding> {
  for (const group of view.groups) {
    const others = view.groups.filter((other) => other !== group && other.queue === group.queue);
    for (const { obligation, outcome, consume } of returnsOf(group, view.header.slack)) {
      const { tag } = obligation.letter.arranged;
      const settledElsewhere = others
        .flatMap((other) => other.acknowledgements.map((one) => ({ other, one })))
        .find(({ other, one }) => {
          const twin = other.letters.find(({ arranged }) => arranged.tag === tag);
          return twin !== undefined && one.fateOf(twin) === 'settled' && before(one.call, consume);
        });
      if (settledElsewhere === undefined) continue;
      if (outcome === 'back') yield held(settledElsewhere.one.call, consume);
      else if (outcome === 'absent') {
        yield broken(
          `${tag} stays consumable for the other group`,
          'it was not there',
          settledElsewhere.one.call,
          consume,
        );
      }
    }
  }
}

function* normalQueue(view: View): Generator<Finding> {
  for (const call of view.normals) {
    if (call.kind !== 'consume-normal' || call.reply !== 'ok') continue;
    const group = view.groups.find(({ id, queue }) => id === call.group && queue.queue === call.queue);
    const dead =
      group?.letters.filter(({ arranged }) => arranged.failed[1] + view.header.slack.shouldLate < call.sent[0]) ?? [];
    if (dead.length === 0) continue;
    const again = dead.find(({ arranged }) => call.tags.includes(arranged.tag));
    if (again === undefined) yield held(call);
    else yield broken('a dead letter is no longer handed out as a normal message', `${again.arranged.tag} was`, call);
  }
}

function* otherGroupsNormal(view: View): Generator<Finding> {
  for (const group of view.groups) {
    const normals = view.normals.filter((call) => view.groupOf(call) === group);
    const answered = normals.filter(({ kind, reply }) => kind === 'consume-normal' && reply === 'ok');
    // What was sent before the group was made may or may not be its own.
    const owed = view.groups
      .filter((other) => other !== group && other.queue === group.queue)
      .flatMap(({ letters }) => letters)
      .filter(({ arranged: { tag } }) =>
        view.sends.some(
          ({ queue, tags, left }) => queue === group.queue.queue && tags.includes(tag) && left > group.arranged.at,
        ),
      );
    for (const { arranged } of owed) {
      const got = answered.filter(({ tags }) => tags.includes(arranged.tag));
      // What was handed out before the other group failed it is not put to the test.
      const still = got.find(({ sent }) => sent[0] > arranged.failed[1]);
      if (still !== undefined) yield held(still);
      if (got.length > 0) continue;
      const empties = answered.filter(
        ({ json, sent }) => Array.isArray(json) && json.length === 0 && sent[0] > arranged.failed[1],
      );
      const missed = empties.find((call) => !mayBeKept(normals, call, group.queue.mode === 'FIFO'));
      if (missed !== undefined) {
        yield broken(
          'other groups still get the message as a normal one',
          `group ${group.id} did not get ${arranged.tag}`,
          missed,
        );
      } else yield* empties.slice(0, 1).map((call) => undecided(call));
    }
  }
}

/**
 * Whether a message may be kept from a normal consume: an earlier one whose answer we never got may have it, and on FIFO
 * whatever is unacknowledged may hold it up (G1).
 */
function mayBeKept(normals: readonly NormalCall[], call: NormalCall, fifo: boolean): boolean {
  const acknowledged = new Set(
    normals
      .filter((other) => other.kind === 'acknowledge-normal' && other.reply === 'ok' && before(other, call))
      .flatMap(({ handlers }) => handlers),
  );
  return normals.some(
    (other) =>
      other.kind === 'consume-normal' &&
      mayPrecede(other, call) &&
      (mayHaveTaken(other) || (fifo && other.handlers.some((handler) => !acknowledged.has(handler)))),
  );
}

/** Two consumes at the same time hand out different dead letters, unless a lease ended between them. */
function* disjoint(view: View): Generator<Finding> {
  const early = view.header.slack.early;
  for (const group of view.groups) {
    const giving = group.consumes.filter(({ deliveries }) => deliveries.length > 0);
    for (const [index, first] of giving.entries()) {
      for (let next = index + 1; next < giving.length; next += 1) {
        const second = giving[next]!;
        // They stand in the order of sending.
        if (before(first, second)) break;
        if (before(second, first)) continue;
        const apartAtMost = Math.max(second.received[1] - first.sent[0], first.received[1] - second.sent[0]);
        const twice = first.deliveries.find((one) => {
          const letter = view.letterOf(one);
          return letter !== undefined && second.deliveries.some((other) => view.letterOf(other) === letter);
        });
        if (twice === undefined) yield held(first, second);
        else if (
          apartAtMost < Math.min(first.lease.least, second.lease.least) - early &&
          !anyTouched(group, first, second)
        ) {
          yield broken(
            'consumers of a group that consume at the same time get different dead letters',
            `both got ${view.letterOf(twice)?.arranged.tag}, at most ${inSeconds(apartAtMost)} apart`,
            first,
            second,
          );
        } else yield undecided(first, second);
      }
    }
  }
}

function anyTouched(group: GroupView, ...consumes: readonly ConsumeCall[]): boolean {
  const latest = Math.max(...consumes.map(({ arrived }) => arrived));
  return group.acknowledgements.some(
    ({ call, batches }) => call.left < latest && consumes.some((consume) => batches.has(consume)),
  );
}

/** Both calls in their lawful form, where they name no group that is there. */
const lawfulCallsElsewhere = perView((view): readonly Call[] =>
  [...view.consumes, ...view.acknowledges].filter((call) => {
    const lawful = call.kind === 'consume' ? call.query.standing === 'legal' : call.entries !== undefined;
    const token = (call.credentials === 'given') === view.header.features.credentials.present;
    return lawful && token && view.addressed(call).kind !== 'group';
  }),
);

type Elsewhere = Exclude<Addressed['kind'], 'group'>;

/** Both calls on a path of that kind, in their lawful form. */
export function lawfulCallsTo(view: View, kinds: readonly Elsewhere[]): Call[] {
  return lawfulCallsElsewhere(view).filter((call) => kinds.some((kind) => kind === view.addressed(call).kind));
}

export function rejectedPath(kinds: readonly Elsewhere[], expected: string): (view: View) => Generator<Finding> {
  return function* (view) {
    for (const call of lawfulCallsTo(view, kinds))
      yield* rejectedBeside(controlOf(view, 'consume'), call, `${expected} is rejected with a 4xx`);
  };
}

export function pathStatus(
  kinds: readonly Elsewhere[],
  statuses: readonly number[],
  expected: string,
): (view: View) => Generator<Finding> {
  return function* (view) {
    for (const call of lawfulCallsTo(view, kinds)) {
      yield* statusBeside(
        controlOf(view, 'consume'),
        call,
        statuses,
        `${expected} is answered with ${statuses.join(' or ')}`,
      );
    }
  };
}

/** A group that was made after another of the queue was deleted sees nothing of it. */
function* madeAnew(view: View): Generator<Finding> {
  for (const group of view.groups) {
    const deleted = view.groups.filter(
      (other) =>
        other.queue === group.queue &&
        other.deletions.some(({ done, arrived }) => done && arrived <= group.arranged.at),
    );
    const old = tagsOf(deleted);
    if (old.size === 0) continue;
    for (const consume of group.consumes) {
      const foreign = foreignAmong(view, consume, old);
      if (foreign !== undefined)
        yield broken('a group made anew sees no dead letter of the deleted one', `it got ${foreign.tag}`, consume);
      else if (consume.reply === 'ok') yield held(consume);
    }
  }
}

export const isolationRules: readonly Rule[] = [
  rule('isolation.group', (view) => apart(view, true)),
  rule('isolation.queue', (view) => apart(view, false)),
  rule('isolation.acknowledged-by-own-group-only', ownGroupOnly),
  rule('isolation.normal-queue', normalQueue),
  rule('isolation.other-groups-normal', otherGroupsNormal),
  rule('concurrency.disjoint', disjoint),
  rule('group.deleted.empties', madeAnew),
  rule('group.deleted.rejected', rejectedPath(['deleted-group'], 'a deleted group')),
  rule('group.deleted.status-404', pathStatus(['deleted-group'], [404], 'a deleted group')),
  rule('queue.deleted.rejected', rejectedPath(['deleted-queue'], 'a deleted queue')),
  rule('queue.deleted.status-404', pathStatus(['deleted-queue'], [404], 'a deleted queue')),
];
