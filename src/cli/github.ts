/** What a run tells GitHub Actions, where it is run there. */
import { appendFile } from 'node:fs/promises';
import type { Verdict } from '../../schemas/types.ts';
import type { Evidence } from '../history/evidence.ts';
import type { Register } from '../history/register.ts';
import { annotations } from '../report/annotations.ts';
import { plain } from '../report/plain.ts';
import { summary } from '../report/summary.ts';
import type { Terminal } from './terminal.ts';

/** Prints annotations with `print`, and adds the summary to that of the step; elsewhere nothing. */
export async function tellGithub(
  verdict: Verdict,
  register: Register,
  evidence: Evidence,
  terminal: Terminal,
  print: Terminal['out'],
): Promise<void> {
  if (process.env.GITHUB_ACTIONS !== 'true') return;
  print(annotations(verdict, register));
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (file === undefined || file === '') return;
  await appendFile(file, summary(verdict, register, evidence)).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    terminal.err(`the summary of the step could not be written: ${plain(reason)}\n`);
  });
}
