import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from '../../schemas/types.ts';
import type { Evidence } from '../history/evidence.ts';
import type { Register } from '../history/register.ts';
import { views } from '../report/views.ts';
import { writeCases } from './cases.ts';

export const VERDICT_FILE = 'verdict.json';

/**
 * verdict.json, letter by letter: the same verdict always makes the same text. JSON leaves some characters as they are
 * that a terminal obeys (C1, marks of writing direction), or a CI server (`##[`); an endpoint may have put them there, so
 * they are escaped too.
 */
export function verdictText(verdict: Verdict): string {
  const text = JSON.stringify(verdict, null, 2).replace(
    /#(?=#\w*\[)|[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${text}\n`;
}

export interface Written {
  readonly files: readonly string[];
  /** The files that replay a counterexample, by the ids of their programs. */
  readonly cases: ReadonlyMap<string, string>;
}

/** Writes the reports that can be made from a verdict into a directory; and the cases of its counterexamples. */
export async function writeReports(
  directory: string,
  evidence: Evidence,
  verdict: Verdict,
  register: Register,
): Promise<Written> {
  await mkdir(directory, { recursive: true });
  const files = [
    { path: join(directory, VERDICT_FILE), text: verdictText(verdict) },
    ...Object.values(views).map(({ file, make }) => ({
      path: join(directory, file),
      text: make(verdict, register, evidence),
    })),
  ];
  await Promise.all(files.map(({ path, text }) => writeFile(path, text)));
  return { files: files.map(({ path }) => path), cases: await writeCases(directory, evidence, verdict) };
}
