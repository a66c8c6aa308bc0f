/** What comes of a run that is over: its verdict, its reports, and what is shown of it. */
import type { Verdict } from '../../schemas/types.ts';
import { register } from '../../specs/register.ts';
import { terminalReport } from '../report/terminal.ts';
import { rules } from '../rules/index.ts';
import { verdictOf } from '../verdict/verdict.ts';
import type { SeenAlong } from './along.ts';
import { writeAllureResults } from './allure.ts';
import { tellGithub } from './github.ts';
import type { Live } from './live.ts';
import { writeReports } from './reports.ts';
import type { Terminal } from './terminal.ts';

export interface Conclusion {
  /** The evidence of the run, beside which the reports are left. */
  readonly path: string;
  readonly out: string;
  readonly live: Live;
  readonly terminal: Terminal;
  /** Whether what is printed is for whoever reads JSON. */
  readonly json: boolean;
}

/** Leaves the reports of a run beside its evidence, and shows what came of it. */
export async function conclude(
  { evidence, outcomes, timelines }: SeenAlong,
  { path, out, live, terminal, json }: Conclusion,
): Promise<Verdict> {
  const verdict = verdictOf(evidence, register, rules, outcomes);
  const [allure, { files: views, cases }] = await Promise.all([
    writeAllureResults(out, evidence, verdict, register),
    writeReports(out, evidence, verdict, register, timelines),
  ]);
  const files = [path, ...views, allure];
  live.end({
    report: terminalReport(verdict, register, { colour: terminal.colour, files, evidence, cases }),
    verdict,
    files,
  });
  // The runner reads both.
  await tellGithub(verdict, register, evidence, terminal, json ? terminal.err : terminal.out);
  return verdict;
}
