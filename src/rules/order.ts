/** Acknowledging in the order of consumption. Rulings A4, B1 to B7, C4. */
import type { AcknowledgeView } from '../history/acknowledgements.ts';
import { mayPrecede } from '../history/calls.ts';
import { acknowledgementsOf } from '../history/presence.ts';
import type { GroupView, View } from '../history/view.ts';
import { countsNoMoreThan, dueOnes, inSequence, mostOf } from './acknowledge.ts';
import { comesBack, comesBackSoon } from './redelivery.ts';
import { broken, held, noted, rule, undecided, type Finding, type Rule } from './rule.ts';

function* all(view: View): Generator<{ group: GroupView; one: AcknowledgeView }> {
  for (const group of view.groups) for (const one of group.acknowledgements) yield { group, one };
}

/** Requests with an entry that is fail, and what stands behind it in their order. */
function* failureStops(view: View): Generator<Finding> {
  for (const { one } of all(view)) {
    const statuses = one.entries?.map(({ entry }) => entry.status) ?? [];
    const failure = statuses.indexOf('fail');
    const inOrder = one.shape === 'in-order' || one.shape === 'gap';
    // Where it is the last that counts, the counters are for other clauses.
    if (failure === -1 || (inOrder && statuses.slice(failure).every((status) => status === 'fail'))) continue;
    const most = mostOf(one, ({ entry }) => entry.status !== 'fail');
    const tested = inOrder && statuses.includes('success', failure);
    if (!tested && (one.call.counts?.success ?? 0) <= most) continue;
    const expected = inSequence(one)
      ? `nothing counts as success behind entry ${failure + 1}, which is fail`
      : 'no entry that is fail counts as success';
    yield* countsNoMoreThan(one, expected, most);
  }
}

function* gap(view: View): Generator<Finding> {
  for (const { one } of all(view)) {
    const { call, entries, shape, gap } = one;
    if (gap === undefined || gap.perhaps === entries?.length) continue;
    const success = call.counts?.success ?? 0;
    // What had failed before in the same batch, order and all, is not asked for its order again (B9).
    const again = entries?.slice(gap.sure, success) ?? [];
    const failedBefore = again.length > 0 && again.every(({ spentAs }) => spentAs === 'fail');
    // Another acknowledgement that was under way may have closed it before.
    if (shape === 'in-order' || failedBefore || (success > gap.perhaps && success <= gap.sure)) yield undecided(call);
    else yield* countsNoMoreThan(one, 'nothing counts as success behind a dead letter that was left out', gap.sure);
  }
}

function* reordered(view: View): Generator<Finding> {
  for (const { one } of all(view)) {
    const entries = one.entries ?? [];
    if (
      one.shape !== 'reordered' ||
      !entries.every(({ entry, worth }) => entry.status === 'success' && worth === 'live')
    )
      continue;
    if (one.call.reply === 'rejected') yield held(one.call);
    else if (one.call.counts !== undefined) {
      const { success } = one.call.counts;
      if (success < entries.length) yield held(one.call);
      else
        yield broken(
          'entries out of order are not all counted as success',
          `success is ${success} of ${entries.length}`,
          one.call,
        );
    } else yield undecided(one.call);
  }
}

function* reorderedOutcome(view: View): Generator<Finding> {
  for (const { one } of all(view)) {
    if (one.shape !== 'reordered') continue;
    const counts = one.call.counts === undefined ? '' : ` with success ${one.call.counts.success}`;
    yield noted(`entries out of order: ${one.call.status ?? 'no answer'}${counts}`, one.call);
  }
}

function* prefix(view: View): Generator<Finding> {
  for (const { view: one, due } of dueOnes(view)) {
    if (due.sent === due.batchSize || due.successes < due.sent || due.statusOmitted) continue;
    if (one.call.counts?.success === due.sent) yield held(one.call);
    else if (one.call.reply === 'ok' || one.call.reply === 'rejected') {
      yield broken(
        `the first ${due.sent} of a batch of ${due.batchSize} can be acknowledged alone`,
        one.call.counts === undefined
          ? `it was answered with ${one.call.status}`
          : `success is ${one.call.counts.success}`,
        one.call,
      );
    } else yield undecided(one.call);
  }
}

/** A second request for what the first left out. */
function* restLater(view: View): Generator<Finding> {
  for (const { group, one } of all(view)) {
    if (one.batch === undefined) continue;
    const earlier = acknowledgementsOf(group, one.batch).filter(
      (other) => other !== one && mayPrecede(other.call, one.call),
    );
    const named = new Set(earlier.flatMap((other) => other.entries?.map(({ delivery }) => delivery) ?? []));
    const rest =
      earlier.some((other) => other.batch === one.batch && other.call.reply === 'ok') &&
      one.entries?.every(({ delivery }) => !named.has(delivery)) === true;
    if (!rest) continue;
    const counts = one.call.counts === undefined ? '' : ` with success ${one.call.counts.success}`;
    yield noted(`the rest in a second request: ${one.call.status ?? 'no answer'}${counts}`, one.call);
  }
}

function* batchesIndependent(view: View): Generator<Finding> {
  for (const { group, one } of all(view)) {
    if (one.dueAlone === undefined || group.queue.mode !== 'NORMAL') continue;
    if (one.dueAlone.statusOmitted || !one.dueAlone.ordinary || one.dueAlone.successes === 0) continue;
    if (one.call.counts !== undefined && one.call.counts.success >= one.dueAlone.successes) yield held(one.call);
    else if (one.call.reply === 'ok' || one.call.reply === 'rejected') {
      yield broken(
        'a batch can be acknowledged while an earlier one of a NORMAL queue is not',
        one.call.counts === undefined
          ? `it was answered with ${one.call.status}`
          : `success is ${one.call.counts.success}`,
        one.call,
      );
    } else yield undecided(one.call);
  }
}

function* batchesOnFifo(view: View): Generator<Finding> {
  for (const { group, one } of all(view)) {
    if (one.dueAlone === undefined || group.queue.mode !== 'FIFO') continue;
    yield noted(`a later batch first on FIFO: ${one.call.status ?? 'no answer'}`, one.call);
  }
}

function* mixedBatches(view: View): Generator<Finding> {
  for (const { one } of all(view)) {
    if (one.shape !== 'several') continue;
    const counts = one.call.counts === undefined ? '' : ` with ${one.call.counts.success} and ${one.call.counts.fail}`;
    yield noted(`handlers of two batches in one request: ${one.call.status ?? 'no answer'}${counts}`, one.call);
  }
}

function* countedOnce(view: View): Generator<Finding> {
  for (const { one } of all(view)) {
    if (one.shape === 'duplicate')
      yield* countsNoMoreThan(
        one,
        'a dead letter that is named twice counts once',
        mostOf(one, () => true),
      );
  }
}

function* duplicateOutcome(view: View): Generator<Finding> {
  for (const { one } of all(view)) {
    if (one.shape === 'duplicate') yield noted(`a handler named twice: ${one.call.status ?? 'no answer'}`, one.call);
  }
}

export const orderRules: readonly Rule[] = [
  rule('ack.order.failure-stops', failureStops),
  rule('ack.order.stopped-returns', (view) => comesBack(view, ['stopped'])),
  rule('ack.order.gap', gap),
  rule('ack.order.gap-returns', (view) => comesBack(view, ['gap'])),
  rule('ack.order.reordered', reordered),
  rule('ack.order.reordered-outcome', reorderedOutcome),
  rule('ack.order.prefix', prefix),
  rule('ack.order.rest-returns', (view) => comesBack(view, ['rest'])),
  rule('ack.order.rest-at-once', (view) => comesBackSoon(view, ['rest'])),
  rule('ack.order.rest-later', restLater),
  rule('ack.order.batches-independent', batchesIndependent),
  rule('ack.order.batches-on-fifo', batchesOnFifo),
  rule('ack.order.mixed-batches', mixedBatches),
  rule('ack.duplicate.counted-once', countedOnce),
  rule('ack.duplicate.outcome', duplicateOutcome),
];
