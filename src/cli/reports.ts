import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from '../../schemas/types.ts';
import type { Evidence } from '../history/evidence.ts';
import type { Register } from '../history/register.ts';
import { verdictText } from '../report/verdict-text.ts';
import type { MadeTimelines } from '../report/html/timeline.ts';
import { views } from '../report/views.ts';
import { writeCases } from './cases.ts';

export { verdictText };

export const VERDICT_FILE = 'verdict.json';

export interface Written {
  readonly files: readonly string[];
  /** The files that replay a counterexample, by the ids of their programs. */
  readonly cases: ReadonlyMap<string, string>;
}

/**
 * Writes the reports that can be made from a verdict into a directory; and the cases of its counterexamples. Timelines that
 * were made before need not be made again.
 */
export async function writeReports(
  directory: string,
  evidence: Evidence,
  verdict: Verdict,
  register: Register,
  timelines?: MadeTimelines,
): Promise<Written> {
  await mkdir(directory, { recursive: true });
  const files = [
    { path: join(directory, VERDICT_FILE), text: verdictText(verdict) },
    ...Object.values(views).map(({ file, make }) => ({
      path: join(directory, file),
      text: make(verdict, register, evidence, timelines),
    })),
  ];
  await Promise.all(files.map(({ path, text }) => writeFile(path, text)));
  return { files: files.map(({ path }) => path), cases: await writeCases(directory, evidence, verdict) };
}
