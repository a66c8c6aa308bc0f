/** What a handler is good for, and what not. Rulings B8, B9, C1 to C6. */
import type { AcknowledgeView, EntryView } from '../history/acknowledgements.ts';
import { before, isRecord, type Call, type NormalCall } from '../history/calls.ts';
import type { View } from '../history/view.ts';
import { countsNoMoreThan, mostOf } from './acknowledge.ts';
import { comesBack, redeliveries } from './redelivery.ts';
import { controlOf } from './rejection.ts';
import { broken, held, noted, rule, undecided, type Finding, type Rule } from './rule.ts';

/** Where a handler that this group never handed out comes from. */
type Origin = 'other-group' | 'normal' | 'invented';

interface Naming {
  readonly one: AcknowledgeView;
  readonly entries: readonly EntryView[];
}

function* namings(view: View): Generator<Naming> {
  for (const group of view.groups) {
    for (const one of group.acknowledgements) if (one.entries !== undefined) yield { one, entries: one.entries };
  }
}

function originOf(view: View, { entry, delivery }: EntryView): Origin | undefined {
  if (delivery !== undefined) return undefined;
  if (view.consumes.some(({ deliveries }) => deliveries.some(({ handler }) => handler === entry.handler)))
    return 'other-group';
  return view.normals.some(({ kind, handlers }) => kind === 'consume-normal' && handlers.includes(entry.handler))
    ? 'normal'
    : 'invented';
}

/** Handlers of one kind, of which none may succeed. Held only where a request has no others. */
function nothingSucceeds(
  is: (view: View, entry: EntryView) => boolean,
  expected: string,
): (view: View) => Generator<Finding> {
  return function* (view) {
    for (const { one, entries } of namings(view)) {
      const kinds = entries.map((entry) => is(view, entry));
      const most = mostOf(one, (entry) => !is(view, entry));
      const exceeded = kinds.includes(true) && (one.call.counts?.success ?? 0) > most;
      if (exceeded || !kinds.includes(false)) yield* countsNoMoreThan(one, expected, most);
    }
  };
}

function refused(is: (view: View, entry: EntryView) => boolean, expected: string): (view: View) => Generator<Finding> {
  return function* (view) {
    for (const { one, entries } of namings(view)) {
      if (!entries.every((entry) => is(view, entry))) continue;
      yield* refusedBeside(controlOf(view, 'acknowledge'), one.call, `${expected} is refused with a 4xx`);
    }
  };
}

function* refusedBeside(control: Call | undefined, call: Call, expected: string): Generator<Finding> {
  if (call.reply === 'ok') yield broken(expected, 'it was answered with 200', call);
  else if (call.reply === 'rejected' && control !== undefined) yield held(call);
  else yield undecided(call);
}

const from =
  (origin: Origin) =>
  (view: View, entry: EntryView): boolean =>
    originOf(view, entry) === origin;
const worth =
  (worth: EntryView['worth'], spentAs?: EntryView['spentAs']) =>
  (_view: View, entry: EntryView): boolean =>
    entry.worth === worth && entry.entry.status === 'success' && entry.spentAs === spentAs;

function* behindInvalid(view: View): Generator<Finding> {
  for (const { one, entries } of namings(view)) {
    const bad = entries.findIndex(({ worth }) => worth === 'unknown');
    if (bad === -1 || !entries.slice(bad).some(({ entry, worth }) => worth === 'live' && entry.status === 'success'))
      continue;
    yield* countsNoMoreThan(one, `nothing counts as success behind entry ${bad + 1}, whose handler is invalid`, bad);
  }
}

function* mixed(view: View): Generator<Finding> {
  for (const { one, entries } of namings(view)) {
    const kinds = entries.map(({ worth }) => worth);
    if (!kinds.includes('unknown') || !kinds.includes('live')) continue;
    const counts = one.call.counts === undefined ? '' : ` with ${one.call.counts.success} and ${one.call.counts.fail}`;
    const place = kinds[0] === 'unknown' ? 'first' : kinds.at(-1) === 'unknown' ? 'last' : 'in between';
    yield noted(`an invalid handler ${place}: ${one.call.status ?? 'no answer'}${counts}`, one.call);
  }
}

function* late(view: View): Generator<Finding> {
  for (const { one, entries } of namings(view)) {
    const [first] = entries;
    if (first?.worth !== 'open' || first.delivery === undefined) continue;
    const { consume } = first.delivery;
    if (one.call.sent[0] > consume.received[1] + consume.lease.most) {
      yield noted(
        `an acknowledgement just after ack_wait: ${one.call.status ?? 'no answer'}${one.call.counts === undefined ? '' : ` with success ${one.call.counts.success}`}`,
        one.call,
      );
    }
  }
}

/** A spent handler is not counted again: a warning, since the state may be right all the same. */
function notAgain(spentAs: 'success' | 'fail', expected: string): (view: View) => Generator<Finding> {
  return function* (view) {
    for (const { one, entries } of namings(view)) {
      if (!entries.every((entry) => worth('spent', spentAs)(view, entry))) continue;
      if (one.call.reply === 'rejected' || one.call.counts?.success === 0) yield held(one.call);
      else if (one.call.counts !== undefined) yield broken(expected, `success is ${one.call.counts.success}`, one.call);
      else yield undecided(one.call);
    }
  };
}

function* superseded(view: View): Generator<Finding> {
  yield* nothingSucceeds(worth('superseded'), 'the old handler does not acknowledge a new delivery')(view);
  // Where redeliveries keep their handler there is no old one (C3); that they should not is another clause.
  for (const { earlier, last, delivery } of redeliveries(view)) {
    if (earlier.every(({ handler }) => handler === delivery.handler)) yield held(last.consume, delivery.consume);
  }
}

interface AtNormal {
  readonly call: NormalCall;
  /** Whether its handlers are those of normal messages, too: what counts may be these, though all of them have failed before. */
  readonly isTwofold: boolean;
}

/** Acknowledgements of normal messages that name handlers of dead letters, each as a success, and of no normal message in flight. */
function* atNormal(view: View): Generator<AtNormal> {
  for (const call of view.normals) {
    if (call.kind !== 'acknowledge-normal' || call.handlers.length === 0) continue;
    // An endpoint that takes them counts no failure either.
    if (!call.statuses.every((status) => status === 'success')) continue;
    const normal = new Set(
      view.normals.filter((other) => other.kind === 'consume-normal').flatMap(({ handlers }) => handlers),
    );
    const spent = new Set(
      view.normals
        .filter((other) => other.kind === 'acknowledge-normal' && other.reply === 'ok' && before(other, call))
        .flatMap(({ handlers }) => handlers),
    );
    for (const group of view.groups) {
      const given = new Set(
        group.consumes
          .filter((consume) => before(consume, call))
          .flatMap(({ deliveries }) => deliveries.map(({ handler }) => handler)),
      );
      if (!call.handlers.every((handler) => given.has(handler) && (!normal.has(handler) || spent.has(handler))))
        continue;
      yield { call, isTwofold: call.handlers.some((handler) => normal.has(handler)) };
    }
  }
}

function* nothingAtNormal(view: View): Generator<Finding> {
  for (const { call, isTwofold } of atNormal(view)) {
    const success = isRecord(call.json) ? call.json['success'] : undefined;
    if (call.reply === 'rejected' || (call.reply === 'ok' && success === 0)) yield held(call);
    else if (call.reply === 'ok' && typeof success === 'number' && !isTwofold) {
      yield broken(
        'the handler of a dead letter acknowledges nothing at the call for normal messages',
        `success is ${success}`,
        call,
      );
    } else yield undecided(call);
  }
}

function* refusedAtNormal(view: View): Generator<Finding> {
  const control = view.normals.find(({ kind, reply }) => kind === 'acknowledge-normal' && reply === 'ok');
  for (const { call, isTwofold } of atNormal(view)) {
    // Of those that are twofold only a refusal tells.
    if (isTwofold && call.reply !== 'rejected') continue;
    yield* refusedBeside(
      control,
      call,
      'the handler of a dead letter is refused with a 4xx at the call for normal messages',
    );
  }
}

export const handlerRules: readonly Rule[] = [
  rule(
    'ack.handler.invented',
    nothingSucceeds(from('invented'), 'a handler that was never handed out acknowledges nothing'),
  ),
  rule('ack.handler.invented-refused', refused(from('invented'), 'a handler that was never handed out')),
  rule('ack.handler.behind-invalid', behindInvalid),
  rule('ack.handler.mixed', mixed),
  rule(
    'ack.handler.expired',
    nothingSucceeds(worth('dead'), 'a handler acknowledges nothing when ack_wait and the grace have passed'),
  ),
  rule('ack.handler.expired-refused', refused(worth('dead'), 'an acknowledgement after ack_wait and the grace')),
  rule('ack.handler.late', late),
  rule('ack.handler.late-returns', (view) => comesBack(view, ['late'])),
  rule('ack.handler.superseded', superseded),
  rule(
    'ack.handler.re-acknowledged',
    notAgain('success', 'a handler that has acknowledged is not counted as a success again'),
  ),
  rule(
    'ack.handler.re-acknowledged-failed',
    notAgain('fail', 'a handler that was acknowledged as fail is not counted as a success'),
  ),
  rule(
    'ack.handler.other-group',
    nothingSucceeds(from('other-group'), 'a handler of another group acknowledges nothing'),
  ),
  rule('ack.handler.other-group-refused', refused(from('other-group'), 'a handler of another group or queue')),
  rule(
    'ack.handler.normal',
    nothingSucceeds(from('normal'), 'the handler of a normal message acknowledges nothing here'),
  ),
  rule('ack.handler.normal-refused', refused(from('normal'), 'the handler of a normal message')),
  rule('ack.handler.at-normal', nothingAtNormal),
  rule('ack.handler.at-normal-refused', refusedAtNormal),
];
