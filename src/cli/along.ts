/** Judges the scenarios of a run while others still go on: when the last one has ended there is little left to do. */
import { existsSync } from 'node:fs';
import { evidenceReader, LateLine, type Evidence, type History } from '../history/evidence.ts';
import type { Register } from '../history/register.ts';
import { schemas } from '../history/schemas.ts';
import { timelineOf, type MadeTimelines, type Timeline } from '../report/html/timeline.ts';
import { rules } from '../rules/index.ts';
import { failingOf } from '../verdict/failing.ts';
import { judge } from '../verdict/judge.ts';
import { outcomeOf, type Outcome } from '../verdict/outcome.ts';
import { lineReader, type LineReader } from './lines.ts';

/** Milliseconds of one look: between two of them progress is shown, and signals are heard. */
const LOOK_MS = 50;

export interface Along {
  /** That a scenario has ended. */
  hear(): void;
  /** Catches up with what was written so far; more is sure to follow. The clauses that make the run fail, by the scenario that broke them. */
  catchUp(): ReadonlyMap<string, readonly string[]>;
  /** Reads what is left. Throws what readEvidence and node:fs do. */
  end(): SeenAlong;
}

export interface Seen {
  readonly evidence: Evidence;
  /** What came of the histories that were judged along. */
  readonly outcomes: ReadonlyMap<History, Outcome>;
}

export interface SeenAlong extends Seen {
  /** What the histories look like that were judged along. */
  readonly timelines: MadeTimelines;
}

/**
 * Lets go of what programs saw that broke nothing: of them no report shows more than their timelines. The evidence that it ends with holds no
 * more of them than how they began and ended.
 */
export function judgeAlong(path: string, register: Register): Along {
  // Scenarios only begin yet.
  schemas.evidence.prepare();
  const outcomes = new Map<History, Outcome>();
  const timelines = new Map<History, Timeline>();
  let reader = evidenceReader();
  let lines: LineReader | undefined;
  let letsGo = true;
  let planned: ReadonlySet<string> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let trouble: unknown;

  /** Replays that broke nothing are shown beside what did. */
  const isShown = ({ header, program, scenario }: History, { broken }: Outcome): boolean =>
    program === undefined || broken.length > 0 || !(planned ??= new Set(header.selection)).has(scenario);
  const judgeIt = (ended: History | undefined): void => {
    if (ended === undefined) return;
    const judgement = judge(ended, rules);
    const outcome = outcomeOf(ended, judgement);
    const kept = letsGo && !isShown(ended, outcome) ? reader.forget(ended) : ended;
    outcomes.set(kept, outcome);
    if (judgement.view !== undefined) timelines.set(kept, timelineOf(judgement.view));
  };
  /** Reads on until that instant, in milliseconds, at the latest. Whether that was all. */
  const readOn = (until = Infinity): boolean => {
    lines ??= lineReader(path);
    for (let line = lines.next(); line !== undefined; line = lines.next()) {
      judgeIt(reader.add(line));
      if (performance.now() > until) return false;
    }
    return true;
  };
  /** Begins anew, and lets go of nothing, where there is more about what was let go of. */
  const anewIfLate = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof LateLine)) throw error;
      letsGo = false;
      reader = evidenceReader();
      lines?.close();
      lines = undefined;
      outcomes.clear();
      timelines.clear();
      return read();
    }
  };
  const look = (): void => {
    timer = undefined;
    const until = performance.now() + LOOK_MS;
    try {
      if (!anewIfLate(() => readOn(until))) timer = setTimeout(look, 0);
    } catch (error) {
      trouble = error;
    }
  };

  return {
    hear() {
      if (trouble === undefined && existsSync(path)) timer ??= setTimeout(look, LOOK_MS);
    },
    catchUp() {
      clearTimeout(timer);
      timer = undefined;
      try {
        anewIfLate(() => {
          readOn();
          for (const ended of reader.goOn()) judgeIt(ended);
        });
      } catch (error) {
        trouble ??= error;
      }
      return new Map(
        [...outcomes].flatMap(([history, { broken }]) => {
          const failing = failingOf(history, broken, register).map(({ clause }) => clause.id);
          return failing.length === 0 ? [] : [[history.scenario, failing]];
        }),
      );
    },
    end() {
      clearTimeout(timer);
      if (trouble !== undefined) throw trouble;
      try {
        const evidence = anewIfLate(() => {
          readOn();
          judgeIt(reader.add(lines?.rest() ?? ''));
          return reader.end();
        });
        return { evidence, outcomes, timelines };
      } finally {
        lines?.close();
      }
    },
  };
}
