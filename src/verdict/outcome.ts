/** What a verdict takes of one history: far less than all that was seen and said, of which a large run has gigabytes. */
import type { History } from '../history/evidence.ts';
import { blamedIn, type Blamed } from './blame.ts';
import type { Broken, Judgement } from './judge.ts';

export interface Outcome {
  readonly broken: readonly Broken[];
  /** How often which clause was found held, of those that were. */
  readonly held: ReadonlyMap<string, number>;
  /** The same of what could not be decided. */
  readonly undecided: ReadonlyMap<string, number>;
  /** What was noted of which clause, and how often. */
  readonly noted: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly crashed: Judgement['crashed'];
  /** Whom calls without an answer speak against, and how often. */
  readonly unanswered: ReadonlyMap<Blamed, number>;
  /** When the last answer was there, in seconds on the suite's clock; 0 where there was none. */
  readonly lastInstant: number;
}

export function outcomeOf(history: History, { findings, crashed }: Judgement): Outcome {
  const broken: Broken[] = [];
  const held = new Map<string, number>();
  const undecided = new Map<string, number>();
  const noted = new Map<string, Map<string, number>>();
  for (const { clause, finding } of findings) {
    if (finding.outcome === 'broken') broken.push({ clause, finding });
    else if (finding.outcome === 'held') count(held, clause);
    else if (finding.outcome === 'undecided') count(undecided, clause);
    else {
      let notes = noted.get(clause);
      if (notes === undefined) noted.set(clause, (notes = new Map()));
      count(notes, finding.observed);
    }
  }
  let lastInstant = 0;
  for (const { received } of history.exchanges) lastInstant = Math.max(lastInstant, received);
  return { broken, held, undecided, noted, crashed, unanswered: blamedIn(history), lastInstant };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The clauses of which something was found, be it for or against them. */
export function decidedIn({ broken, held, noted }: Outcome): ReadonlySet<string> {
  return new Set([...held.keys(), ...noted.keys(), ...broken.map(({ clause }) => clause)]);
}
