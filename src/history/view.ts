/**
 * The index of one history that rules read: groups, their dead letters, who got what when, and what each acknowledgement
 * may have settled. It only says what follows from the evidence; whether that is allowed, rules say.
 */
import type { ArrangedDeadLetter, ArrangedGroup, ArrangedQueue, Header } from '../../schemas/types.ts';
import { readAcknowledgements, type AcknowledgeView } from './acknowledgements.ts';
import {
  before,
  mayPrecede,
  readCall,
  type AcknowledgeCall,
  type Call,
  type ConsumeCall,
  type Deletion,
  type Delivery,
  type NormalCall,
  type OtherGroupCall,
  type SendCall,
} from './calls.ts';
import type { History } from './evidence.ts';
import { parseSpelled, sameJson } from './json.ts';

/** An arranged dead letter of one group and where it was delivered, in the order of the consumes' sending. */
export interface Letter {
  readonly arranged: ArrangedDeadLetter;
  readonly deliveries: Delivery[];
  /** The consumes that brought it. */
  readonly consumes: Set<ConsumeCall>;
}

export interface GroupView {
  readonly id: string;
  readonly queue: ArrangedQueue;
  readonly arranged: ArrangedGroup;
  /** In the order of sending. */
  readonly letters: readonly Letter[];
  readonly consumes: readonly ConsumeCall[];
  readonly acknowledgements: readonly AcknowledgeView[];
  /** HEAD, or a trailing slash, which an endpoint may take for a consume (J5): what it may have leased we never see. */
  readonly suspects: readonly OtherGroupCall[];
  /** Requests that may have deleted it. */
  readonly deletions: readonly Deletion[];
}

/** What a call's path names. */
export type Addressed =
  | { readonly kind: 'group'; readonly group: GroupView }
  /** Deleted, or perhaps just being deleted. */
  | { readonly kind: 'deleted-group' | 'deleted-queue' | 'being-deleted' }
  | {
      readonly kind:
        'unknown-queue' | 'unknown-group' | 'malformed-queue' | 'malformed-group' | 'group-of-another-queue';
    }
  | { readonly kind: 'other-project' };

export interface View {
  readonly history: History;
  readonly header: Header;
  readonly calls: readonly Call[];
  readonly consumes: readonly ConsumeCall[];
  readonly acknowledges: readonly AcknowledgeCall[];
  readonly others: readonly OtherGroupCall[];
  readonly normals: readonly NormalCall[];
  readonly sends: readonly SendCall[];
  readonly groups: readonly GroupView[];
  addressed(call: Call): Addressed;
  /** The group that a call in good standing is about: it exists, may have dead letters, and our credentials were sent. */
  groupOf(call: Call): GroupView | undefined;
  letterOf(delivery: Delivery): Letter | undefined;
  /** Whose it is where it is no letter of the group that got it. */
  strangerOf(delivery: Delivery): 'other-group' | 'not-arranged' | 'perhaps-arranged';
}

function isMalformed(id: string): boolean {
  return id === '' || /[^A-Za-z0-9_-]/.test(id);
}

function keyOf(queue: string, group: string): string {
  return `${queue}\n${group}`;
}

export function viewOf(history: History): View {
  const { header } = history;
  const calls = withInitialisation(
    history,
    history.exchanges
      .map(readCall)
      .filter((call) => call !== undefined)
      .sort((a, b) => a.left - b.left || a.id - b.id),
  );
  const consumes = calls.filter((call) => call.kind === 'consume');
  const acknowledges = calls.filter((call) => call.kind === 'acknowledge');
  const others = calls.filter((call) => call.kind === 'other');
  const normals = calls.filter((call): call is NormalCall => call.kind.endsWith('-normal'));
  const deletions = [...deletionsBy(calls), ...deletionsArranged(history)];
  const queues = new Map(history.queues.map((queue) => [queue.queue, queue]));
  const letterOfDelivery = new Map<Delivery, Letter>();

  const groups = new Map<string, GroupView>();
  for (const arranged of history.groups) {
    const queue = queues.get(arranged.queue);
    if (queue === undefined) continue;
    const own = (call: Call): boolean =>
      call.queue === arranged.queue &&
      decoded(call.group) === arranged.group &&
      call.project === header.project &&
      (call.credentials === 'given') === header.features.credentials.present &&
      !(goneBy(deletions, call) ?? '').startsWith('deleted-');
    const letters = history.deadLetters
      .filter((letter) => letter.queue === arranged.queue && letter.group === arranged.group)
      .sort((a, b) => a.position - b.position)
      .map((letter): Letter => ({ arranged: letter, deliveries: [], consumes: new Set() }));
    const byTag = new Map(letters.map((letter) => [letter.arranged.tag, letter]));
    const ownConsumes = consumes.filter(own);
    for (const delivery of ownConsumes.flatMap((consume) => consume.deliveries)) {
      const letter = recognise(delivery, byTag, letters);
      if (letter === undefined) continue;
      letterOfDelivery.set(delivery, letter);
      letter.deliveries.push(delivery);
      letter.consumes.add(delivery.consume);
    }
    groups.set(keyOf(arranged.queue, arranged.group), {
      id: arranged.group,
      queue,
      arranged,
      letters,
      consumes: ownConsumes,
      suspects: others.filter(
        (call) =>
          own(call) &&
          call.reply !== 'rejected' &&
          call.reply !== 'transient' &&
          ((call.method === 'HEAD' && call.rest === '/deadletters') ||
            (call.method === 'GET' && call.rest === '/deadletters/')),
      ),
      acknowledgements: readAcknowledgements(
        acknowledges.filter(own),
        ownConsumes,
        (delivery) => letterOfDelivery.get(delivery),
        header.slack,
        queue.mode,
      ).map((view) =>
        // While it is being deleted nothing is due.
        goneBy(deletions, view.call) === undefined ? view : { ...view, due: undefined, dueAlone: undefined },
      ),
      deletions: deletions.filter(
        (call) =>
          call.queue === arranged.queue && (call.kind === 'delete-queue' || decoded(call.group) === arranged.group),
      ),
    });
  }

  // Since when a tag was seen as a normal message of a group, so that it may have failed there.
  const seenAsNormal = new Map<string, Map<string | undefined, number>>();
  for (const call of normals) {
    if (call.kind !== 'consume-normal') continue;
    const key = keyOf(call.queue, decoded(call.group));
    const tags = seenAsNormal.get(key) ?? new Map<string | undefined, number>();
    for (const tag of call.tags) tags.set(tag, Math.min(call.left, tags.get(tag) ?? Infinity));
    seenAsNormal.set(key, tags);
  }
  const allTags = new Set(history.deadLetters.map(({ tag }) => tag));

  const placeOf = (call: Call): Addressed => {
    if (call.project !== header.project) return { kind: 'other-project' };
    const [queueId, groupId] = [decoded(call.queue), decoded(call.group)];
    // Whatever ids an endpoint gave out are well-formed.
    if (!queues.has(queueId)) return { kind: isMalformed(queueId) ? 'malformed-queue' : 'unknown-queue' };
    const gone = goneBy(deletions, call);
    if (gone !== undefined) return { kind: gone };
    const group = groups.get(keyOf(queueId, groupId));
    if (group !== undefined) return { kind: 'group', group };
    if ([...groups.values()].some(({ id }) => id === groupId)) return { kind: 'group-of-another-queue' };
    return { kind: isMalformed(groupId) ? 'malformed-group' : 'unknown-group' };
  };
  const places = new Map<Call, Addressed>();
  const addressed = (call: Call): Addressed => {
    let place = places.get(call);
    if (place === undefined) places.set(call, (place = placeOf(call)));
    return place;
  };

  return {
    history,
    header,
    calls,
    consumes,
    acknowledges,
    others,
    normals,
    sends: calls.filter((call) => call.kind === 'send'),
    groups: [...groups.values()],
    addressed,
    groupOf(call) {
      const place = addressed(call);
      if (place.kind !== 'group' || !place.group.queue.redrive) return undefined;
      return (call.credentials === 'given') === header.features.credentials.present ? place.group : undefined;
    },
    letterOf: (delivery) => letterOfDelivery.get(delivery),
    strangerOf(delivery) {
      const { tags } = delivery;
      const { queue, group, arrived } = delivery.consume;
      const seen = seenAsNormal.get(keyOf(queue, decoded(group)));
      if (tags.some((tag) => (seen?.get(tag) ?? Infinity) < arrived)) return 'perhaps-arranged';
      return tags.some((tag) => allTags.has(tag)) ? 'other-group' : 'not-arranged';
    },
  };
}

/** Seconds for which a group that was just made may be answered for with 404 (K6). */
const INITIALISATION_SECONDS = 20;

/** Until a group has answered once, a 404 for it may be its initialisation and says nothing. */
function withInitialisation(history: History, calls: readonly Call[]): Call[] {
  const made = new Map(history.groups.map(({ group, at }) => [group, at]));
  const ready = new Map<string, number>();
  for (const { group, reply, arrived } of calls) {
    if (reply === 'ok') ready.set(group, Math.min(arrived, ready.get(group) ?? Infinity));
  }
  return calls.map((call) => {
    const at = made.get(call.group);
    const initialising =
      call.status === 404 &&
      at !== undefined &&
      call.left < (ready.get(call.group) ?? Infinity) &&
      call.left - at < INITIALISATION_SECONDS;
    return initialising ? { ...call, reply: 'transient' } : call;
  });
}

/** By a tag in the body; what carries none was alone in its group, or is known by its body. */
function recognise(
  delivery: Delivery,
  byTag: ReadonlyMap<string, Letter>,
  letters: readonly Letter[],
): Letter | undefined {
  const { tags } = delivery;
  for (const tag of tags) {
    const letter = byTag.get(tag);
    if (letter !== undefined) return letter;
  }
  if (tags.length > 0) return undefined;
  if (letters.length === 1) return letters[0];
  const alike = letters.filter(
    ({ arranged }) => !arranged.tagged && sameJson(parseSpelled(arranged.body), delivery.spelled.body),
  );
  return alike.length === 1 ? alike[0] : undefined;
}

/** One that was refused has deleted nothing. */
function deletionsBy(calls: readonly Call[]): Deletion[] {
  return calls.flatMap((call) =>
    (call.kind === 'delete-group' || call.kind === 'delete-queue') &&
    call.reply !== 'rejected' &&
    call.reply !== 'transient'
      ? [{ ...call, done: call.status !== undefined && call.status >= 200 && call.status < 300 }]
      : [],
  );
}

/** Of a hook's error nobody knows how far it came. */
function deletionsArranged({ arrangings }: History): Deletion[] {
  return arrangings.flatMap(({ action, queue = '', group = '', done, sent, received }) =>
    action === 'delete-group' || action === 'delete-queue'
      ? [{ kind: action, queue, group, done, left: sent, arrived: received }]
      : [],
  );
}

function goneBy(
  deletions: readonly Deletion[],
  call: Call,
): 'deleted-group' | 'deleted-queue' | 'being-deleted' | undefined {
  let perhaps = false;
  for (const deletion of deletions) {
    if (deletion.queue !== call.queue) continue;
    if (deletion.kind === 'delete-group' && deletion.group !== call.group) continue;
    if (deletion.done && before(deletion, call)) {
      return deletion.kind === 'delete-group' ? 'deleted-group' : 'deleted-queue';
    }
    if (mayPrecede(deletion, call)) perhaps = true;
  }
  return perhaps ? 'being-deleted' : undefined;
}

function decoded(id: string): string {
  if (!id.includes('%')) return id;
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
