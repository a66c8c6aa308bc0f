/** A counterexample as a person reads it: the program, what came of it, and what it breaks. */
import type { BrokenFinding, FoundCounterexample, Program, Verdict } from '../../schemas/types.ts';
import type { Evidence, History } from '../history/evidence.ts';
import { programText } from '../history/programs.ts';
import { viewOf } from '../history/view.ts';
import { excerpt } from './plain.ts';
import { startOf, toldCalls } from './told.ts';

/** The file of its run that replays a counterexample. */
export function caseFile({ scenario }: Pick<FoundCounterexample, 'scenario'>): string {
  return `cases/${scenario.replaceAll('/', '-')}.json`;
}

/** Lines of a history that are shown; what is left out is told. */
const MOST_LINES = 40;

/** One counterexample, its lines not indented. `replayWith` is the file that replays it. */
export function counterexampleText(
  found: FoundCounterexample,
  { histories }: Pick<Evidence, 'histories'>,
  { clauses }: Pick<Verdict, 'clauses'>,
  replayWith: string | undefined,
): string[] {
  const { scenario, clause, shrunk, reproduced, replays } = found;
  const id = shrunk ?? scenario;
  const history = histories.find((one) => one.scenario === id);
  const findings = clauses.find((one) => one.id === clause)?.findings.filter((one) => one.scenario === id) ?? [];
  const other = found.again
    .slice(0, 1)
    .flatMap((again) => histories.filter((one) => one.scenario === again))
    .filter(() => reproduced === 0);
  return [
    `${scenario} breaks ${clause}`,
    reproduced === 0
      ? `flaky: ${replays} replays did not break it again, so no shorter form was looked for`
      : `${found.operations === found.shortest ? `none of its ${found.operations} operations can be left out` : `${found.shortest} of its ${found.operations} operations are enough`}${reproduced < replays ? `; broken again in ${reproduced} of ${replays} replays` : ''}`,
    ...(history?.program === undefined ? [] : programLines(history.program).map((line) => `  ${line}`)),
    'what came of it:',
    ...(history === undefined ? [] : historyText(history, findings[0]).map((line) => `  ${line}`)),
    ...findings
      .slice(0, 1)
      .flatMap(({ expected, observed }) => [`expected  ${excerpt(expected)}`, `observed  ${excerpt(observed)}`]),
    ...other.flatMap((one) => [
      `what came of it in ${one.scenario}, where nothing broke:`,
      ...historyText(one).map((line) => `  ${line}`),
    ]),
    ...(replayWith === undefined ? [] : [`replay    npx dms-conformance replay ${replayWith}`]),
  ];
}

/** A program in words, as they may reach a terminal: what was generated holds whatever a terminal obeys. */
export function programLines(program: Program): string[] {
  return programText(program).map((line) => `${' '.repeat(line.search(/\S|$/))}${excerpt(line, 300)}`);
}

/** The calls of a history that concern dead letters, one a line; seconds are on the judged clock, since the first call. */
export function historyText(history: History, finding?: Pick<BrokenFinding, 'exchanges'>): string[] {
  const view = viewOf(history);
  const marked = new Set(finding?.exchanges);
  const start = startOf(view);
  const lines = toldCalls(view, marked).map(({ call, text }) => {
    const instant = `${(call.sent[0] - start).toFixed(1)} s`.padStart(8);
    const seconds = call.received[1] - call.sent[0];
    const until = seconds >= 0.5 ? ` (${seconds.toFixed(1)} s later)` : '';
    return {
      marked: marked.has(call.id),
      line: `${marked.has(call.id) ? '»' : ' '}${`#${call.id}`.padStart(4)} ${instant}  ${text}${until}`,
    };
  });
  if (lines.length <= MOST_LINES) return lines.map(({ line }) => line);
  const kept = lines.filter((one, index) => one.marked || index < 10 || index >= lines.length - 10);
  return [...kept.map(({ line }) => line), `(${lines.length - kept.length} more calls are in the evidence)`];
}
