/**
 * What a history looks like: who asked when, how long leases last, and what came back. Only places in time are made here, all
 * of them read off the view that the rules read, too; `draw.ts` makes a picture of them. The tuples keep a thousand of
 * them small, and every text in one is escaped already.
 */
import type { Exchange } from '../../../schemas/types.ts';
import type { AcknowledgeView } from '../../history/acknowledgements.ts';
import type { Call, ConsumeCall } from '../../history/calls.ts';
import type { History } from '../../history/evidence.ts';
import { largest } from '../../history/extremes.ts';
import { leaseEnd } from '../../history/leases.ts';
import type { GroupView, View } from '../../history/view.ts';
import { excerpt } from '../plain.ts';
import { letterNumbers, startOf, toldCalls } from '../told.ts';
import { escaped } from './markup.ts';

export interface Timeline {
  readonly scenario: string;
  /** Names of the consumers. */
  readonly lanes: readonly string[];
  readonly calls: readonly TimedCall[];
  readonly leases: readonly TimedLease[];
  readonly returns: readonly TimedReturn[];
  /** When arranging calls were under way. */
  readonly arranging: readonly (readonly [from: number, to: number, calls: number])[];
  /** How many calls are left out. */
  readonly left: number;
}

/** Timelines that were made before they are shown, by what they show. */
export type MadeTimelines = ReadonlyMap<History, Timeline>;

/**
 * Instants are seconds on the judged clock since the first call. `sent` and `received` are places in the real order of all
 * instants of the picture: under a controlled clock much happens at the same second.
 */
export type TimedCall = readonly [
  id: number,
  lane: number,
  kind: 'consume' | 'acknowledge' | 'other',
  from: number,
  to: number,
  sent: number,
  received: number,
  /** A few characters: what was delivered or counted, or the status. */
  mark: string,
  text: string,
];

/** What the consume `id` brought: a lease is sure until `sure`, may last until `may`, and has its grace until `grace`. */
export type TimedLease = readonly [id: number, sure: number, may: number, grace: number];

/** Dead letters that the consume `again` brought once more; `early` seconds before the lease of the first had to end. */
export type TimedReturn = readonly [first: number, again: number, letters: string, after: number, early: number];

/** Calls of one history that are drawn. */
const MOST_CALLS = 200;

/** Arranging calls with less than this between them are drawn as one. */
const ARRANGING_APART = 0.5;

export function timelineOf(view: View): Timeline {
  const told = toldCalls(view);
  const shown = told.slice(0, MOST_CALLS);
  const start = startOf(view);
  const at = (instant: number): number => Math.round((instant - start) * 1000) / 1000;
  const lanes = [...new Set(shown.map(({ call }) => call.consumer))];
  const laneOf = ({ consumer }: Pick<Call, 'consumer'>): number => lanes.indexOf(consumer);
  const ids = new Set(shown.map(({ call }) => call.id));
  const numbers = letterNumbers(view);
  const order = orderOf(shown.map(({ call }) => call));
  return {
    scenario: escaped(excerpt(view.history.scenario, 100)),
    lanes: lanes.map((lane) => escaped(excerpt(lane, 20))),
    calls: shown.map(({ call, text }, index): TimedCall => {
      const kind = call.kind === 'consume' || call.kind === 'acknowledge' ? call.kind : 'other';
      const [sent = 0, received = 0] = order[index] ?? [];
      const span = [at(call.sent[0]), at(Math.max(call.sent[0], call.received[1]))] as const;
      return [
        call.id,
        laneOf(call),
        kind,
        ...span,
        sent,
        received,
        escaped(markOf(call, view, numbers)),
        escaped(text),
      ];
    }),
    leases: view.groups.flatMap((group) =>
      group.consumes
        .filter(({ id, deliveries }) => ids.has(id) && deliveries.length > 0)
        .map((consume): TimedLease => {
          const { sure, may, grace } = leaseOf(consume, group, view);
          return [consume.id, at(sure), at(may), at(grace)];
        }),
    ),
    returns: view.groups.flatMap((group) => returnsIn(group, numbers)).filter(([, again]) => ids.has(again)),
    arranging: arrangingOf(view, new Set(told.map(({ call }) => call.id)), at),
    left: told.length - shown.length,
  };
}

/** Places of the sending and the receiving of each call among all of them, by the suite's own clock. */
function orderOf(calls: readonly Call[]): readonly (readonly number[])[] {
  const instants = calls.flatMap(({ left, arrived }, index) => [
    { index, instant: left, which: 0 },
    { index, instant: arrived, which: 1 },
  ]);
  const places: number[][] = calls.map(() => []);
  instants.sort((a, b) => a.instant - b.instant || a.index - b.index || a.which - b.which);
  for (const [place, { index, which }] of instants.entries()) (places[index] ??= [])[which] = place;
  return places;
}

function markOf(call: Call, view: View, numbers: ReadonlyMap<string, number>): string {
  if (call.status === undefined) return 'no answer';
  if (call.kind === 'consume' && call.reply === 'ok') {
    if (call.empty) return '∅';
    return inShort(call.deliveries.map((one) => numbers.get(view.letterOf(one)?.arranged.tag ?? '') ?? 0));
  }
  if (call.kind === 'acknowledge' && call.counts !== undefined)
    return [...marks('✓', call.counts.success), ...marks('✗', call.counts.fail)].join(' ') || '0';
  return String(call.status);
}

function marks(mark: string, number: number): string[] {
  return number === 0 ? [] : [`${mark}${number}`];
}

/** `1–3 7` for 1, 2, 3, 7; `?` is what was not arranged here. */
function inShort(numbers: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run !== undefined && number > 0 && number === run[1] + 1) run[1] = number;
    else runs.push([number, number]);
  }
  const text = runs.map(([first, last]) => (first === 0 ? '?' : first === last ? `${first}` : `${first}–${last}`));
  return text.length <= 5 ? text.join(' ') : `${text.slice(0, 4).join(' ')} …`;
}

/** When the lease of what a consume brought ends: by itself, or because of an acknowledgement. */
function leaseOf(consume: ConsumeCall, group: GroupView, view: View): { sure: number; may: number; grace: number } {
  const { earliest, latest } = leaseEnd({ consume });
  const naming = group.acknowledgements.filter(({ call, batches }) => batches.has(consume) && call.reply === 'ok');
  const first = naming[0]?.call;
  if (first !== undefined && isSettled(consume, naming, view)) {
    const end = Math.max(...naming.map(({ call }) => call.received[1]));
    return { sure: Math.min(earliest, first.sent[0]), may: end, grace: end };
  }
  return {
    // From an acknowledgement on, what it did not settle may come back at any time.
    sure: Math.min(earliest, first?.sent[0] ?? Infinity),
    may: latest,
    grace: latest + view.header.slack.mustLate,
  };
}

function isSettled({ deliveries }: ConsumeCall, naming: readonly AcknowledgeView[], view: View): boolean {
  return deliveries.every((delivery) => {
    const letter = view.letterOf(delivery);
    return letter !== undefined && naming.some((one) => one.fateOf(letter) === 'settled');
  });
}

function returnsIn(group: GroupView, numbers: ReadonlyMap<string, number>): TimedReturn[] {
  const found = new Map<string, { first: ConsumeCall; again: ConsumeCall; letters: number[] }>();
  for (const { arranged, deliveries } of group.letters) {
    for (const [index, { consume: again }] of deliveries.entries()) {
      const first = deliveries[index - 1]?.consume;
      if (first === undefined || first === again) continue;
      const key = `${first.id} ${again.id}`;
      const known = found.get(key) ?? { first, again, letters: [] };
      known.letters.push(numbers.get(arranged.tag) ?? 0);
      found.set(key, known);
    }
  }
  return [...found.values()].map(({ first, again, letters }): TimedReturn => {
    const named = group.acknowledgements.some(
      ({ call, batches }) => batches.has(first) && call.left < again.arrived && call.reply !== 'rejected',
    );
    const early = named ? 0 : Math.max(0, leaseEnd({ consume: first }).earliest - again.received[1]);
    const seconds = (value: number): number => Math.round(value * 100) / 100;
    return [first.id, again.id, inShort(letters), seconds(again.received[1] - first.sent[0]), seconds(early)];
  });
}

function arrangingOf(
  { history }: View,
  told: ReadonlySet<number>,
  at: (instant: number) => number,
): Timeline['arranging'] {
  const last = largest(told);
  const spans = history.exchanges.filter(({ id }) => !told.has(id) && id < last).map(spanOf);
  // A hook's calls stand on our own clock only.
  if (history.header.clock === 'wall')
    for (const { sent, received } of history.arrangings) spans.push([sent, received]);
  const merged: [from: number, to: number, calls: number][] = [];
  for (const [from, to] of spans.sort(([a], [b]) => a - b)) {
    const before = merged.at(-1);
    if (before !== undefined && from - before[1] < ARRANGING_APART) {
      before[1] = Math.max(before[1], to);
      before[2] += 1;
    } else merged.push([from, to, 1]);
  }
  return merged.map(([from, to, calls]) => [at(from), at(to), calls]);
}

function spanOf({ clock, sent, received }: Exchange): [number, number] {
  return clock === undefined ? [sent, received] : [clock.sent[0], clock.received[1]];
}
