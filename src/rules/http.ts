/** The calls as HTTP. Rulings guard 1, H6, J1, J2, J4, J5. */
import { isRecord, type Call, type ConsumeCall, type OtherGroupCall } from '../history/calls.ts';
import { kindOf } from '../history/json.ts';
import { schemas } from '../history/schemas.ts';
import type { View } from '../history/view.ts';
import { controlOf, rejectedBeside, saysNothing, statusBeside } from './rejection.ts';
import { broken, held, noted, rule, undecided, type Finding, type Rule } from './rule.ts';

function tested(view: View): readonly Call[] {
  return [...view.consumes, ...view.acknowledges, ...view.others];
}

function* no5xx(view: View): Generator<Finding> {
  for (const call of tested(view)) {
    const { status = 0, reply } = call;
    if (reply === 'unknown') continue;
    if (status >= 500) yield broken('no input is answered with a 5xx', `it was answered with ${status}`, call);
    else if (status >= 400) yield held(call);
  }
}

/** Other methods on the paths of the two calls; HEAD and OPTIONS are read-only and left to the endpoint. */
function* wrongMethods(view: View): Generator<OtherGroupCall> {
  for (const call of view.others) {
    const onPath = call.rest === '/deadletters' || call.rest === '/deadletters/ack';
    if (onPath && call.method !== 'HEAD' && call.method !== 'OPTIONS' && view.addressed(call).kind === 'group')
      yield call;
  }
}

function* method(view: View): Generator<Finding> {
  for (const call of wrongMethods(view)) {
    yield* rejectedBeside(controlOf(view, 'consume'), call, `${call.method} on ${call.rest} is rejected with a 4xx`);
  }
}

function* methodStatus(view: View): Generator<Finding> {
  for (const call of wrongMethods(view)) {
    yield* statusBeside(
      controlOf(view, 'consume'),
      call,
      [405, 404],
      `${call.method} on ${call.rest} is answered with 405 or 404`,
    );
  }
}

function* refusals(view: View): Generator<Call> {
  for (const call of tested(view)) {
    if (call.reply === 'rejected' && call.exchange.request.method !== 'HEAD') yield call;
  }
}

function* errorObject(view: View): Generator<Finding> {
  for (const call of refusals(view)) {
    if (isRecord(call.json)) yield held(call);
    else
      yield broken(
        `the body of a ${call.status} is a JSON object`,
        call.text === '' ? 'it is empty' : `it is ${call.json === undefined ? 'no JSON' : kindOf(call.json)}`,
        call,
      );
  }
}

function* errorMembers(view: View): Generator<Finding> {
  for (const call of refusals(view)) {
    if (!isRecord(call.json)) continue;
    if (schemas.errorBody.check(call.json)) yield held(call);
    else {
      const members = Object.entries(call.json).map(([name, value]) => `${name} (${kindOf(value)})`);
      yield broken(
        'an error body has a code and a text',
        `its members are ${members.slice(0, 6).join(', ') || 'none'}`,
        call,
      );
    }
  }
}

function typed({ exchange }: ConsumeCall): boolean {
  return exchange.request.headers.some(([name]) => name.toLowerCase() === 'content-type');
}

function* contentTypeOnConsume(view: View): Generator<Finding> {
  const lawful = view.consumes.filter((call) => call.query.standing === 'legal' && view.groupOf(call) !== undefined);
  const control = lawful.find((call) => !typed(call) && call.reply === 'ok');
  if (control === undefined) return;
  for (const call of lawful.filter(typed)) {
    if (call.reply === 'ok') yield held(call, control);
    else if (!saysNothing(call)) {
      yield broken(
        'a Content-Type does not break the consume',
        `with one it was answered with ${call.status}`,
        call,
        control,
      );
    }
  }
}

function* cache(view: View): Generator<Finding> {
  for (const call of view.consumes) {
    const { outcome } = call.exchange;
    if (call.reply !== 'ok' || outcome.kind !== 'answer') continue;
    const control = outcome.headers.find(([name]) => name.toLowerCase() === 'cache-control')?.[1];
    yield noted(control === undefined ? 'no Cache-Control on the consume' : `Cache-Control: ${control}`, call);
  }
}

function* head(view: View): Generator<Finding> {
  for (const call of view.others) {
    if (call.method === 'HEAD' || call.rest.endsWith('/'))
      yield noted(`${call.method} ${call.rest}: ${call.status ?? 'no answer'}`, call);
  }
}

/** Calls with credentials that are not ours, or under another project, where ours are asked for at all. */
function* strangers(view: View, pick: (call: Call) => boolean): Generator<Call> {
  if (!view.header.features.credentials.present) return;
  for (const call of [...view.consumes, ...view.acknowledges]) if (pick(call)) yield call;
}

function turnedAway({ status }: Call): boolean {
  return status === 401 || status === 403;
}

function neverSucceeds(
  pick: (call: Call, view: View) => boolean,
  expected: string,
): (view: View) => Generator<Finding> {
  return function* (view) {
    for (const call of strangers(view, (one) => pick(one, view))) {
      if (call.reply === 'ok') yield broken(`${expected} neither call succeeds`, 'it was answered with 200', call);
      else if (turnedAway(call) || call.reply === 'rejected') yield besideOurs(view, call);
      else yield undecided(call);
    }
  };
}

/** A refusal shows something only where our own credentials were accepted. */
function besideOurs(view: View, call: Call): Finding {
  return controlOf(view, 'consume') === undefined ? undecided(call) : held(call);
}

function* authStatus(view: View): Generator<Finding> {
  for (const call of strangers(view, ({ credentials }) => credentials !== 'given')) {
    if (turnedAway(call)) yield besideOurs(view, call);
    else if (!saysNothing(call)) {
      yield broken(
        'missing or wrong credentials are answered with 401 or 403',
        `it was answered with ${call.status}`,
        call,
      );
    }
  }
}

export const httpRules: readonly Rule[] = [
  rule('http.no-5xx', no5xx),
  rule('http.method', method),
  rule('http.method.status-405', methodStatus),
  rule('consume.request.content-type', contentTypeOnConsume),
  rule('http.error-body.object', errorObject),
  rule('http.error-body.code-and-text', errorMembers),
  rule('http.cache', cache),
  rule('http.head', head),
  rule(
    'auth.missing-token',
    neverSucceeds(({ credentials }) => credentials === 'none', 'without credentials'),
  ),
  rule(
    'auth.wrong-token',
    neverSucceeds(({ credentials }) => credentials === 'other', 'with wrong credentials'),
  ),
  rule(
    'auth.other-project',
    neverSucceeds(
      ({ credentials, project }, { header }) => credentials === 'given' && project !== header.project,
      'under another project',
    ),
  ),
  rule('auth.status', authStatus),
];
