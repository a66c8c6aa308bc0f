import type { View } from '../history/view.ts';

/** What a rule says of one clause in one history. */
export type Finding =
  | { readonly outcome: 'held'; readonly exchanges: readonly number[] }
  | {
      readonly outcome: 'broken';
      readonly expected: string;
      readonly observed: string;
      readonly exchanges: readonly number[];
    }
  /** The instants or an unknown effect leave it open. */
  | { readonly outcome: 'undecided'; readonly exchanges: readonly number[] }
  /** What was observed where nothing can be broken. */
  | { readonly outcome: 'noted'; readonly observed: string; readonly exchanges: readonly number[] };

/** Judges one clause in every history. Pure: no I/O, no clock, and it throws on no input that parses as evidence. */
export interface Rule {
  readonly clause: string;
  readonly judge: (view: View) => Iterable<Finding>;
}

export function rule(clause: string, judge: Rule['judge']): Rule {
  return { clause, judge };
}

/** What several rules ask of a view: made when the first of them asks. */
export function perView<T>(make: (view: View) => T): (view: View) => T {
  const made = new WeakMap<View, { readonly value: T }>();
  return (view) => {
    let known = made.get(view);
    if (known === undefined) made.set(view, (known = { value: make(view) }));
    return known.value;
  };
}

interface Seen {
  readonly id: number;
}

export function held(...calls: readonly Seen[]): Finding {
  return { outcome: 'held', exchanges: calls.map(({ id }) => id) };
}

export function broken(expected: string, observed: string, ...calls: readonly Seen[]): Finding {
  return { outcome: 'broken', expected, observed, exchanges: calls.map(({ id }) => id) };
}

export function undecided(...calls: readonly Seen[]): Finding {
  return { outcome: 'undecided', exchanges: calls.map(({ id }) => id) };
}

export function noted(observed: string, ...calls: readonly Seen[]): Finding {
  return { outcome: 'noted', observed, exchanges: calls.map(({ id }) => id) };
}

/** Seconds for people. */
export function inSeconds(value: number): string {
  return `${Math.round(value * 100) / 100} s`;
}
