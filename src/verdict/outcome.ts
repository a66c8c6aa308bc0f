/** What a verdict takes of one history: far less than all that was seen and said, of which a large run has gigabytes. */
import type { History } from '../history/evidence.ts';
import { blamedIn, type Blamed } from './blame.ts';
import type { Broken, Judgement } from './judge.ts';

export interface Outcome {
  readonly broken: readonly Broken[];
  readonly tallies: ReadonlyMap<string, Tally>;
  readonly crashed: Judgement['crashed'];
  /** Whom calls without an answer speak against, and how often. */
  readonly unanswered: ReadonlyMap<Blamed, number>;
  /** When the last answer was there, in seconds on the suite's clock; 0 where there was none. */
  readonly lastInstant: number;
}

/** What was found of one clause, but what broke it. */
export interface Tally {
  readonly held: number;
  readonly undecided: number;
  /** What was noted, and how often. */
  readonly notes: ReadonlyMap<string, number>;
}

export function outcomeOf(history: History, { findings, crashed }: Judgement): Outcome {
  const broken: Broken[] = [];
  const tallies = new Map<string, { held: number; undecided: number; notes: Map<string, number> }>();
  for (const judged of findings) {
    const { clause, finding } = judged;
    let tally = tallies.get(clause);
    if (tally === undefined) tallies.set(clause, (tally = { held: 0, undecided: 0, notes: new Map() }));
    if (finding.outcome === 'broken') broken.push({ clause, finding });
    else if (finding.outcome === 'noted')
      tally.notes.set(finding.observed, (tally.notes.get(finding.observed) ?? 0) + 1);
    else tally[finding.outcome] += 1;
  }
  let lastInstant = 0;
  for (const { received } of history.exchanges) lastInstant = Math.max(lastInstant, received);
  return { broken, tallies, crashed, unanswered: blamedIn(history), lastInstant };
}

/** Whether something was found of a clause, be it for or against it. */
export function decides({ broken, tallies }: Outcome, clause: string): boolean {
  const { held = 0, notes } = tallies.get(clause) ?? {};
  return held > 0 || (notes?.size ?? 0) > 0 || broken.some((judged) => judged.clause === clause);
}
