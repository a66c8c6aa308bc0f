/** All dead letters arrive, within the load limit, and on FIFO queues in order. Rulings E8, E9, G1 to G3. */
import { before, mayHaveTaken, mayPrecede, type ConsumeCall } from '../history/calls.ts';
import { compactBytes, parseJson } from '../history/json.ts';
import { leaseEnd } from '../history/leases.ts';
import { obligationAt, returnsOf } from '../history/presence.ts';
import type { GroupView, Letter, View } from '../history/view.ts';
import { broken, held, noted, rule, undecided, type Finding, type Rule } from './rule.ts';

/** max_msg_size_byte of the manual: bodies and attributes of one answer together. */
const LOAD_LIMIT = 524_288;
const NEARLY_FULL = 500_000;

function* arrives(view: View, pick: (group: GroupView, letter: Letter) => boolean = () => true): Generator<Finding> {
  for (const group of view.groups) {
    for (const { obligation, outcome, consume } of returnsOf(group, view.header.slack)) {
      if (obligation.cause !== 'arrival' || !pick(group, obligation.letter)) continue;
      if (outcome === 'back') yield held(consume);
      // If nothing of the group ever appeared, it was the arranging that failed (K4).
      else if (group.letters.every(({ deliveries }) => deliveries.length === 0)) yield undecided(consume);
      else
        yield broken(
          `dead letter ${obligation.letter.arranged.tag} is delivered`,
          'a consume that could have brought it came back empty',
          consume,
        );
    }
  }
}

function* boundedRounds(view: View): Generator<Finding> {
  for (const group of view.groups) {
    const count = group.letters.length;
    const giving = group.consumes.filter(({ deliveries }) => deliveries.length > 0);
    const last = giving.at(-1);
    if (count < 2 || last === undefined) continue;
    const bound = 10 + 3 * count;
    const firsts = group.letters.map(({ deliveries }) =>
      deliveries[0] === undefined ? Infinity : giving.indexOf(deliveries[0].consume),
    );
    const rounds = Math.max(...firsts) + 1;
    if (rounds <= bound) yield held(last);
    else if (giving.length > bound && allSettled(view, group, giving.slice(0, bound))) {
      yield broken(
        `all ${count} dead letters arrive within ${bound} rounds`,
        `after ${giving.length} rounds not all had come`,
        last,
      );
    }
  }
}

/** Whether all that these consumes brought was acknowledged: only then the others had their turn. */
function allSettled(view: View, group: GroupView, consumes: readonly ConsumeCall[]): boolean {
  return consumes.every(({ deliveries }) =>
    deliveries.every((delivery) => {
      const letter = view.letterOf(delivery);
      return letter !== undefined && group.acknowledgements.some((one) => one.fateOf(letter) === 'settled');
    }),
  );
}

function bytesOf(letter: Letter): number {
  const { body, attributes } = letter.arranged;
  // Numbers may be spelled shorter than we would write them.
  const bytes = (text: string): number => Math.min(Buffer.byteLength(text), compactBytes(parseJson(text)));
  return bytes(body) + (attributes === null ? 0 : bytes(attributes));
}

function* loadLimit(view: View): Generator<Finding> {
  for (const group of view.groups) {
    const tooMuch = overflows(group);
    for (const consume of group.consumes) {
      const load = consume.deliveries.reduce((sum, delivery) => {
        const letter = view.letterOf(delivery);
        const { body, attributes } = delivery;
        return (
          sum + (letter === undefined ? compactBytes(body) + compactBytes(attributes ?? undefined) : bytesOf(letter))
        );
      }, 0);
      if (load > LOAD_LIMIT)
        yield broken(
          `at most ${LOAD_LIMIT} bytes of bodies and attributes in one answer`,
          `there were ${load}`,
          consume,
        );
      else if (load > 0 && tooMuch) yield held(consume);
    }
  }
}

function overflows({ letters }: GroupView): boolean {
  return letters.reduce((sum, letter) => sum + bytesOf(letter), 0) > LOAD_LIMIT;
}

/** Whether the messages failed in the order of sending, so that their order as dead letters is ruled (G3). */
function failedInOrder({ letters }: GroupView): boolean {
  return letters.every(({ arranged }, index) => {
    const next = letters[index + 1];
    return next === undefined || next.arranged.failed[1] >= arranged.failed[0];
  });
}

function* fifo(view: View): Generator<GroupView> {
  for (const group of view.groups) if (group.queue.mode === 'FIFO' && failedInOrder(group)) yield group;
}

function positions(view: View, consume: ConsumeCall): number[] {
  return consume.deliveries.flatMap((delivery) => view.letterOf(delivery)?.arranged.position ?? []);
}

function* orderInAnswer(view: View): Generator<Finding> {
  for (const group of fifo(view)) {
    for (const consume of group.consumes) {
      const got = positions(view, consume);
      if (got.length < 2) continue;
      if (got.every((position, index) => position > (got[index - 1] ?? -1))) yield held(consume);
      else
        yield broken(
          'dead letters in the order of sending',
          `they came as ${got.map((one) => one + 1).join(', ')}`,
          consume,
        );
    }
  }
}

function* orderOfAnswers(view: View): Generator<Finding> {
  for (const group of fifo(view)) {
    const lost = [...group.consumes.filter(mayHaveTaken), ...group.suspects];
    for (const [index, earlier] of group.letters.entries()) {
      const later = group.letters[index + 1];
      const [first, second] = [earlier.deliveries[0]?.consume, later?.deliveries[0]?.consume];
      if (first === undefined || second === undefined || later === undefined || first === second) continue;
      if (before(first, second)) yield held(first, second);
      // An answer that we never got may have brought the earlier one first.
      else if (before(second, first) && !lost.some((call) => mayPrecede(call, second))) {
        yield broken(
          `${earlier.arranged.tag} is delivered before ${later.arranged.tag}, which was sent after it`,
          'it was delivered after it',
          second,
          first,
        );
      }
    }
  }
}

/** The earliest unacknowledged one that is consumable again comes first. */
function* afterFailure(view: View): Generator<Finding> {
  for (const group of fifo(view)) {
    for (const consume of group.consumes) {
      const got = positions(view, consume);
      const [head] = got;
      if (head === undefined) continue;
      const overtaken = group.letters.find((letter) => {
        if (letter.arranged.position >= head || letter.deliveries.some((delivery) => delivery.consume === consume))
          return false;
        const obligation = obligationAt(group, letter, consume, view.header.slack);
        return obligation !== undefined && obligation.cause !== 'arrival' && obligation.must < consume.sent[0];
      });
      const again = consume.deliveries.some((delivery) => {
        const letter = view.letterOf(delivery);
        return letter?.arranged.position === head && letter.deliveries[0] !== delivery;
      });
      if (overtaken !== undefined) {
        yield broken(
          `dead letter ${overtaken.arranged.tag}, which is consumable again, comes before all later ones`,
          `the answer starts with one that was sent after it`,
          ...overtaken.deliveries.slice(-1).map((delivery) => delivery.consume),
          consume,
        );
      } else if (again && group.letters.some(({ arranged }) => arranged.position > head)) yield held(consume);
    }
  }
}

function* inFlight(view: View): Generator<Finding> {
  for (const group of fifo(view)) {
    const [delivery] = group.consumes.flatMap(({ deliveries }) => deliveries);
    if (delivery === undefined) continue;
    const first = delivery.consume;
    const meanwhile = group.consumes.find(
      (call) =>
        before(first, call) &&
        call.reply === 'ok' &&
        call.received[1] < leaseEnd(delivery).earliest &&
        !group.acknowledgements.some((one) => mayPrecede(one.call, call)),
    );
    if (meanwhile === undefined || first.deliveries.length >= group.letters.length) continue;
    yield noted(
      meanwhile.deliveries.length > 0
        ? 'FIFO hands out later ones while earlier ones are in flight'
        : 'FIFO blocks while one is in flight',
      meanwhile,
    );
  }
}

function* fullBatch(view: View): Generator<Finding> {
  for (const group of fifo(view)) {
    const [first] = group.consumes.filter(({ deliveries }) => deliveries.length > 0);
    const asked = first?.query.parameters.max_msgs.value;
    if (first === undefined || asked === undefined || asked < 2 || group.letters.length < asked) continue;
    yield noted(first.deliveries.length === asked ? 'FIFO fills a batch' : 'FIFO gives short batches', first);
  }
}

export const deliveryRules: readonly Rule[] = [
  rule('delivery.all-arrive', (view) => arrives(view)),
  rule('delivery.bounded-rounds', boundedRounds),
  rule('delivery.load-limit', loadLimit),
  rule('delivery.load-rest-arrives', (view) => arrives(view, overflows)),
  rule('delivery.single-large', (view) => arrives(view, (_group, letter) => bytesOf(letter) > NEARLY_FULL)),
  rule('fifo.order-in-answer', orderInAnswer),
  rule('fifo.order-of-answers', orderOfAnswers),
  rule('fifo.after-failure', afterFailure),
  rule('fifo.in-flight', inFlight),
  rule('fifo.full-batch', fullBatch),
];
