/** Judges the scenarios of a run while others still go on: when the last one has ended there is little left to do. */
import { existsSync } from 'node:fs';
import { evidenceReader, type Evidence, type History } from '../history/evidence.ts';
import type { Register } from '../history/register.ts';
import { schemas } from '../history/schemas.ts';
import { timelineOf, type Timeline } from '../report/html/timeline.ts';
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
  readonly timelines: ReadonlyMap<History, Timeline>;
}

export function judgeAlong(path: string, register: Register): Along {
  // Scenarios only begin yet.
  schemas.evidence.prepare();
  const reader = evidenceReader();
  const outcomes = new Map<History, Outcome>();
  const timelines = new Map<History, Timeline>();
  let lines: LineReader | undefined;
  let timer: NodeJS.Timeout | undefined;
  let trouble: unknown;

  const judgeIt = (ended: History | undefined): void => {
    if (ended === undefined) return;
    const judgement = judge(ended, rules);
    outcomes.set(ended, outcomeOf(ended, judgement));
    if (judgement.view !== undefined) timelines.set(ended, timelineOf(judgement.view));
  };
  const take = (line: string): void => judgeIt(reader.add(line));
  const readOn = (): LineReader => {
    lines ??= lineReader(path);
    for (let line = lines.next(); line !== undefined; line = lines.next()) take(line);
    return lines;
  };
  const look = (): void => {
    timer = undefined;
    const until = performance.now() + LOOK_MS;
    try {
      lines ??= lineReader(path);
      for (let line = lines.next(); line !== undefined; line = lines.next()) {
        take(line);
        if (performance.now() > until) {
          timer = setTimeout(look, 0);
          return;
        }
      }
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
        readOn();
        for (const ended of reader.goOn()) judgeIt(ended);
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
        take(readOn().rest());
      } finally {
        lines?.close();
      }
      return { evidence: reader.end(), outcomes, timelines };
    },
  };
}
