/** The answer to a consume as it stands on the wire. Rulings C7, F1, F2, F4 to F6. */
import type { Answer } from '../../schemas/types.ts';
import { before, isRecord, type Call, type ConsumeCall, type Delivery } from '../history/calls.ts';
import { isTooDeep, kindOf, parseJson, repeatedName } from '../history/json.ts';
import { leaseEnd } from '../history/leases.ts';
import { touching } from '../history/presence.ts';
import { tagsIn } from '../history/tags.ts';
import type { GroupView, View } from '../history/view.ts';
import { broken, held, noted, rule, undecided, type Finding, type Rule } from './rule.ts';

function answered(view: View): readonly ConsumeCall[] {
  return view.consumes.filter((call) => call.reply === 'ok');
}

function* deliveries(view: View): Generator<Delivery> {
  for (const call of answered(view)) yield* call.deliveries;
}

function* status200(view: View): Generator<Finding> {
  for (const call of view.consumes) {
    const group = view.groupOf(call);
    if (group === undefined || call.query.standing !== 'legal') continue;
    if (call.reply === 'ok') yield held(call);
    else if (call.reply === 'transient' || call.reply === 'unknown') yield undecided(call);
    else
      yield broken(
        'a lawful consume of an existing group is answered with 200',
        `it was answered with ${call.status}`,
        call,
      );
  }
}

/**
 * What a 200 that is no array is taken for: something was handed out in another shape, or it stands for nothing. Of bytes
 * that are no UTF-8, and of what is nested too deep to be read, that cannot be said.
 */
function shapeOf({ text, json }: ConsumeCall): 'array' | 'hands-out' | 'nothing' | 'unread' {
  if (Array.isArray(json)) return 'array';
  if (text === undefined || isTooDeep(text)) return 'unread';
  return /"handler"\s*:/.test(text) || tagsIn(text).length > 0 ? 'hands-out' : 'nothing';
}

function* isArray(view: View): Generator<Finding> {
  for (const call of answered(view)) {
    const shape = shapeOf(call);
    if (shape === 'unread') yield undecided(call);
    else if (shape === 'array' && !call.empty) yield held(call);
    else if (shape === 'hands-out') {
      const what = call.json === undefined ? 'no JSON' : `a JSON ${kindOf(call.json)}`;
      yield broken('the body of a 200 answer is a JSON array', `it was ${what}`, call);
    }
  }
}

function* emptyIsArray(view: View): Generator<Finding> {
  for (const call of view.consumes) {
    const lawful = view.groupOf(call) !== undefined && call.query.standing === 'legal';
    if (call.status === 204 && lawful) yield broken('an empty answer is 200 with []', 'it was 204', call);
    if (call.reply !== 'ok') continue;
    const shape = shapeOf(call);
    if (shape === 'unread') yield undecided(call);
    else if (call.empty) yield held(call);
    else if (shape === 'nothing') {
      const what = call.json === undefined ? (call.text === '' ? 'no body' : 'no JSON') : `a JSON ${kindOf(call.json)}`;
      yield broken('an empty answer is 200 with []', `its body was ${what}`, call);
    }
  }
}

function everyDelivery(
  expected: string,
  problem: (delivery: Delivery) => string | undefined,
): (view: View) => Generator<Finding> {
  return function* (view) {
    for (const delivery of deliveries(view)) {
      const observed = problem(delivery);
      if (observed === undefined) yield held(delivery.consume);
      else yield broken(expected, `element ${delivery.index}: ${observed}`, delivery.consume);
    }
  };
}

const message = everyDelivery('every element has an object message', ({ element, message }) =>
  message !== undefined
    ? undefined
    : isRecord(element)
      ? `message is ${kindOf(element['message'])}`
      : `it is ${kindOf(element)}`,
);

const body = everyDelivery('every message has a body', ({ message }) =>
  message === undefined || 'body' in message ? undefined : 'there is no member body',
);

const handler = everyDelivery('every element has a handler that is a string and not empty', ({ element, handler }) =>
  handler === undefined
    ? `handler is ${kindOf(isRecord(element) ? element['handler'] : undefined)}`
    : handler === ''
      ? 'handler is empty'
      : undefined,
);

function* uniqueHandlers(view: View): Generator<Finding> {
  for (const call of answered(view)) {
    const handlers = call.deliveries.flatMap(({ handler }) => (handler === undefined ? [] : [handler]));
    if (handlers.length < 2) continue;
    if (new Set(handlers).size === handlers.length) yield held(call);
    else yield broken('every handler of an answer names one dead letter', 'one stands there twice', call);
  }
  for (const group of view.groups) yield* sharedHandlers(view, group);
}

/** Two dead letters that are surely in flight at once in one group: an acknowledgement could not say which it means. */
function* sharedHandlers(view: View, group: GroupView): Generator<Finding> {
  const latest = new Map<string, Delivery>();
  for (const second of group.consumes.flatMap((consume) => consume.deliveries)) {
    if (second.handler === undefined) continue;
    const first = latest.get(second.handler);
    latest.set(second.handler, second);
    if (first === undefined || first.consume === second.consume || !before(first.consume, second.consume)) continue;
    const [one, other] = [view.letterOf(first), view.letterOf(second)];
    if (one === undefined || other === undefined || one === other) continue;
    const inFlight =
      second.consume.received[1] < leaseEnd(first).earliest - view.header.slack.early &&
      touching(group, first, second.consume).length === 0;
    if (inFlight) {
      yield broken(
        'every handler names one dead letter',
        `one of ${one.arranged.tag}, which is in flight, was handed out for ${other.arranged.tag}, too`,
        first.consume,
        second.consume,
      );
    }
  }
}

function* attributesShape(view: View): Generator<Finding> {
  for (const delivery of deliveries(view)) {
    const sent = view.letterOf(delivery)?.arranged.attributes;
    if (sent === undefined || sent === null || delivery.message === undefined) continue;
    const kind = kindOf(delivery.attributes);
    if (kind === 'object') yield held(delivery.consume);
    else if (kindOf(parseJson(sent)) === 'object' && sent.replace(/\s/g, '') !== '{}') {
      yield broken('attributes that were sent come back as an object', `attributes is ${kind}`, delivery.consume);
    }
  }
}

function* noAttributes(view: View): Generator<Finding> {
  for (const delivery of deliveries(view)) {
    const letter = view.letterOf(delivery);
    if (letter?.arranged.attributes === null && delivery.message !== undefined) {
      yield noted(`without attributes the member is ${kindOf(delivery.attributes)}`, delivery.consume);
    }
  }
}

function* extraMembers(view: View): Generator<Finding> {
  for (const delivery of deliveries(view)) {
    const own = isRecord(delivery.element) ? Object.keys(delivery.element) : [];
    const inner = Object.keys(delivery.message ?? {}).map((name) => `message.${name}`);
    const extra = [...own, ...inner].filter(
      (name) => !['message', 'handler', 'message.body', 'message.attributes'].includes(name),
    );
    yield noted(
      extra.length === 0 ? 'no extra members' : `extra members ${extra.slice(0, 5).join(', ')}`,
      delivery.consume,
    );
  }
}

/** An answer that has a body. */
function bodied({ exchange: { outcome } }: Call): Answer | undefined {
  return outcome.kind === 'answer' && outcome.body.data !== '' ? outcome : undefined;
}

export function saysJson(calls: (view: View) => readonly Call[]): (view: View) => Generator<Finding> {
  return function* (view) {
    for (const call of calls(view)) {
      const answer = bodied(call);
      if (call.reply !== 'ok' || answer === undefined) continue;
      const type = answer.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
      if (/^\s*application\/json\s*(?:;|$)/i.test(type ?? '')) yield held(call);
      else
        yield broken(
          'the answer says application/json',
          type === undefined ? 'it has no Content-Type' : `it says ${type}`,
          call,
        );
    }
  };
}

export function isUtf8(calls: (view: View) => readonly Call[]): (view: View) => Generator<Finding> {
  return function* (view) {
    for (const call of calls(view)) {
      const answer = bodied(call);
      if (answer === undefined) continue;
      // Pages of somebody before the endpoint need be no JSON, nor UTF-8.
      if (call.json !== undefined) yield held(call);
      else if (call.reply === 'ok' && answer.body.encoding !== 'utf8')
        yield broken('the answer is UTF-8', 'its bytes are not', call);
    }
  };
}

export function cleanJson(calls: (view: View) => readonly Call[]): (view: View) => Generator<Finding> {
  return function* (view) {
    for (const call of calls(view)) {
      if (call.reply !== 'ok' || call.text === undefined || call.json === undefined) continue;
      const name = repeatedName(call.text);
      if (call.text.startsWith('\ufeff')) yield broken('no byte order mark', 'the answer starts with one', call);
      else if (name !== undefined)
        yield broken('no member name twice in one object', `${JSON.stringify(name)} stands twice`, call);
      else yield held(call);
    }
  };
}

export const responseRules: readonly Rule[] = [
  rule('consume.response.status-200', status200),
  rule('consume.response.array', isArray),
  rule('consume.response.message', message),
  rule('consume.response.body', body),
  rule('consume.response.attributes', attributesShape),
  rule('consume.response.no-attributes', noAttributes),
  rule('consume.response.handler', handler),
  rule('consume.response.handler-unique', uniqueHandlers),
  rule('consume.response.extra-members', extraMembers),
  rule(
    'consume.response.content-type',
    saysJson((view) => view.consumes),
  ),
  rule(
    'consume.response.utf8',
    isUtf8((view) => view.consumes),
  ),
  rule(
    'consume.response.clean-json',
    cleanJson((view) => view.consumes),
  ),
  rule('consume.empty.array', emptyIsArray),
];
