/** Judges the scenarios of a run while others still go on: when the last one has ended there is little left to do. */
import { existsSync } from 'node:fs';
import { evidenceReader, type Evidence, type History } from '../history/evidence.ts';
import { rules } from '../rules/index.ts';
import { judge, type Judgement } from '../verdict/judge.ts';
import { lineReader, type LineReader } from './lines.ts';

/** Milliseconds of one look: between two of them progress is shown, and signals are heard. */
const LOOK_MS = 50;

export interface Along {
  /** That a scenario has ended. */
  hear(): void;
  /** Reads what is left. Throws what readEvidence and node:fs do. */
  end(): { readonly evidence: Evidence; readonly judged: ReadonlyMap<History, Judgement> };
}

export function judgeAlong(path: string): Along {
  const reader = evidenceReader();
  const judged = new Map<History, Judgement>();
  let lines: LineReader | undefined;
  let timer: NodeJS.Timeout | undefined;
  let trouble: unknown;

  const take = (line: string): void => {
    const ended = reader.add(line);
    if (ended !== undefined) judged.set(ended, judge(ended, rules));
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
    end() {
      clearTimeout(timer);
      if (trouble !== undefined) throw trouble;
      lines ??= lineReader(path);
      try {
        for (let line = lines.next(); line !== undefined; line = lines.next()) take(line);
        take(lines.rest());
      } finally {
        lines.close();
      }
      return { evidence: reader.end(), judged };
    },
  };
}
