/** What a terminal shows of a verdict. Every text that an endpoint may have had a say in goes through plain(). */
import { styleText } from 'node:util';
import type { BrokenFinding, Verdict, WaiverVerdict } from '../../schemas/types.ts';
import type { Evidence } from '../history/evidence.ts';
import type { Register } from '../history/register.ts';
import { counterexampleText } from './counterexample.ts';
import { excerpt, plain } from './plain.ts';
import { byReason, shown, type Gap, type Shown, type Standing } from './standing.ts';
import {
  brokenCount,
  count,
  duration,
  exitMeaning,
  headline,
  INSECURE,
  narrowedBy,
  placesOf,
  SELF_TEST,
  toneOf,
  waiverText,
} from './words.ts';

const MOST_FINDINGS = 3;
const MOST_IDS = 12;
const MOST_QUEUES = 10;
const COLOURS = { good: 'green', doubtful: 'yellow', bad: 'red' } as const;

export type Paint = (style: 'red' | 'green' | 'yellow' | 'dim' | 'bold', text: string) => string;

export function painter(colour: boolean): Paint {
  return (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text);
}

export interface TerminalOptions {
  readonly colour: boolean;
  /** The files that were written. */
  readonly files: readonly string[];
  readonly evidence: Pick<Evidence, 'histories'>;
  /** The files that replay a counterexample, by the ids of their programs. */
  readonly cases?: ReadonlyMap<string, string> | undefined;
}

/** The end report of a run. */
export function terminalReport(
  verdict: Verdict,
  register: Register,
  { colour, files, evidence, cases }: TerminalOptions,
): string {
  const paint = painter(colour);
  const all = shown(verdict, register);
  const those = (standing: Standing): readonly Shown[] => all.filter((one) => one.standing === standing);
  const failed = those('failed');
  const waived = those('waived');
  const idle = (verdict.waivers ?? []).filter(({ state }) => state !== 'excuses');
  const warned = those('warned');
  const notExercised = those('not-exercised');
  const notApplicable = those('not-applicable');
  const lines: string[] = ['', ...(verdict.insecure === true ? [paint('red', INSECURE), ''] : [])];
  const section = (title: string, content: readonly string[]): void => {
    if (content.length > 0)
      lines.push(paint('bold', title), ...content.map((line) => (line === '' ? '' : `  ${line}`)), '');
  };

  section(
    `Failed: ${count(failed.length, 'clause')}`,
    failed.flatMap((one) => [...failure(one, paint), '']).slice(0, -1),
  );
  section(
    `Waived: ${count(waived.length, 'clause')}`,
    waived.flatMap((one) => waivedLines(one, paint)),
  );
  section(`Waivers that excuse nothing: ${idle.length}`, idle.flatMap(idleLines));
  section(
    `Counterexamples: ${verdict.counterexamples.length}`,
    verdict.counterexamples
      .flatMap((one) => [...counterexampleText(one, evidence, verdict, cases?.get(one.scenario)), ''])
      .slice(0, -1),
  );
  section(
    `Warnings: ${count(warned.length, 'clause')}`,
    warned.flatMap((one) => warning(one, paint)),
  );
  // Where nothing at all was exercised the reasons below say all there is to say.
  const exercised = all.some(({ of }) => of.evidence > 0);
  section(
    `Not exercised: ${count(notExercised.length, 'clause')}`,
    exercised ? byReason(notExercised).flatMap(gap) : [],
  );
  section(
    `Not applicable: ${count(notApplicable.length, 'clause')}`,
    (exercised ? byReason(notApplicable) : []).map(
      ({ reason, clauses }) => `${clauses.length} × ${excerpt(reason, 200)}`,
    ),
  );
  section(`Queues that could not be deleted: ${verdict.undeleted.length}`, [
    ...verdict.undeleted.slice(0, MOST_QUEUES).map((queue) => plain(queue)),
    ...more(verdict.undeleted.length - MOST_QUEUES),
  ]);
  section('Files', files.map(plain));

  const tone = COLOURS[toneOf(verdict)];
  const by = narrowedBy(verdict);
  const narrowed = by === undefined ? '' : ` (${by} narrowed what had to be exercised)`;
  lines.push(
    `${paint(tone, paint('bold', headline(verdict).toUpperCase()))}  ${plain(verdict.endpoint)}, profile ${verdict.profile}${verdict.strict ? ', strict' : ''}, in ${duration(verdict.seconds)}${narrowed}`,
    ...verdict.reasons.map((reason) => `  ${excerpt(reason)}`),
    `  ${those('passed').length} passed, ${failed.length} failed, ${waived.length === 0 ? '' : `${waived.length} waived, `}${warned.length} warned, ${those('noted').length} noted, ${notExercised.length} not exercised, ${notApplicable.length} not applicable`,
  );
  if (verdict.programs !== null) lines.push(`  ${programsLine(verdict.programs)}`);
  if (verdict.endpoint === 'embedded') lines.push(`  ${SELF_TEST}`);
  if (verdict.insecure === true) lines.push(`  ${INSECURE}`);
  lines.push(`exit code ${verdict.exitCode}: ${exitMeaning(verdict)}`, '');
  return lines.join('\n');
}

function programsLine({ count: programs, operations, clauses }: NonNullable<Verdict['programs']>): string {
  const done = Object.values(operations).reduce((sum, number) => sum + number, 0);
  return `${count(programs, 'generated program')} of ${count(done, 'operation')} exercised ${count(Object.keys(clauses).length, 'clause')}`;
}

function failure({ clause, of }: Shown, paint: Paint): string[] {
  return [
    `${paint('red', `✗ ${clause.id}`)}  ${clause.level}`,
    `  ${clause.text}`,
    `  ${paint('dim', placesOf(clause))}`,
    ...of.findings.slice(0, MOST_FINDINGS).flatMap(found),
    ...more(brokenCount(of) - MOST_FINDINGS, 'finding').map((line) => `  ${line}`),
  ];
}

function waivedLines({ clause, of, waivers }: Shown, paint: Paint): string[] {
  const [first] = of.findings;
  return [
    `${paint('yellow', `~ ${clause.id}`)}  ${clause.level}, ${count(brokenCount(of), 'finding')}`,
    ...(first === undefined
      ? []
      : [`  expected ${excerpt(first.expected, 200)}; observed ${excerpt(first.observed, 200)}`]),
    ...waivers.map((waiver) => `  ${excerpt(waiverText(waiver))}`),
  ];
}

function idleLines(waiver: WaiverVerdict): string[] {
  const { clause, scenario, fingerprint, state, findings } = waiver;
  const where = scenario === undefined ? '' : ` in ${scenario}`;
  return [
    plain(`${state}: ${clause}${where} (${fingerprint})${findings > 0 ? `, ${count(findings, 'finding')}` : ''}`),
    `  ${excerpt(waiverText(waiver))}`,
  ];
}

function found({ expected, observed, scenario, exchanges, fingerprint, waived }: BrokenFinding): string[] {
  return [
    `  expected  ${excerpt(expected)}`,
    `  observed  ${excerpt(observed)}`,
    `  in        ${plain(scenario)}, ${exchanges.length === 1 ? 'exchange' : 'exchanges'} ${exchanges.join(', ')}; fingerprint ${plain(fingerprint)}${waived === true ? ', waived' : ''}`,
  ];
}

function warning({ clause, of }: Shown, paint: Paint): string[] {
  const [first] = of.findings;
  const others = brokenCount(of) - 1;
  return [
    `${paint('yellow', `! ${clause.id}`)}  ${clause.text}`,
    ...(first === undefined
      ? []
      : [
          `  expected ${excerpt(first.expected, 200)}; observed ${excerpt(first.observed, 200)} (${plain(first.scenario)}${others > 0 ? `, +${others} more` : ''})`,
        ]),
  ];
}

function gap({ reason, clauses }: Gap): string[] {
  const ids = clauses.slice(0, MOST_IDS).map(({ clause }) => `    ${clause.level.padEnd(6)}  ${clause.id}`);
  return [`${excerpt(reason)}:`, ...ids, ...more(clauses.length - MOST_IDS, 'clause').map((line) => `    ${line}`)];
}

function more(number: number, noun?: string): string[] {
  return number > 0
    ? [noun === undefined ? `+${number} more` : `+${number} more ${noun}${number === 1 ? '' : 's'}`]
    : [];
}
