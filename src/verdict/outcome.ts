/** What a verdict takes of one history: far less than all that was seen and said, of which a large run has gigabytes. */
import type { History } from '../history/evidence.ts';
import { blamedIn, type Blamed } from './blame.ts';
import type { Broken, Judgement } from './judge.ts';

/** What was found but for what broke, by clause; clauses of which nothing was are left out. */
export interface Tallies {
  /** How often a clause was found held. */
  readonly held: ReadonlyMap<string, number>;
  /** How often it could not be decided. */
  readonly undecided: ReadonlyMap<string, number>;
  /** What was noted of it, and how often. */
  readonly noted: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export interface Outcome extends Tallies {
  readonly broken: readonly Broken[];
  readonly crashed: Judgement['crashed'];
  /** Whom calls without an answer speak against, and how often. */
  readonly unanswered: ReadonlyMap<Blamed, number>;
  /** When the last answer was there, in seconds on the suite's clock; 0 where there was none. */
  readonly lastInstant: number;
}

export function outcomeOf(history: History, { findings, crashed }: Judgement): Outcome {
  const broken: Broken[] = [];
  const sum = summing();
  for (const { clause, finding } of findings) {
    if (finding.outcome === 'broken') broken.push({ clause, finding });
    else if (finding.outcome === 'noted') sum.note(clause, finding.observed, 1);
    else sum[finding.outcome](clause, 1);
  }
  let lastInstant = 0;
  for (const { received } of history.exchanges) lastInstant = Math.max(lastInstant, received);
  return { broken, ...sum.tallies, crashed, unanswered: blamedIn(history), lastInstant };
}

interface Sum {
  /** So far: they grow. */
  readonly tallies: Tallies;
  held(clause: string, times: number): void;
  undecided(clause: string, times: number): void;
  note(clause: string, observed: string, times: number): void;
  add(more: Tallies): void;
}

/** Sums up from nothing. */
export function summing(): Sum {
  const held = new Map<string, number>();
  const undecided = new Map<string, number>();
  const noted = new Map<string, Map<string, number>>();
  const count = (counts: Map<string, number>, key: string, times: number): void =>
    void counts.set(key, (counts.get(key) ?? 0) + times);
  const sum: Sum = {
    tallies: { held, undecided, noted },
    held: (clause, times) => count(held, clause, times),
    undecided: (clause, times) => count(undecided, clause, times),
    note(clause, observed, times) {
      let notes = noted.get(clause);
      if (notes === undefined) noted.set(clause, (notes = new Map()));
      count(notes, observed, times);
    },
    add(more) {
      for (const [clause, times] of more.held) sum.held(clause, times);
      for (const [clause, times] of more.undecided) sum.undecided(clause, times);
      for (const [clause, notes] of more.noted) for (const [note, times] of notes) sum.note(clause, note, times);
    },
  };
  return sum;
}

/**
 * Has the first of several outcomes hold the tallies of all: a verdict of the whole comes to the same, in far less room. What each
 * of the others decided cannot be told any more.
 */
export function pooling(): (outcome: Outcome) => Outcome {
  const { tallies: none } = summing();
  let pool: Sum | undefined;
  return (outcome) => {
    const isFirst = pool === undefined;
    pool ??= summing();
    pool.add(outcome);
    return { ...outcome, ...(isFirst ? pool.tallies : none) };
  };
}

/** The clauses of which something was found, be it for or against them. */
export function decidedIn({ broken, held, noted }: Outcome): ReadonlySet<string> {
  return new Set([...held.keys(), ...noted.keys(), ...broken.map(({ clause }) => clause)]);
}
