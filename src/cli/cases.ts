/** Files that replay a counterexample. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Case, Program, Verdict } from '../../schemas/types.ts';
import { systemCode, UsageError } from '../campaign/usage-error.ts';
import type { Evidence } from '../history/evidence.ts';
import { schemas } from '../history/schemas.ts';
import { caseFile } from '../report/counterexample.ts';

/** Writes one file for each counterexample into `cases` of a directory. Resolves to their paths by the ids of the programs. */
export async function writeCases(
  directory: string,
  { histories }: Evidence,
  verdict: Verdict,
): Promise<ReadonlyMap<string, string>> {
  const programs = new Map(histories.map(({ scenario, program }) => [scenario, program]));
  const paths = new Map<string, string>();
  for (const found of verdict.counterexamples) {
    const { scenario, clause, shrunk } = found;
    const original = programs.get(scenario);
    const program = programs.get(shrunk ?? scenario);
    if (original === undefined || program === undefined) continue;
    const path = join(directory, caseFile(found));
    const content: Case = {
      format: 1,
      suite: verdict.suite.version,
      seed: verdict.seed,
      scenario,
      clause,
      program: { ...program },
      original: { ...original },
    };
    await mkdir(join(directory, 'cases'), { recursive: true });
    await writeFile(path, `${JSON.stringify(content, null, 2)}\n`);
    paths.set(scenario, path);
  }
  return paths;
}

/** @throws UsageError where the file is none of ours. */
export async function readCase(path: string): Promise<{ readonly clause: string; readonly program: Program }> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(`The case ${path} cannot be read (${systemCode(error)}). Expected a file of a run's cases.`);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`${path} is no case: it is not JSON. Expected a file of a run's cases.`);
  }
  if (!schemas.case.check(value)) throw new UsageError(`${path} is no case: ${schemas.case.problems()}.`);
  const line = { type: 'program', scenario: value.scenario, program: value.program };
  if (!schemas.evidence.check(line) || line.type !== 'program')
    throw new UsageError(`${path} is no case: its program is not one that this version of the suite can run.`);
  return { clause: value.clause, program: line.program };
}
