import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { register } from '../../specs/register.ts';
import { arrangementOf } from '../campaign/arrangements.ts';
import { runCampaign, SignalInterrupt } from '../campaign/campaign.ts';
import { configure } from '../campaign/configure.ts';
import { targetOf } from '../campaign/embedded.ts';
import { EVIDENCE_FILE, openEvidence } from '../campaign/evidence-file.ts';
import { integer } from '../campaign/given.ts';
import { readEvidence } from '../history/evidence.ts';
import { version } from '../package.ts';
import { programScenario } from '../programs/scenario.ts';
import { historyText, programLines } from '../report/counterexample.ts';
import { excerpt } from '../report/plain.ts';
import { EXIT_MEANINGS } from '../report/words.ts';
import { rules } from '../rules/index.ts';
import { verdictOf } from '../verdict/verdict.ts';
import { readCase } from './cases.ts';
import { warnIfInsecure } from './insecure.ts';
import { linesOf } from './lines.ts';
import { writeReports } from './reports.ts';
import type { ReplayOptions } from './main.ts';
import { interrupted, onSignals } from './signals.ts';
import type { Terminal } from './terminal.ts';

/** Runs the program of a case again and shows what came of it. Resolves to the exit code: 1 where a MUST broke again. */
export async function replay(path: string, { times, ...options }: ReplayOptions, terminal: Terminal): Promise<number> {
  const { clause, program } = await readCase(path);
  const count = integer({ value: times, where: '--times' }, 1, 100);
  const { settings, credentials } = await configure(options, process.env, (_profile, stamp) => `${stamp}-replay`);
  await mkdir(settings.out, { recursive: true });
  const file = openEvidence(settings.out);
  warnIfInsecure(settings, terminal);
  terminal.out(`${programLines(program).join('\n')}\n\n`);
  const interrupt = new AbortController();
  const forget = onSignals((signal) => {
    terminal.out(`${interrupted(signal)}\n`);
    interrupt.abort(new SignalInterrupt(signal));
  });
  const target = targetOf(settings);
  const scenarios = Array.from({ length: count }, (_, index) => programScenario(`replay/${index + 1}`, program));
  await runCampaign({
    // A replay shows whether it breaks, excused or not.
    settings: { ...settings, only: 'replay/*', waivers: undefined },
    target,
    credentials,
    scenarios,
    arrangement: await arrangementOf(settings, target.clock, scenarios, register),
    register,
    suiteVersion: version,
    write: (line) => file.write(line),
    signal: interrupt.signal,
  });
  forget();
  file.close();

  const evidence = readEvidence(linesOf(join(settings.out, EVIDENCE_FILE)));
  const verdict = verdictOf(evidence, register, rules);
  await writeReports(settings.out, evidence, verdict, register);
  const findings = verdict.clauses.find(({ id }) => id === clause)?.findings ?? [];
  const broken = new Set(findings.map(({ scenario }) => scenario));
  const [first] = findings;
  const shown = evidence.histories.find(({ scenario }) => scenario === (first?.scenario ?? 'replay/1'));
  const lines = [
    ...(shown === undefined ? [] : [`what came of it in ${shown.scenario}:`, ...historyText(shown, first)]),
    '',
    ...(first === undefined
      ? []
      : [`expected  ${excerpt(first.expected)}`, `observed  ${excerpt(first.observed)}`, '']),
    `${clause} was broken in ${broken.size} of ${count} replays`,
    ...verdict.clauses
      .filter(({ id, findings: others }) => id !== clause && others.length > 0)
      .map(({ id, level }) => `${id} (${level}) was broken, too`),
    ...verdict.reasons.map((reason) => `  ${excerpt(reason)}`),
    `evidence  ${file.path}`,
    `exit code ${verdict.exitCode}: ${EXIT_MEANINGS[verdict.exitCode]}`,
  ];
  terminal.out(`${lines.join('\n')}\n`);
  return verdict.exitCode;
}
