/** The calls of a history that concern dead letters, in words: when, who, what, and the answer. */
import type { AcknowledgeCall, Call, Delivery } from '../history/calls.ts';
import type { View } from '../history/view.ts';
import { excerpt } from './plain.ts';

export interface Told {
  readonly call: Call;
  /** Who asked for what, and what was answered; on one line, as it may reach a terminal. */
  readonly text: string;
}

/** The first instant of a history on the judged clock. */
export function startOf({ calls }: Pick<View, 'calls'>): number {
  return calls[0]?.sent[0] ?? 0;
}

/** Dead letters are numbered as they were arranged. */
export function letterNumbers({ history }: Pick<View, 'history'>): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  for (const { tag } of history.deadLetters) if (!numbers.has(tag)) numbers.set(tag, numbers.size + 1);
  return numbers;
}

/** In the order of sending; calls that are `marked` are told whatever they are. Handlers are named by the exchange that brought them and their place in it. */
export function toldCalls(view: View, marked: ReadonlySet<number> = new Set()): readonly Told[] {
  const numbers = letterNumbers(view);
  const groups = new Map(view.groups.map(({ id }, index) => [id, index + 1]));
  const handlers = new Map<string, string>();
  for (const { deliveries } of view.consumes)
    for (const { handler, consume, index } of deliveries)
      if (handler !== undefined) handlers.set(handler, `${consume.id}.${index + 1}`);
  const told = view.calls.filter(
    (call) => marked.has(call.id) || ['consume', 'acknowledge', 'other', 'delete-group'].includes(call.kind),
  );
  // Tidying up behind a program is not part of it.
  return told
    .slice(0, told.findLastIndex((call) => marked.has(call.id) || call.kind !== 'delete-group') + 1)
    .map((call) => {
      const where = groups.size > 1 && groups.has(call.group) ? ` g${groups.get(call.group)}` : '';
      const what = excerpt(`${asked(call, handlers)} → ${answered(call, view, numbers)}`, 220);
      return { call, text: `${call.consumer}${where} ${what}` };
    });
}

function asked(call: Call, handlers: ReadonlyMap<string, string>): string {
  const { method, target } = call.exchange.request;
  const query = target.includes('?') ? ` ${target.slice(target.indexOf('?') + 1)}` : '';
  if (call.kind === 'consume') return `consume${query}`;
  if (call.kind === 'acknowledge') return `acknowledge ${entriesText(call, handlers)}`;
  if (call.kind === 'delete-group') return 'delete the group';
  return `${method} ${target.replace(/^.*\/queues\/[^/]*/, '…')}`;
}

function entriesText({ entries, exchange }: AcknowledgeCall, handlers: ReadonlyMap<string, string>): string {
  if (entries === undefined) return exchange.request.body?.data ?? 'without a body';
  return entries
    .map(
      ({ handler, rawStatus }) =>
        `${handlers.get(handler) ?? JSON.stringify(handler)} ${typeof rawStatus === 'string' ? rawStatus : rawStatus === undefined ? '(no status)' : JSON.stringify(rawStatus)}`,
    )
    .join(', ');
}

function answered(call: Call, view: View, numbers: ReadonlyMap<string, number>): string {
  const { outcome } = call.exchange;
  if (outcome.kind === 'failure') return `no answer: ${outcome.message}`;
  if (call.kind === 'consume' && call.reply === 'ok' && Array.isArray(call.json))
    return call.deliveries.length === 0
      ? `${outcome.status}, nothing`
      : `${outcome.status}, ${call.deliveries.map((one) => nameOf(one, view, numbers)).join(' ')}`;
  if (call.kind === 'acknowledge' && call.counts !== undefined)
    return `${outcome.status}, success ${call.counts.success}, fail ${call.counts.fail}`;
  return `${outcome.status} ${outcome.body.data}`;
}

function nameOf(delivery: Delivery, view: View, numbers: ReadonlyMap<string, number>): string {
  const tag = view.letterOf(delivery)?.arranged.tag;
  return tag === undefined ? 'a message that was not arranged' : `letter ${numbers.get(tag) ?? '?'}`;
}
