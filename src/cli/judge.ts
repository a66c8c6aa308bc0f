import { resolve } from 'node:path';
import { register } from '../../specs/register.ts';
import { systemCode, UsageError } from '../campaign/usage-error.ts';
import {
  EvidenceError,
  evidenceReader,
  LateLine,
  readEvidence,
  type Evidence,
  type History,
} from '../history/evidence.ts';
import { terminalReport } from '../report/terminal.ts';
import { rules } from '../rules/index.ts';
import { judge } from '../verdict/judge.ts';
import { outcomeOf, pooling, type Outcome } from '../verdict/outcome.ts';
import { verdictOf } from '../verdict/verdict.ts';
import type { Seen } from './along.ts';
import { linesOf } from './lines.ts';
import type { JudgeOptions } from './main.ts';
import { growSlowly } from './memory.ts';
import { verdictText, writeReports } from './reports.ts';
import type { Terminal } from './terminal.ts';

/** Makes the verdict of an evidence file; resolves to its exit code. */
export async function judgeFile(path: string, { out, json }: JudgeOptions, terminal: Terminal): Promise<number> {
  const { evidence, outcomes } = out === undefined ? judgedOnTheWay(path) : judgedWhole(path);
  const verdict = verdictOf(evidence, register, rules, outcomes);
  const written = out === undefined ? undefined : await writeReports(resolve(out), evidence, verdict, register);
  terminal.out(
    json === true
      ? verdictText(verdict)
      : terminalReport(verdict, register, {
          colour: terminal.colour,
          files: written?.files ?? [],
          evidence,
          cases: written?.cases,
        }),
  );
  return verdict.exitCode;
}

function judgedWhole(path: string): Seen {
  return { evidence: readEvidenceFile(path), outcomes: new Map() };
}

/** Judges each scenario where it ends, and keeps only what the verdict shows: so the memory that it takes does not grow with the evidence. */
function judgedOnTheWay(path: string): Seen {
  growSlowly();
  const outcomes = new Map<History, Outcome>();
  const read = (): Evidence => {
    const reader = evidenceReader();
    const pool = pooling();
    for (const line of linesOf(path)) {
      const ended = reader.add(line);
      if (ended === undefined) continue;
      const outcome = outcomeOf(ended, judge(ended, rules));
      const { program, header, scenario } = ended;
      // Of programs, counterexamples are shown, and each is counted by what it decided, as is what a waiver is about.
      const counts = program !== undefined || (header.waivers?.some((waiver) => waiver.scenario === scenario) ?? false);
      const shown = program !== undefined || outcome.broken.length > 0;
      outcomes.set(shown ? ended : reader.forget(ended), counts ? outcome : pool(outcome));
    }
    return reader.end();
  };
  try {
    return { evidence: refusing(path, read), outcomes };
  } catch (error) {
    if (error instanceof LateLine) return judgedWhole(path);
    throw error;
  }
}

/** @throws UsageError where the file cannot be read, or is no evidence. */
export function readEvidenceFile(path: string): Evidence {
  return refusing(path, () => readEvidence(linesOf(path)));
}

function refusing(path: string, read: () => Evidence): Evidence {
  try {
    return read();
  } catch (error) {
    if (error instanceof EvidenceError) throw new UsageError(`${path} is no evidence: ${error.message}`);
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new UsageError(
      `The evidence ${path} cannot be read (${systemCode(error)}). Expected the evidence.ndjson of a run.`,
    );
  }
}
