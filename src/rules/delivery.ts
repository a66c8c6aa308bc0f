/** All dead letters arrive, within the load limit, and on FIFO queues in order. Rulings E8, E9, G1 to G3. */
import { before, mayHaveTaken, mayPrecede, type ConsumeCall } from '../history/calls.ts';
import { compactBytes, parseJson } from '../history/json.ts';
import { leaseEnd } from '../history/leases.ts';
import { dueAt, emptiesOver, hasAppeared, isSettledBefore, missedAt, obligationAt } from '../history/presence.ts';
import type { GroupView, Letter, View } from '../history/view.ts';
import { broken, held, noted, rule, undecided, type Finding, type Rule } from './rule.ts';

/** max_msg_size_byte of the manual: bodies and attributes of one answer together. */
const LOAD_LIMIT = 524_288;
const NEARLY_FULL = 500_000;

const isLarge = (letter: Letter): boolean => exceed([letter], NEARLY_FULL);
/** That a single large message is delivered is only a SHOULD (E9), so no MUST stands on it. */
const isOrdinary = (letter: Letter): boolean => !isLarge(letter);

function* arrives(view: View, pick: (letter: Letter) => boolean, groups = view.groups): Generator<Finding> {
  for (const group of groups) {
    for (const letter of group.letters) {
      if (!pick(letter)) continue;
      // What was handed out may be missing for other reasons since.
      const come = letter.deliveries[0]?.consume.left;
      const missed = [...emptiesOver(group, letter, come)].filter(
        (consume) => missedAt(group, letter, consume, view.header.slack)?.cause === 'arrival',
      );
      // If no other one of the group had appeared by then, it was the arranging that failed (K4).
      const shown = missed.find((consume) => hasAppeared(group, consume));
      if (shown !== undefined) {
        yield broken(
          `dead letter ${letter.arranged.tag} is delivered`,
          'a consume that could have brought it came back empty',
          shown,
        );
      } else if (missed[0] !== undefined) yield undecided(missed[0]);
      if (letter.deliveries[0] !== undefined) yield held(letter.deliveries[0].consume);
    }
  }
}

function* boundedRounds(view: View): Generator<Finding> {
  for (const group of view.groups) {
    const count = group.letters.length;
    const letters = group.letters.filter(isOrdinary);
    const giving = group.consumes.filter(({ deliveries }) => deliveries.length > 0);
    const last = giving.at(-1);
    if (letters.length < 2 || last === undefined) continue;
    const bound = 10 + 3 * count;
    const first = new Set(giving.slice(0, bound));
    const late = letters.filter(({ consumes }) => consumes.isDisjointFrom(first));
    if (late.length === 0) yield held(last);
    const [end] = late.flatMap((letter) => endOfRounds(view, group, letter, giving, bound) ?? []);
    if (end !== undefined) {
      yield broken(
        `all ${count} dead letters arrive within ${bound} rounds`,
        `after ${bound} rounds not all had come`,
        end,
      );
    }
  }
}

/** The last of so many rounds that could have brought a letter and did not, while all that came was acknowledged as one went. */
function endOfRounds(
  view: View,
  group: GroupView,
  letter: Letter,
  giving: readonly ConsumeCall[],
  bound: number,
): ConsumeCall | undefined {
  const rounds = giving
    .filter(
      (round) => !letter.consumes.has(round) && dueAt(group, letter, round, view.header.slack)?.cause === 'arrival',
    )
    .slice(0, bound);
  const inTurn = rounds.every(({ deliveries }, index) => {
    const next = rounds[index + 1];
    return next === undefined || deliveries.every((delivery) => isSettledBefore(group, delivery, next));
  });
  return inTurn ? rounds[bound - 1] : undefined;
}

/** Bytes of a letter as it was sent, which it has at most. */
function mostBytesOf({ arranged: { body, attributes } }: Letter): number {
  return Buffer.byteLength(body) + Buffer.byteLength(attributes ?? '');
}

const sizes = new WeakMap<Letter, number>();

function bytesOf(letter: Letter): number {
  let size = sizes.get(letter);
  if (size === undefined) sizes.set(letter, (size = measured(letter.arranged)));
  return size;
}

function measured({ body, attributes }: Letter['arranged']): number {
  // Numbers may be spelled shorter than we would write them.
  const bytes = (text: string): number => Math.min(Buffer.byteLength(text), compactBytes(parseJson(text)));
  return bytes(body) + (attributes === null ? 0 : bytes(attributes));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((so, number) => so + number, 0);
}

/** Whether their bodies and attributes have more bytes than that together. Most are far from it, which is seen without parsing them. */
function exceed(letters: readonly Letter[], limit: number): boolean {
  return sum(letters.map(mostBytesOf)) > limit && sum(letters.map(bytesOf)) > limit;
}

function* loadLimit(view: View): Generator<Finding> {
  for (const group of view.groups) {
    const tooMuch = overflows(group);
    for (const consume of group.consumes) {
      const loadBy = (ofLetter: (letter: Letter) => number): number =>
        sum(
          consume.deliveries.map((delivery) => {
            const letter = view.letterOf(delivery);
            const { body, attributes } = delivery;
            return letter === undefined ? compactBytes(body) + compactBytes(attributes ?? undefined) : ofLetter(letter);
          }),
        );
      const most = loadBy(mostBytesOf);
      const load = most > LOAD_LIMIT ? loadBy(bytesOf) : most;
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
  return exceed(letters, LOAD_LIMIT);
}

/** Whether the messages surely failed in the order of sending, so that their order as dead letters is ruled (G3). */
function failedInOrder({ letters }: GroupView): boolean {
  return letters.every(({ arranged }, index) => {
    const next = letters[index + 1]?.arranged.failed;
    // One request that failed both named them in that order.
    const together = next?.[0] === arranged.failed[0] && next[1] === arranged.failed[1];
    return next === undefined || together || next[0] >= arranged.failed[1];
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
    const come = group.letters.flatMap(({ arranged: { tag }, deliveries: [first] }) =>
      first === undefined ? [] : [{ tag, first: first.consume }],
    );
    for (const [index, { tag, first }] of come.entries()) {
      const previous = come[index - 1];
      // What came in one answer is compared with the rest once.
      if (previous === undefined || previous.first === first) continue;
      const others = come.slice(0, index).filter((other) => other.first !== first);
      const overtaken = others.find((other) => before(first, other.first));
      if (others.every((other) => before(other.first, first))) yield held(previous.first, first);
      // An answer that we never got may have brought the earlier one first.
      else if (overtaken === undefined || lost.some((call) => mayPrecede(call, first)))
        yield undecided(previous.first, first);
      else {
        yield broken(
          `${overtaken.tag} is delivered before ${tag}, which was sent after it`,
          'it was delivered after it',
          first,
          overtaken.first,
        );
      }
    }
  }
}

/** No later one comes before one that is consumable again. */
function* afterFailure(view: View): Generator<Finding> {
  const { slack } = view.header;
  for (const group of fifo(view)) {
    for (const consume of group.consumes) {
      const got = positions(view, consume);
      const head = group.letters.find(({ arranged }) => arranged.position === got[0]);
      if (head === undefined) continue;
      const [overtaken] = group.letters.flatMap((letter) => {
        const { position } = letter.arranged;
        const place = got.indexOf(position);
        const passed = got.slice(0, place === -1 ? got.length : place).some((other) => other > position);
        const obligation = passed ? dueAt(group, letter, consume, slack) : undefined;
        return obligation?.delivery === undefined ? [] : [{ letter, delivery: obligation.delivery }];
      });
      if (overtaken !== undefined) {
        yield broken(
          `dead letter ${overtaken.letter.arranged.tag}, which is consumable again, comes before all later ones`,
          'one that was sent after it came first',
          overtaken.delivery.consume,
          consume,
        );
      } else if (head.deliveries[0]?.consume !== consume) {
        const others = group.letters.filter(({ arranged }) => arranged.position > head.arranged.position);
        if (others.some((other) => obligationAt(group, other, consume, slack) !== undefined)) yield held(consume);
      }
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
    // What does not fit into one answer makes it short, too (E9).
    if (exceed(group.letters.slice(0, asked), LOAD_LIMIT)) continue;
    yield noted(first.deliveries.length === asked ? 'FIFO fills a batch' : 'FIFO gives short batches', first);
  }
}

export const deliveryRules: readonly Rule[] = [
  rule('delivery.all-arrive', (view) => arrives(view, isOrdinary)),
  rule('delivery.bounded-rounds', boundedRounds),
  rule('delivery.load-limit', loadLimit),
  rule('delivery.load-rest-arrives', (view) => arrives(view, isOrdinary, view.groups.filter(overflows))),
  rule('delivery.single-large', (view) => arrives(view, isLarge)),
  rule('fifo.order-in-answer', orderInAnswer),
  rule('fifo.order-of-answers', orderOfAnswers),
  rule('fifo.after-failure', afterFailure),
  rule('fifo.in-flight', inFlight),
  rule('fifo.full-batch', fullBatch),
];
