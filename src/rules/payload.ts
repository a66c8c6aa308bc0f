/** What was sent comes back as the same JSON. Rulings F3, F4, F7. */
import type { Delivery } from '../history/calls.ts';
import {
  hasLoneSurrogate,
  kindOf,
  parseJson,
  parseSpelled,
  sameJson,
  someValue,
  SpelledNumber,
  type JsonKind,
} from '../history/json.ts';
import type { Letter, View } from '../history/view.ts';
import { broken, held, noted, perView, rule, type Finding, type Rule } from './rule.ts';

interface Pair {
  readonly delivery: Delivery;
  readonly letter: Letter;
  readonly sent: unknown;
  readonly got: unknown;
}

const sentPayloads = new WeakMap<Letter, { readonly body: unknown; readonly attributes: Record<string, unknown> }>();

/** What was sent, numbers by value. Parsed once: every rule of this chapter asks. */
function sentIn(letter: Letter): { readonly body: unknown; readonly attributes: Record<string, unknown> } {
  let sent = sentPayloads.get(letter);
  if (sent === undefined) {
    const { body, attributes } = letter.arranged;
    sent = { body: parseJson(body), attributes: attributes === null ? {} : record(parseJson(attributes)) };
    sentPayloads.set(letter, sent);
  }
  return sent;
}

/** Every delivery of an arranged letter that has a body at all. */
const withBodies = perView((view): readonly Pair[] =>
  view.groups.flatMap((group) =>
    group.letters.flatMap((letter) =>
      letter.deliveries.flatMap((delivery) =>
        delivery.message !== undefined && 'body' in delivery.message
          ? [{ delivery, letter, sent: sentIn(letter).body, got: delivery.body }]
          : [],
      ),
    ),
  ),
);

/** The body as it was sent, and as it came, for people to see what differs. */
function inWords({ delivery, letter }: Pair): { readonly sent: string; readonly got: string } {
  const [sent, got] = [parseSpelled(letter.arranged.body), delivery.spelled.body];
  return { sent: excerpt(sent, got), got: excerpt(got, sent) };
}

function isText(sent: unknown): boolean {
  const kind = kindOf(sent);
  return (kind === 'object' || kind === 'string') && !hasLoneSurrogate(sent);
}

function* unchanged(view: View): Generator<Finding> {
  for (const pair of withBodies(view)) {
    const { delivery, letter, sent, got } = pair;
    if (!isText(sent)) continue;
    if (sameJson(sent, got)) yield held(delivery.consume);
    else {
      const words = inWords(pair);
      yield broken(`body ${words.sent}`, `body ${words.got} of ${letter.arranged.tag}`, delivery.consume);
    }
  }
}

function* kindKept(view: View): Generator<Finding> {
  for (const { delivery, sent, got } of withBodies(view)) {
    if (!isText(sent)) continue;
    const [expected, observed] = [kindOf(sent), kindOf(got)];
    if (expected === observed) yield held(delivery.consume);
    else
      yield broken(
        `a body that was sent as ${expected} comes back as one`,
        `it came back as ${observed}`,
        delivery.consume,
      );
  }
}

function* otherKinds(view: View): Generator<Finding> {
  for (const pair of withBodies(view)) {
    const { delivery, sent, got } = pair;
    if (!['array', 'number', 'boolean'].includes(kindOf(sent)) || hasLoneSurrogate(sent)) continue;
    if (sameJson(sent, got)) yield held(delivery.consume);
    else {
      const words = inWords(pair);
      yield broken(`body ${words.sent}`, `body ${words.got}`, delivery.consume);
    }
  }
}

function* spelling(view: View): Generator<Finding> {
  for (const pair of withBodies(view)) {
    const { delivery, letter, sent, got } = pair;
    if (!someValue(sent, (value) => typeof value === 'number') || !sameJson(sent, got)) continue;
    if (sameJson(parseSpelled(letter.arranged.body), delivery.spelled.body, 'spelling')) yield held(delivery.consume);
    else {
      const words = inWords(pair);
      yield broken(`numbers as they were spelled: ${words.sent}`, words.got, delivery.consume);
    }
  }
}

function* nullBody(view: View): Generator<Finding> {
  for (const { delivery, sent, got } of withBodies(view)) {
    if (sent === null) yield noted(`a body that is null comes back as ${kindOf(got)}`, delivery.consume);
  }
}

function* loneSurrogates(view: View): Generator<Finding> {
  for (const { delivery, sent, got } of withBodies(view)) {
    if (!hasLoneSurrogate(sent)) continue;
    yield noted(
      sameJson(sent, got) ? 'a lone surrogate comes back unchanged' : 'a lone surrogate comes back changed',
      delivery.consume,
    );
  }
}

/** Attributes with these kinds of values, sent and come back. What the endpoint added shows with the strings. */
function attributes(...kinds: readonly JsonKind[]): (view: View) => Generator<Finding> {
  return function* (view) {
    for (const { delivery, letter } of withBodies(view)) {
      const sent = sentIn(letter).attributes;
      if (hasLoneSurrogate(sent)) continue;
      const got = record(delivery.attributes);
      const names = Object.keys(sent).filter((name) => kinds.includes(kindOf(sent[name])));
      const added = kinds.includes('string') ? Object.keys(got).filter((name) => !Object.hasOwn(sent, name)) : [];
      const changed = names.find((name) => !Object.hasOwn(got, name) || !sameJson(sent[name], got[name]));
      if (changed !== undefined) {
        const was = record(parseSpelled(letter.arranged.attributes ?? ''))[changed];
        const is = record(delivery.spelled.attributes)[changed];
        yield broken(
          `attribute ${excerpt(changed)} is ${excerpt(was, is)}`,
          Object.hasOwn(got, changed) ? `it is ${excerpt(is, was)}` : 'it is missing',
          delivery.consume,
        );
      } else if (added.length > 0) {
        yield broken('no attributes but those that were sent', `there is ${excerpt(added[0])}, too`, delivery.consume);
      } else if (names.length > 0) yield held(delivery.consume);
    }
  };
}

function record(value: unknown): Record<string, unknown> {
  return kindOf(value) === 'object' ? (value as Record<string, unknown>) : {};
}

/** What came, without regard to how no attributes are told (F4). */
function payloadOf({ body, attributes }: Pick<Delivery, 'body' | 'attributes'>): unknown {
  return { body, attributes: record(attributes) };
}

/** Judged where F3 and F4 say MUST of all of it; what else changes shows where it is compared with what was sent. */
function* sameAgain(view: View): Generator<Finding> {
  for (const letter of view.groups.flatMap(({ letters }) => letters)) {
    const { arranged, deliveries } = letter;
    if (deliveries.length < 2) continue;
    const { body, attributes } = sentIn(letter);
    if (!isText(body) || hasLoneSurrogate(attributes)) continue;
    if (!Object.values(attributes).every((value) => typeof value === 'string')) continue;
    const [first, ...later] = deliveries;
    for (const delivery of later) {
      if (first === undefined) continue;
      if (sameJson(payloadOf(first), payloadOf(delivery))) yield held(first.consume, delivery.consume);
      else {
        const [was, is] = [payloadOf(first.spelled), payloadOf(delivery.spelled)];
        yield broken(
          `dead letter ${arranged.tag} comes again as it was: ${excerpt(was, is)}`,
          excerpt(is, was),
          first.consume,
          delivery.consume,
        );
      }
    }
  }
}

function* nothingForeign(view: View): Generator<Finding> {
  for (const group of view.groups) {
    if (!group.arranged.ours) continue;
    for (const consume of group.consumes) {
      for (const delivery of consume.deliveries) {
        if (view.letterOf(delivery) !== undefined) yield held(consume);
        else if (view.strangerOf(delivery) === 'not-arranged') {
          yield broken(
            'only dead letters that were arranged in this group',
            `element ${delivery.index} is none of them: ${excerpt(delivery.body)}`,
            consume,
          );
        }
      }
    }
  }
}

/** The part of a value that people need to see: from shortly before the first difference to another one. */
function excerpt(value: unknown, other?: unknown): string {
  const text = written(value);
  const beside = written(other);
  let start = 0;
  while (start < text.length && text[start] === beside[start]) start += 1;
  const from = text.length <= 120 ? 0 : Math.max(0, start - 30);
  return `${from > 0 ? '…' : ''}${text.slice(from, from + 120)}${text.length > from + 120 ? '…' : ''}`;
}

/** Not yet in TypeScript's library. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

function written(value: unknown): string {
  const spelled = (_name: string, inner: unknown): unknown =>
    inner instanceof SpelledNumber ? rawJSON(inner.text) : inner;
  return JSON.stringify(value, spelled) ?? 'nothing';
}

export const payloadRules: readonly Rule[] = [
  rule('payload.body.unchanged', unchanged),
  rule('payload.body.kind', kindKept),
  rule('payload.body.other-kinds', otherKinds),
  rule('payload.body.null', nullBody),
  rule('payload.body.number-spelling', spelling),
  rule('payload.body.lone-surrogates', loneSurrogates),
  rule('payload.attributes.unchanged', attributes('string')),
  rule('payload.attributes.other-kinds', attributes('number', 'boolean')),
  rule('payload.same-on-redelivery', sameAgain),
  rule('delivery.nothing-foreign', nothingForeign),
];
