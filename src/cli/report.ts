/** Makes a view of a run again, from what its directory holds. */
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { register } from '../../specs/register.ts';
import type { Verdict } from '../../schemas/types.ts';
import { EVIDENCE_FILE } from '../campaign/evidence-file.ts';
import { systemCode, UsageError } from '../campaign/usage-error.ts';
import type { Evidence } from '../history/evidence.ts';
import { schemas } from '../history/schemas.ts';
import { annotations } from '../report/annotations.ts';
import { views } from '../report/views.ts';
import { readEvidenceFile } from './judge.ts';
import type { ReportOptions } from './main.ts';
import { VERDICT_FILE } from './reports.ts';
import type { Terminal } from './terminal.ts';

/** Writes one view into the directory of the run, or where `out` says, and names the file; prints annotations, since they are read there. */
export async function report(
  format: keyof typeof views | 'annotations',
  directory: string,
  { out }: ReportOptions,
  terminal: Terminal,
): Promise<void> {
  const { evidence, verdict } = await readRun(directory);
  if (format === 'annotations' && out === undefined) return terminal.out(annotations(verdict, register));
  const view = format === 'annotations' ? { file: '', make: annotations } : views[format];
  const path = out === undefined ? join(directory, view.file) : resolve(out);
  await writeFile(path, view.make(verdict, register, evidence)).catch((error: unknown) => {
    throw new UsageError(`${path} cannot be written (${systemCode(error)}). Name another file with --out.`);
  });
  terminal.out(`${path}\n`);
}

/** @throws UsageError where the directory is not that of a run, or holds parts of several. */
export async function readRun(directory: string): Promise<{ readonly evidence: Evidence; readonly verdict: Verdict }> {
  const evidence = readEvidenceFile(join(directory, EVIDENCE_FILE));
  const path = join(directory, VERDICT_FILE);
  const again = `'dms-conformance judge ${join(directory, EVIDENCE_FILE)} --out ${directory}' makes it again.`;
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(`The verdict ${path} cannot be read (${systemCode(error)}). ${again}`);
  });
  const verdict = parsed(text);
  if (!schemas.verdict.check(verdict)) throw new UsageError(`${path} is no verdict of this version. ${again}`);
  if (verdict.startedAt !== evidence.header.startedAt || verdict.seed !== evidence.header.seed)
    throw new UsageError(`${path} is the verdict of another run than the evidence beside it. ${again}`);
  return { evidence, verdict };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
