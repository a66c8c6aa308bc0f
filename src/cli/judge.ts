import { resolve } from 'node:path';
import { register } from '../../specs/register.ts';
import { systemCode, UsageError } from '../campaign/usage-error.ts';
import { EvidenceError, readEvidence, type Evidence } from '../history/evidence.ts';
import { terminalReport } from '../report/terminal.ts';
import { rules } from '../rules/index.ts';
import { verdictOf } from '../verdict/verdict.ts';
import { linesOf } from './lines.ts';
import type { JudgeOptions } from './main.ts';
import { verdictText, writeReports } from './reports.ts';
import type { Terminal } from './terminal.ts';

/** Makes the verdict of an evidence file; resolves to its exit code. */
export async function judgeFile(path: string, { out, json }: JudgeOptions, terminal: Terminal): Promise<number> {
  const evidence = readEvidenceFile(path);
  const verdict = verdictOf(evidence, register, rules);
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

/** @throws UsageError where the file cannot be read, or is no evidence. */
export function readEvidenceFile(path: string): Evidence {
  try {
    return readEvidence(linesOf(path));
  } catch (error) {
    if (error instanceof EvidenceError) throw new UsageError(`${path} is no evidence: ${error.message}`);
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new UsageError(
      `The evidence ${path} cannot be read (${systemCode(error)}). Expected the evidence.ndjson of a run.`,
    );
  }
}
