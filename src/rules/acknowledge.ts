/** The acknowledgement: its request, its counters, and that what they count is true. Rulings A1 to A6, B1, B7, C9, G9, I1 to I9, guards 2 and 3. */
import { hasExtraMembers, type AcknowledgeView, type Due, type EntryView } from '../history/acknowledgements.ts';
import { before, isRecord, type AcknowledgeCall, type ConsumeCall } from '../history/calls.ts';
import { kindOf } from '../history/json.ts';
import { leaseEnd } from '../history/leases.ts';
import { emptiesBetween, returnsOf } from '../history/presence.ts';
import type { GroupView, Letter, View } from '../history/view.ts';
import { backInTime, comesBack } from './redelivery.ts';
import { codeOf, controlOf, rejectedBeside, statusBeside } from './rejection.ts';
import { cleanJson, isUtf8, saysJson } from './response.ts';
import { broken, held, noted, rule, undecided, type Finding, type Rule } from './rule.ts';

interface DueAcknowledgement {
  readonly view: AcknowledgeView;
  readonly due: Due;
  readonly group: GroupView;
}

/** Acknowledgements whose answer the documents fix. */
export function* dueOnes(view: View, ordinary = true): Generator<DueAcknowledgement> {
  for (const group of view.groups) {
    for (const acknowledgement of group.acknowledgements) {
      const { due } = acknowledgement;
      if (due !== undefined && due.ordinary === ordinary) yield { view: acknowledgement, due, group };
    }
  }
}

function* answered200(call: AcknowledgeCall, expected: string): Generator<Finding> {
  if (call.reply === 'ok') yield held(call);
  else if (call.reply === 'transient' || call.reply === 'unknown') yield undecided(call);
  else yield broken(expected, `it was answered with ${call.status}`, call);
}

function* accepted(view: View): Generator<Finding> {
  for (const { view: one, due } of dueOnes(view)) {
    if (!due.statusOmitted)
      yield* answered200(one.call, 'an acknowledgement with valid handlers in order is answered with 200');
  }
}

function* statusOptional(view: View): Generator<Finding> {
  for (const { view: one, due } of dueOnes(view)) {
    if (due.statusOmitted) yield* answered200(one.call, 'an entry without status is accepted');
  }
}

function* omittedSucceeds(view: View): Generator<Finding> {
  for (const { view: one, due } of dueOnes(view)) {
    const omitted = one.entries?.slice(0, due.successes).some(({ entry }) => entry.status === 'absent');
    if (omitted !== true || one.call.counts === undefined) continue;
    const { success } = one.call.counts;
    if (success === due.successes) yield held(one.call);
    else yield broken(`entries without status count as success: ${due.successes}`, `success is ${success}`, one.call);
  }
}

const VARIANT = /^success$/i;

/** A status that no reading takes for success, as against a variant of it (I2). */
function isForeign({ entry: { status, rawStatus } }: EntryView): boolean {
  if (status !== 'illegal' || rawStatus === null || rawStatus === '') return false;
  return typeof rawStatus !== 'string' || !VARIANT.test(rawStatus);
}

function* illegalStatuses(view: View): Generator<{ view: AcknowledgeView; foreign: boolean }> {
  for (const group of view.groups) {
    for (const one of group.acknowledgements) {
      if (one.entries?.some(({ entry }) => entry.status === 'illegal') === true)
        yield { view: one, foreign: one.entries.some(isForeign) };
    }
  }
}

function* foreignStatusNeverSucceeds(view: View): Generator<Finding> {
  for (const { view: one, foreign } of illegalStatuses(view)) {
    if (!foreign) continue;
    const most = mostOf(one, (entry) => !isForeign(entry));
    yield* countsNoMoreThan(one, 'a status that is neither success nor fail never counts as success', most);
  }
}

/** Whether the check runs through its entries as they stand, and stops at the first that fails (A4, B3, C4). */
export function inSequence({ shape }: AcknowledgeView): boolean {
  return shape === 'in-order' || shape === 'gap' || shape === 'bad';
}

/** The most that counts as success if only such entries may: by that reason alone, whatever else there is against them. */
export function mostOf(one: AcknowledgeView, may: (entry: EntryView) => boolean): number {
  const entries = one.entries ?? [];
  if (inSequence(one)) {
    const stop = entries.findIndex((entry) => !may(entry));
    return stop === -1 ? entries.length : stop;
  }
  // An endpoint may put the entries into order first (B4), and across batches nothing is said (B5): count messages.
  return new Set(entries.filter(may).map(({ letter, delivery }) => letter ?? delivery)).size;
}

/** The success counter stays within what one reason leaves. Where another leaves less, this one is not put to the test. */
export function* countsNoMoreThan(
  { call, ceiling }: AcknowledgeView,
  expected: string,
  most: number,
): Generator<Finding> {
  if (call.counts !== undefined && call.counts.success > most)
    yield broken(`${expected}: success is at most ${most}`, `success is ${call.counts.success}`, call);
  else if (ceiling >= most) yield call.reply === 'rejected' || call.counts !== undefined ? held(call) : undecided(call);
}

function* statusValues400(view: View): Generator<Finding> {
  for (const { view: one, foreign } of illegalStatuses(view)) {
    if (!foreign) continue;
    const expected = 'a status that is neither success nor fail is refused with 400';
    if (one.call.reply === 'ok') yield broken(expected, 'it was answered with 200', one.call);
    yield* statusBeside(controlOf(view, 'acknowledge'), one.call, [400], expected);
  }
}

function* statusVariants(view: View): Generator<Finding> {
  for (const { view: one, foreign } of illegalStatuses(view)) {
    if (foreign) continue;
    const variant = one.entries?.find(({ entry }) => entry.status === 'illegal')?.entry.rawStatus;
    const counted = one.call.counts === undefined ? '' : `, success ${one.call.counts.success}`;
    yield noted(`status ${JSON.stringify(variant)}: ${one.call.status ?? 'no answer'}${counted}`, one.call);
  }
}

/** Acknowledgements that carry a request of some malformed kind. */
function malformed(is: (request: unknown) => boolean, expected: string): (view: View) => Generator<Finding> {
  return function* (view) {
    for (const group of view.groups) {
      for (const { call } of group.acknowledgements) {
        if (is(call.request)) yield* rejectedBeside(controlOf(view, 'acknowledge'), call, expected);
      }
    }
  };
}

const list = (request: unknown): unknown => (isRecord(request) ? request['message'] : undefined);
const isEmptyArray = (request: unknown): boolean => {
  const message = list(request);
  return Array.isArray(message) && message.length === 0;
};
const lacksMessage = (request: unknown): boolean => request !== undefined && !Array.isArray(list(request));
const entriesOf = (request: unknown): readonly unknown[] => {
  const message = list(request);
  return Array.isArray(message) ? (message as unknown[]) : [];
};
const lacksHandler = (request: unknown): boolean =>
  entriesOf(request).some((entry) => isRecord(entry) && !('handler' in entry));
const wrongHandler = (request: unknown): boolean =>
  !lacksHandler(request) && entriesOf(request).some((entry) => isRecord(entry) && typeof entry['handler'] !== 'string');

function* emptyArray(view: View): Generator<Finding> {
  for (const group of view.groups) {
    for (const { call } of group.acknowledgements) {
      if (!isEmptyArray(call.request)) continue;
      if (call.counts?.success === 0 && call.counts.fail === 0) {
        yield noted('an empty array is answered with 200, nothing acknowledged', call);
        yield held(call);
      } else
        yield* rejectedBeside(controlOf(view, 'acknowledge'), call, 'an empty message array is rejected with a 4xx');
    }
  }
}

function* moreThanTen(view: View): Generator<Finding> {
  for (const { entries, call } of view.groups.flatMap((group) => group.acknowledgements)) {
    if (entries !== undefined && entries.length > 10)
      yield noted(`${entries.length} entries: ${call.status ?? 'no answer'}`, call);
  }
}

function* extraMembers(view: View): Generator<Finding> {
  for (const { view: one } of dueOnes(view, false)) {
    if (one.call.contentType === 'application/json') {
      yield noted(`unknown members: ${one.call.status ?? 'no answer'}`, one.call);
    }
  }
}

const JSON_TYPE = /^\s*application\/json\s*(?:;.*)?$/i;

function* contentType(view: View): Generator<Finding> {
  const understood = view.acknowledges.some(
    (call) => call.contentType === 'application/json' && call.reply === 'ok' && view.groupOf(call) !== undefined,
  );
  for (const { view: one } of dueOnes(view)) {
    // Where others of the same type were understood, it is not the type that this one was refused for.
    if (understood && one.call.reply === 'rejected' && one.call.status !== 415) yield undecided(one.call);
    else yield* answered200(one.call, 'an acknowledgement sent as application/json is understood');
  }
}

/** Acknowledgements of which nothing but the content type is unusual. */
function* otherTypes(view: View): Generator<{ call: AcknowledgeCall; contentType: string }> {
  for (const { view: one } of dueOnes(view, false)) {
    const { contentType = 'no Content-Type' } = one.call;
    if (!hasExtraMembers(one.call)) yield { call: one.call, contentType };
  }
}

function* contentTypeVariants(view: View): Generator<Finding> {
  for (const { call, contentType } of otherTypes(view)) {
    if (JSON_TYPE.test(contentType))
      yield* answered200(call, `an acknowledgement sent as ${contentType} is understood`);
  }
}

function* contentTypeMissing(view: View): Generator<Finding> {
  for (const { call, contentType } of otherTypes(view)) {
    if (!JSON_TYPE.test(contentType)) yield noted(`${contentType}: ${call.status ?? 'no answer'}`, call);
  }
}

function* countsShape(view: View): Generator<Finding> {
  for (const call of view.acknowledges) {
    if (call.reply !== 'ok') continue;
    if (call.counts !== undefined) yield held(call);
    else {
      yield broken(
        'an object with success and fail, both whole numbers from 0',
        isRecord(call.json)
          ? `success is ${show(call.json['success'])}, fail is ${show(call.json['fail'])}`
          : `a body that is ${kindOf(call.json)}`,
        call,
      );
    }
  }
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 60);
}

/** Counters of acknowledgements whose answer is fixed; an omitted status leaves success open (I1). */
function* counted(view: View): Generator<DueAcknowledgement & { success: number; fail: number }> {
  for (const one of dueOnes(view)) {
    if (one.view.call.counts !== undefined && !one.due.statusOmitted) yield { ...one, ...one.view.call.counts };
  }
}

function* wholeBatch(view: View): Generator<Finding> {
  for (const { view: one, due, success, fail } of counted(view)) {
    if (due.sent !== due.batchSize) continue;
    if (success + fail === due.sent) yield held(one.call);
    else yield broken(`success and fail add up to ${due.sent}`, `they are ${success} and ${fail}`, one.call);
  }
}

function* successCount(view: View): Generator<Finding> {
  for (const { view: one, due, success } of counted(view)) {
    if (success === due.successes) yield held(one.call);
    else
      yield broken(
        `success is ${due.successes}, the entries before the first that is fail`,
        `success is ${success}`,
        one.call,
      );
  }
}

function* failCount(view: View): Generator<Finding> {
  for (const { view: one, due, fail } of counted(view)) {
    const allowed = [...new Set([due.sent - due.successes, due.batchSize - due.successes])];
    if (allowed.includes(fail)) yield held(one.call);
    else yield broken(`fail is ${allowed.join(' or ')}`, `fail is ${fail}`, one.call);
  }
}

function* failScope(view: View): Generator<Finding> {
  for (const { view: one, due, fail } of counted(view)) {
    if (due.sent === due.batchSize) continue;
    if (fail === due.sent - due.successes) yield noted('fail counts the rest of the request', one.call);
    if (fail === due.batchSize - due.successes) yield noted('fail counts the rest of the batch', one.call);
  }
}

function* allFail(view: View): Generator<Finding> {
  for (const { view: one } of dueOnes(view)) {
    const { call, entries } = one;
    if (entries?.every(({ entry }) => entry.status === 'fail') !== true) continue;
    if (call.reply === 'transient' || call.reply === 'unknown') yield undecided(call);
    else if (call.counts?.success === 0) yield held(call);
    else {
      yield broken(
        'an acknowledgement that marks all as fail is answered with 200 and success 0',
        call.counts === undefined ? `it was answered with ${call.status}` : `success is ${call.counts.success}`,
        call,
      );
    }
  }
}

/** The delivery of a settled letter that a consume surely sent after the acknowledgement brought. */
function returnedAfter(letter: Letter, one: AcknowledgeView): ConsumeCall | undefined {
  return letter.deliveries.find(({ consume }) => before(one.call, consume))?.consume;
}

/** A consume that looked late enough, and saw none of them: 10 s past the end of their leases (G9), less the polls' own second. */
function lookedLater(
  group: GroupView,
  { call }: AcknowledgeView,
  entries: readonly EntryView[],
): ConsumeCall | undefined {
  const batches = entries.flatMap(({ delivery }) => (delivery === undefined ? [] : [delivery.consume]));
  const end = Math.max(...batches.map(({ received, lease }) => received[1] + lease.most + 9));
  for (const other of emptiesBetween(group, call.arrived)) if (other.received[0] >= end) return other;
  return undefined;
}

function* neverReturns(view: View): Generator<Finding> {
  for (const group of view.groups) {
    for (const one of group.acknowledgements) {
      for (const letter of one.letters) {
        if (one.fateOf(letter) !== 'settled') continue;
        const again = returnedAfter(letter, one);
        if (again !== undefined) {
          yield broken(
            `dead letter ${letter.arranged.tag}, which was acknowledged, is never consumed again`,
            'it was handed out again',
            one.call,
            again,
          );
          continue;
        }
        const own = one.entries?.filter((entry) => entry.letter === letter) ?? [];
        const looked = lookedLater(group, one, own);
        if (looked !== undefined) yield held(one.call, looked);
      }
    }
  }
}

/** Where it is open which messages a count stands for, no more of them may return than it leaves room for. */
function* successIsSettled(view: View): Generator<Finding> {
  for (const group of view.groups) {
    for (const one of group.acknowledgements) {
      const { success } = one.call.counts ?? { success: 0 };
      // What was never arranged as a dead letter cannot be followed.
      if (
        success === 0 ||
        one.entries?.every(({ letter, delivery }) => letter !== undefined || delivery === undefined) !== true
      )
        continue;
      const letters = [...one.letters];
      if (success > letters.length) {
        yield broken(
          `no more than the dead letters that were named count as success: ${letters.length}`,
          `success is ${success}`,
          one.call,
        );
        continue;
      }
      const back = letters.flatMap((letter) => returnedAfter(letter, one) ?? []);
      if (letters.length - back.length < success) {
        yield broken(
          `${success} of the ${letters.length} dead letters that were named stay gone`,
          `${back.length} were handed out again`,
          one.call,
          ...new Set(back),
        );
      } else {
        const looked = lookedLater(group, one, one.entries);
        if (looked !== undefined) yield held(one.call, looked);
      }
    }
  }
}

/** After a partial success the first stay gone and the rest comes back. */
function* firstAreSettled(view: View): Generator<Finding> {
  for (const group of view.groups) {
    const returns = Map.groupBy(returnsOf(group, view.header.slack), ({ obligation }) => obligation.acknowledgement);
    for (const one of group.acknowledgements) {
      const { success } = one.call.counts ?? { success: 0 };
      const size = one.batch?.deliveries.length ?? 0;
      if (one.due === undefined || success === 0 || success >= size) continue;
      const gone = one.entries?.slice(0, success).flatMap(({ letter }) => letter ?? []) ?? [];
      for (const letter of gone) {
        const again = returnedAfter(letter, one);
        if (again !== undefined)
          yield broken(
            `the first ${success} are acknowledged`,
            `${letter.arranged.tag} among them came again`,
            one.call,
            again,
          );
      }
      for (const back of returns.get(one) ?? []) {
        const { obligation, outcome, consume } = back;
        if (outcome === 'back')
          yield backInTime(back, view.header.slack) ? held(one.call, consume) : undecided(one.call, consume);
        else if (outcome === 'absent') {
          yield broken(
            `all but the first ${success} are consumable again`,
            `${obligation.letter.arranged.tag} did not come again`,
            one.call,
            consume,
          );
        }
      }
    }
  }
}

/** Whether a refused acknowledgement let its batch go before the lease had ended. */
function* refusedLeases(view: View): Generator<Finding> {
  for (const group of view.groups) {
    for (const { obligation, outcome, consume } of returnsOf(group, view.header.slack)) {
      const { cause, delivery, acknowledgement } = obligation;
      if (cause !== 'refused' || outcome !== 'back' || delivery === undefined || acknowledgement === undefined)
        continue;
      const end = leaseEnd(delivery).earliest;
      // Somebody has to have asked for it after the refusal, while the lease lasted.
      const asked = (call: ConsumeCall): boolean =>
        before(acknowledgement.call, call) &&
        (call === consume ? call.sent[1] < end : call.empty && call.received[1] <= end);
      if (consume.received[1] < end) yield noted('a refused acknowledgement ended the leases of its batch', consume);
      else if (group.consumes.some(asked))
        yield noted('a refused acknowledgement left the leases as they were', consume);
    }
  }
}

function* refusedCodes(view: View): Generator<Finding> {
  for (const call of view.acknowledges) {
    if (call.reply === 'rejected') yield noted(`${call.status} with code ${codeOf(call)}`, call);
  }
}

function* extraInAnswer(view: View): Generator<Finding> {
  for (const call of view.acknowledges) {
    if (call.counts === undefined || !isRecord(call.json)) continue;
    const extra = Object.keys(call.json).filter((name) => name !== 'success' && name !== 'fail');
    yield noted(extra.length === 0 ? 'no extra members' : `extra members ${extra.slice(0, 5).join(', ')}`, call);
  }
}

export const acknowledgeRules: readonly Rule[] = [
  rule('ack.request.accepted', accepted),
  rule('ack.request.status-optional', statusOptional),
  rule('ack.request.status-omitted-succeeds', omittedSucceeds),
  rule('ack.request.status-values', foreignStatusNeverSucceeds),
  rule('ack.request.status-values-400', statusValues400),
  rule('ack.request.status-variants', statusVariants),
  rule('ack.request.handler-required', malformed(lacksHandler, 'an entry without a handler is rejected with a 4xx')),
  rule('ack.request.handler-type', malformed(wrongHandler, 'a handler that is no string is rejected with a 4xx')),
  rule(
    'ack.request.message-required',
    malformed(lacksMessage, 'a body without a message array is rejected with a 4xx'),
  ),
  rule(
    'ack.request.json',
    malformed((request) => request === undefined, 'a body that is not JSON is rejected with a 4xx'),
  ),
  rule('ack.request.empty-array', emptyArray),
  rule('ack.request.more-than-ten', moreThanTen),
  rule('ack.request.extra-members', extraMembers),
  rule('ack.request.content-type', contentType),
  rule('ack.request.content-type-variants', contentTypeVariants),
  rule('ack.request.content-type-missing', contentTypeMissing),
  rule('ack.response.counts', countsShape),
  rule(
    'ack.response.content-type',
    saysJson((view) => view.acknowledges),
  ),
  rule(
    'ack.response.clean-json',
    cleanJson((view) => view.acknowledges),
  ),
  rule(
    'ack.response.utf8',
    isUtf8((view) => view.acknowledges),
  ),
  rule('ack.response.extra-members', extraInAnswer),
  rule('ack.counts.whole-batch', wholeBatch),
  rule('ack.counts.success', successCount),
  rule('ack.counts.fail', failCount),
  rule('ack.counts.fail-scope', failScope),
  rule('ack.counts.all-fail', allFail),
  rule('ack.counts.success-is-first', firstAreSettled),
  rule('ack.counts.success-is-settled', successIsSettled),
  rule('ack.acknowledged.never-returns', neverReturns),
  rule('ack.refused.settles-nothing', (view) => comesBack(view, ['refused'])),
  rule('ack.refused.leases', refusedLeases),
  rule('ack.refused.error-code', refusedCodes),
];
