/** What was sent comes back as the same JSON. Rulings F3, F4, F7. */
import type { Delivery } from '../history/calls.ts';
import {
  hasLoneSurrogate,
  kindOf,
  parseSpelled,
  sameJson,
  someValue,
  SpelledNumber,
  type JsonKind,
} from '../history/json.ts';
import type { Letter, View } from '../history/view.ts';
import { broken, held, noted, rule, type Finding, type Rule } from './rule.ts';

interface Pair {
  readonly delivery: Delivery;
  readonly letter: Letter;
  readonly sent: unknown;
  readonly got: unknown;
}

const sentBodies = new WeakMap<Letter, unknown>();

/** Parsed once: every rule of this chapter asks. */
function sentBody(letter: Letter): unknown {
  if (!sentBodies.has(letter)) sentBodies.set(letter, parseSpelled(letter.arranged.body));
  return sentBodies.get(letter);
}

/** Every delivery of an arranged letter that has a body at all, beside what was sent. */
function* bodies(view: View): Generator<Pair> {
  for (const group of view.groups) {
    for (const letter of group.letters) {
      const sent = sentBody(letter);
      for (const delivery of letter.deliveries) {
        if (delivery.message !== undefined && 'body' in delivery.message) {
          yield { delivery, letter, sent, got: delivery.spelled.body };
        }
      }
    }
  }
}

function isText(sent: unknown): boolean {
  const kind = kindOf(sent);
  return (kind === 'object' || kind === 'string') && !hasLoneSurrogate(sent);
}

function* unchanged(view: View): Generator<Finding> {
  for (const { delivery, letter, sent, got } of bodies(view)) {
    if (!isText(sent)) continue;
    if (sameJson(sent, got)) yield held(delivery.consume);
    else
      yield broken(
        `body ${excerpt(sent, got)}`,
        `body ${excerpt(got, sent)} of ${letter.arranged.tag}`,
        delivery.consume,
      );
  }
}

function* kindKept(view: View): Generator<Finding> {
  for (const { delivery, sent, got } of bodies(view)) {
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
  for (const { delivery, sent, got } of bodies(view)) {
    if (!['array', 'number', 'boolean'].includes(kindOf(sent)) || hasLoneSurrogate(sent)) continue;
    if (sameJson(sent, got)) yield held(delivery.consume);
    else yield broken(`body ${excerpt(sent, got)}`, `body ${excerpt(got, sent)}`, delivery.consume);
  }
}

function* spelling(view: View): Generator<Finding> {
  for (const { delivery, sent, got } of bodies(view)) {
    if (!someValue(sent, (value) => value instanceof SpelledNumber) || !sameJson(sent, got)) continue;
    if (sameJson(sent, got, 'spelling')) yield held(delivery.consume);
    else yield broken(`numbers as they were spelled: ${excerpt(sent, got)}`, excerpt(got, sent), delivery.consume);
  }
}

function* nullBody(view: View): Generator<Finding> {
  for (const { delivery, sent, got } of bodies(view)) {
    if (sent === null) yield noted(`a body that is null comes back as ${kindOf(got)}`, delivery.consume);
  }
}

function* loneSurrogates(view: View): Generator<Finding> {
  for (const { delivery, sent, got } of bodies(view)) {
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
    for (const { delivery, letter } of bodies(view)) {
      const sent = attributesOf(letter);
      if (hasLoneSurrogate(sent)) continue;
      const got = record(delivery.spelled.attributes);
      const names = Object.keys(sent).filter((name) => kinds.includes(kindOf(sent[name])));
      const added = kinds.includes('string') ? Object.keys(got).filter((name) => !Object.hasOwn(sent, name)) : [];
      const changed = names.find((name) => !Object.hasOwn(got, name) || !sameJson(sent[name], got[name]));
      if (changed !== undefined) {
        yield broken(
          `attribute ${excerpt(changed)} is ${excerpt(sent[changed], got[changed])}`,
          Object.hasOwn(got, changed) ? `it is ${excerpt(got[changed], sent[changed])}` : 'it is missing',
          delivery.consume,
        );
      } else if (added.length > 0) {
        yield broken('no attributes but those that were sent', `there is ${excerpt(added[0])}, too`, delivery.consume);
      } else if (names.length > 0) yield held(delivery.consume);
    }
  };
}

function attributesOf({ arranged }: Letter): Record<string, unknown> {
  return arranged.attributes === null ? {} : record(parseSpelled(arranged.attributes));
}

function record(value: unknown): Record<string, unknown> {
  return kindOf(value) === 'object' ? (value as Record<string, unknown>) : {};
}

/** What came, without regard to how no attributes are told (F4). */
function payloadOf({ spelled }: Delivery): unknown {
  return { body: spelled.body, attributes: record(spelled.attributes) };
}

/** Judged where F3 and F4 say MUST of all of it; what else changes shows where it is compared with what was sent. */
function* sameAgain(view: View): Generator<Finding> {
  for (const letter of view.groups.flatMap(({ letters }) => letters)) {
    const { arranged, deliveries } = letter;
    const attributes = attributesOf(letter);
    if (!isText(parseSpelled(arranged.body)) || hasLoneSurrogate(attributes)) continue;
    if (!Object.values(attributes).every((value) => typeof value === 'string')) continue;
    const [first, ...later] = deliveries;
    for (const delivery of later) {
      if (first === undefined) continue;
      const [was, is] = [payloadOf(first), payloadOf(delivery)];
      if (sameJson(was, is)) yield held(first.consume, delivery.consume);
      else {
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
