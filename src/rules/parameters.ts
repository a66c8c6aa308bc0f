/** The three query parameters of the consume: ranges, types, defaults. Rulings E1 to E8. */
import { before, isRecord, type ConsumeCall } from '../history/calls.ts';
import { largest } from '../history/extremes.ts';
import { leaseEnd } from '../history/leases.ts';
import { parameterNames, rangeOf, type ParameterForm, type ParameterName } from '../history/parameters.ts';
import { hasAppeared, missedAt, obligationAt, owes } from '../history/presence.ts';
import type { GroupView, Letter, View } from '../history/view.ts';
import { codeOf, controlOf, rejectedBeside, statusBeside } from './rejection.ts';
import { broken, held, noted, perView, rule, undecided, type Finding, type Rule } from './rule.ts';

const clausePart: Readonly<Record<ParameterName, string>> = {
  max_msgs: 'max-msgs',
  time_wait: 'time-wait',
  ack_wait: 'ack-wait',
};

/** Codes that the manual lists for a parameter out of its range. */
const listedCodes: Readonly<Record<ParameterName, string>> = {
  max_msgs: '10240014 or 10540014',
  time_wait: '10240021',
  ack_wait: '10542206',
};

const consumes = perView((view): readonly ConsumeCall[] =>
  view.consumes.filter((consume) => view.groupOf(consume) !== undefined),
);

const unusual = perView((view) => consumes(view).filter(({ query }) => query.standing !== 'legal'));

/** Consumes whose only parameter that is not in order is this one, in one of these forms. */
function* illegal(view: View, name: ParameterName, forms: readonly ParameterForm[]): Generator<ConsumeCall> {
  for (const consume of unusual(view)) {
    const { parameters } = consume.query;
    const othersInOrder = parameterNames.every((other) => other === name || parameters[other].value !== undefined);
    if (othersInOrder && consume.query.unknown.length === 0 && forms.includes(parameters[name].form)) yield consume;
  }
}

function rejected(name: ParameterName, form: ParameterForm, what: string): (view: View) => Generator<Finding> {
  return function* (view) {
    for (const call of illegal(view, name, [form])) {
      const { text } = call.query.parameters[name];
      yield* rejectedBeside(controlOf(view, 'consume'), call, `${name}=${text}, ${what}, is rejected with a 4xx`);
    }
  };
}

const illegalForms: readonly ParameterForm[] = ['out-of-range', 'negative', 'not-integer'];

function* status400(view: View): Generator<Finding> {
  for (const name of parameterNames) {
    for (const call of illegal(view, name, illegalForms)) {
      yield* statusBeside(
        controlOf(view, 'consume'),
        call,
        [400],
        `${name}=${call.query.parameters[name].text} is refused with exactly 400`,
      );
    }
  }
}

function* errorCodes(view: View): Generator<Finding> {
  for (const name of parameterNames) {
    for (const call of illegal(view, name, ['out-of-range'])) {
      if (call.reply !== 'rejected') continue;
      yield noted(
        `${name} out of range: ${call.status} with code ${codeOf(call)}; the manual lists ${listedCodes[name]}`,
        call,
      );
    }
  }
}

/** A legal value is accepted. Blamed on this parameter only where it is the only one that was given. */
function accepted(name: ParameterName): (view: View) => Generator<Finding> {
  return function* (view) {
    for (const call of consumes(view)) {
      const { parameters, standing } = call.query;
      if (standing !== 'legal' || parameters[name].form !== 'legal') continue;
      const alone = parameterNames.every((other) => other === name || parameters[other].form === 'absent');
      if (call.reply === 'ok') yield held(call);
      else if (alone && call.reply === 'rejected') {
        yield broken(`${name}=${parameters[name].text} is accepted`, `it was answered with ${call.status}`, call);
      }
    }
  };
}

function* optional(view: View): Generator<Finding> {
  const full = consumes(view).find(
    (call) => call.reply === 'ok' && parameterNames.every((name) => call.query.parameters[name].form === 'legal'),
  );
  for (const call of consumes(view)) {
    const forms = parameterNames.map((name) => call.query.parameters[name].form);
    if (call.query.standing !== 'legal' || !forms.includes('absent')) continue;
    const bare = forms.every((form) => form === 'absent');
    if (call.reply === 'ok') yield held(call);
    else if (call.reply === 'rejected' && (bare || full !== undefined)) {
      const left = parameterNames.filter((_, index) => forms[index] === 'absent').join(', ');
      yield broken(`a consume without ${left} is accepted`, `it was answered with ${call.status}`, call);
    }
  }
}

function noteForm(name: ParameterName, form: ParameterForm): (view: View) => Generator<Finding> {
  return function* (view) {
    for (const call of illegal(view, name, [form])) {
      yield noted(`${name}=${call.query.parameters[name].text}: ${call.status ?? 'no answer'}`, call);
    }
  };
}

function* limit(view: View): Generator<Finding> {
  const most = rangeOf('max_msgs').maximum;
  for (const call of consumes(view)) {
    // Whatever was asked for, ten is the default and the end of the range.
    const { form, value: bound = most } = call.query.parameters.max_msgs;
    const count = call.deliveries.length;
    if (count > bound) yield broken(`at most ${bound} dead letters in one answer`, `there were ${count}`, call);
    else if (count > 0 && form === 'legal') yield held(call);
  }
}

function* defaultLimit(view: View): Generator<Finding> {
  for (const call of view.consumes) {
    const group = view.groupOf(call);
    const count = call.deliveries.length;
    if (group === undefined || call.query.parameters.max_msgs.form !== 'absent' || count === 0) continue;
    const there = group.letters.filter((letter) => wasThere(view, group, letter, call));
    if (count > 10) yield broken('without max_msgs at most 10 dead letters in one answer', `there were ${count}`, call);
    else if (there.length > 10) yield held(call);
  }
}

/** Whether a consume could take that letter, by the documents' own times: without the grace that blame has to wait for. */
function wasThere({ header: { slack } }: View, group: GroupView, letter: Letter, consume: ConsumeCall): boolean {
  if (letter.consumes.has(consume)) return true;
  const { must = Infinity } = obligationAt(group, letter, consume, slack) ?? {};
  return must <= consume.sent[0] + slack.mustLate && owes(group, consume, letter, slack);
}

function* several(view: View): Generator<Finding> {
  for (const group of view.groups) {
    const most = largest(
      group.consumes.map((call) => call.deliveries.length),
      0,
    );
    if (group.letters.length > 1 && most > 0) {
      yield noted(
        `${group.queue.mode}: ${most > 1 ? 'several dead letters come in one answer' : 'one dead letter an answer'}`,
      );
    }
  }
}

function* repeated(view: View): Generator<Finding> {
  for (const call of consumes(view)) {
    const names = parameterNames.filter((name) => call.query.parameters[name].form === 'repeated');
    if (names.length > 0) yield noted(`${names.join(', ')} given twice: ${call.status ?? 'no answer'}`, call);
  }
}

function* unknown(view: View): Generator<Finding> {
  for (const call of consumes(view)) {
    if (call.query.unknown.length > 0) yield noted(`unknown parameter: ${call.status ?? 'no answer'}`, call);
  }
}

/** Whether a refusal hands out dead letters all the same. An error body may name a handler, too, but beside no message of ours. */
function bringsLetters({ json }: ConsumeCall): boolean {
  const elements: readonly unknown[] = Array.isArray(json) ? json : [json];
  return elements.some(
    (element) =>
      isRecord(element) &&
      typeof element['handler'] === 'string' &&
      (Array.isArray(json) || isRecord(element['message'])),
  );
}

/** What could be consumed before a rejected consume can be consumed right after it. */
function* handsOutNothing(view: View): Generator<Finding> {
  for (const group of view.groups) {
    const rejections = group.consumes.filter((call) => call.query.standing === 'illegal' && call.reply === 'rejected');
    const bringing = rejections.filter(bringsLetters);
    for (const call of bringing) {
      yield broken('a rejected consume hands out nothing', `there were dead letters in the ${call.status}`, call);
    }
    // Behind these it is known why one is missing.
    if (rejections.length === 0 || bringing.length > 0) continue;
    for (const letter of group.letters) yield* leasesNothing(view, group, letter, rejections);
  }
}

function* leasesNothing(
  view: View,
  group: GroupView,
  letter: Letter,
  rejections: readonly ConsumeCall[],
): Generator<Finding> {
  const { slack } = view.header;
  const able = rejections.filter((call) => wasThere(view, group, letter, call));
  const lastBefore = (consume: ConsumeCall, pick: (call: ConsumeCall) => boolean = () => true) =>
    able.findLast((call) => before(call, consume) && pick(call));
  const came = letter.deliveries[0]?.consume;
  // Sooner than this the shortest lease would not have let it come.
  const mayHaveLeased = (call: ConsumeCall): boolean =>
    came === undefined || came.received[1] >= call.sent[0] + rangeOf('ack_wait').minimum;

  const missed = group.consumes.filter((consume) => missedAt(group, letter, consume, slack)?.cause === 'arrival');
  const [first] = missed;
  const suspect = first && lastBefore(first);
  // What was missing before already is not judged.
  if (first !== undefined && suspect !== undefined) {
    const [shown] = missed.flatMap((consume) => {
      // A lease that it had taken has to be over at last.
      const culprit = lastBefore(
        consume,
        (call) => mayHaveLeased(call) && consume.sent[0] <= leaseEnd({ consume: call }).latest + slack.mustLate,
      );
      return culprit !== undefined && hasAppeared(group, consume) ? [[culprit, consume] as const] : [];
    });
    if (shown === undefined) yield undecided(suspect, first);
    else {
      yield broken(
        'a rejected consume leases no dead letter, so that the next one gets them',
        `dead letter ${letter.arranged.tag} could not be consumed after it`,
        ...shown,
      );
    }
  }
  const last = came && lastBefore(came);
  if (came !== undefined && last !== undefined && !able.some((call) => before(call, came) && mayHaveLeased(call)))
    yield held(last, came);
}

export const parameterRules: readonly Rule[] = [
  rule('consume.params.optional', optional),
  rule('consume.params.repeated', repeated),
  rule('consume.params.unknown', unknown),
  rule('consume.invalid.status-400', status400),
  rule('consume.invalid.error-code', errorCodes),
  rule('consume.invalid.hands-out-nothing', handsOutNothing),
  ...parameterNames.flatMap((name) => {
    const { minimum, maximum } = rangeOf(name);
    const part = clausePart[name];
    return [
      rule(`consume.${part}.range`, rejected(name, 'out-of-range', `outside ${minimum} to ${maximum}`)),
      rule(`consume.${part}.integer`, rejected(name, 'not-integer', 'no integer')),
      rule(`consume.${part}.negative`, rejected(name, 'negative', 'negative')),
      rule(`consume.${part}.accepted`, accepted(name)),
      rule(`consume.${part}.spelling`, noteForm(name, 'odd')),
    ];
  }),
  rule('consume.max-msgs.limit', limit),
  rule('consume.max-msgs.default', defaultLimit),
  rule('consume.max-msgs.several', several),
  rule('consume.max-msgs.empty', noteForm('max_msgs', 'empty')),
];
