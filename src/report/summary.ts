/** A verdict as Markdown, to be read in a pull request. */
import type { Verdict } from '../../schemas/types.ts';
import type { Evidence } from '../history/evidence.ts';
import type { Register } from '../history/register.ts';
import { counterexampleText } from './counterexample.ts';
import { excerpt } from './plain.ts';
import { byReason, shown, type Shown, type Standing } from './standing.ts';
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
  shortDigest,
  toneOf,
  waiverText,
} from './words.ts';

const MOST_IDS = 20;
const MOST_REASONS = 20;
/** A comment on GitHub may have 65,536 characters, and whoever posts one may want to say something, too. */
const MOST_CHARACTERS = 60_000;
const MARKS = { good: '✅', doubtful: '⚠️', bad: '❌' } as const;

/** A part of the summary, of which as many rows are shown as there is room for. */
interface Section {
  readonly title: string;
  /** What stands before the rows. */
  readonly lead: string;
  readonly rows: readonly string[];
  /** What a row is. */
  readonly noun: string;
  /** What stands between two rows. */
  readonly between: string;
}

/** What failed comes first, and stays when there is not room for all. */
export function summary(verdict: Verdict, register: Register, evidence: Pick<Evidence, 'histories'>): string {
  const all = shown(verdict, register);
  const those = (standing: Standing): readonly Shown[] => all.filter((one) => one.standing === standing);
  const failed = those('failed');
  const waived = those('waived');
  const warned = those('warned');
  const notExercised = those('not-exercised');
  const { reasons } = verdict;
  const more = reasons.length - MOST_REASONS;
  const narrowed = narrowedBy(verdict);
  const head = [
    `## ${MARKS[toneOf(verdict)]} ${headline(verdict)}`,
    ...(verdict.insecure === true ? [`**${INSECURE}.**`] : []),
    [
      `${code(verdict.endpoint)}, profile **${verdict.profile}**${verdict.strict ? ', strict' : ''}, ${verdict.clock} clock, ${duration(verdict.seconds)}, seed ${verdict.seed}, suite ${verdict.suite.version}, register ${code(shortDigest(verdict.suite.register))}.`,
      `Exit code ${verdict.exitCode}: ${exitMeaning(verdict)}.`,
      ...(verdict.endpoint === 'embedded' ? [`This is a ${SELF_TEST}.`] : []),
      ...(narrowed === undefined ? [] : [`${code(narrowed)} narrowed what had to be exercised.`]),
    ].join('\n'),
    [
      ...reasons.slice(0, MOST_REASONS).map((reason) => `- ${code(reason)}`),
      ...(more > 0 ? [`- +${more} more`] : []),
    ].join('\n'),
    [
      ...headOf(['passed', 'failed', 'waived', 'warned', 'noted', 'not exercised', 'not applicable']),
      row(
        [those('passed'), failed, waived, warned, those('noted'), notExercised, those('not-applicable')].map(
          ({ length }) => `${length}`,
        ),
      ),
    ].join('\n'),
  ].filter((part) => part !== '');
  return withinBounds(head.join('\n\n'), [
    broken('Failed', 'failed clause', failed),
    broken('Waived', 'waived clause', waived),
    waivers(verdict),
    counterexamples(verdict, evidence),
    broken('Warnings', 'warning', warned),
    {
      title: 'Not exercised',
      lead: headOf(['reason', 'clauses']).join('\n'),
      rows: byReason(notExercised).map(({ reason, clauses }) => row([code(reason), ids(clauses)])),
      noun: 'reason why something was not exercised',
      between: '\n',
    },
    coverage(verdict.programs),
    {
      title: `${count(verdict.undeleted.length, 'queue')} could not be deleted`,
      lead: '',
      rows:
        verdict.undeleted.length === 0
          ? []
          : [verdict.undeleted.slice(0, MOST_IDS).map(code).join(', ') + rest(verdict.undeleted.length)],
      noun: 'list of queues',
      between: '',
    },
  ]);
}

function withinBounds(head: string, sections: readonly Section[]): string {
  const parts = [head];
  const left: string[] = [];
  // The last line says what is left out, of each section at most.
  let room = MOST_CHARACTERS - head.length - 1_000;
  for (const { title, lead, rows, noun, between } of sections) {
    if (rows.length === 0) continue;
    const start = `### ${title}\n\n${lead}${lead === '' ? '' : '\n'}`;
    let used = start.length;
    let kept = 0;
    for (const one of rows) {
      if (used + one.length + between.length > room) break;
      used += one.length + between.length;
      kept += 1;
    }
    if (kept < rows.length) left.push(`${rows.length - kept} of ${count(rows.length, noun)}`);
    if (kept === 0) continue;
    parts.push(start + rows.slice(0, kept).join(between));
    room -= used + 2;
  }
  if (left.length > 0)
    parts.push(`Left out, since this would be too long for a comment: ${left.join(', ')}. All is in verdict.json.`);
  return `${parts.join('\n\n')}\n`;
}

function waivers({ waivers = [] }: Verdict): Section {
  const rows = waivers.map((waiver) =>
    row([
      code(waiver.clause),
      code(waiver.scenario ?? ''),
      code(waiver.fingerprint),
      waiver.state === 'excuses' ? `excuses ${count(waiver.findings, 'finding')}` : `**${waiver.state}**`,
      code(waiverText(waiver)),
    ]),
  );
  const lead = headOf(['clause', 'scenario', 'fingerprint', 'state', 'why']).join('\n');
  return { title: 'Waivers', lead, rows, noun: 'waiver', between: '\n' };
}

function counterexamples(verdict: Verdict, evidence: Pick<Evidence, 'histories'>): Section {
  const rows = verdict.counterexamples.map((found) =>
    // Indented code ends with nothing that a text could hold.
    counterexampleText(found, evidence, verdict, undefined)
      .map((line) => `    ${line}`)
      .join('\n'),
  );
  return { title: 'Counterexamples', lead: '', rows, noun: 'counterexample', between: '\n\n' };
}

/** How often generated programs did what. */
function coverage(programs: Verdict['programs']): Section {
  const counts = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .toSorted(([, one], [, other]) => other - one)
      .map(([name, number]) => `${name} ${number}`)
      .join(', ');
  const rows =
    programs === null
      ? []
      : [
          `${count(programs.count, 'program')} exercised ${count(Object.keys(programs.clauses).length, 'clause')}; in how many programs each, is in verdict.json.`,
          [
            ...headOf(['what was done', 'how often']),
            row(['operations', cell(counts(programs.operations))]),
            row(['acknowledgements', cell(counts(programs.acknowledgements))]),
            row(['at the same time', cell(counts(programs.overlaps))]),
          ].join('\n'),
        ];
  return { title: 'Generated programs', lead: '', rows, noun: 'paragraph on programs', between: '\n\n' };
}

function broken(title: string, noun: string, clauses: readonly Shown[]): Section {
  const rows = clauses.map(({ clause, of }) => {
    const [first] = of.findings;
    const others = brokenCount(of) > 1 ? `, +${brokenCount(of) - 1} more` : '';
    return row([
      `${code(clause.id)}<br>${clause.level}`,
      `${cell(clause.text)}<br><sub>${cell(placesOf(clause))}</sub>`,
      code(first?.expected ?? ''),
      code(first?.observed ?? ''),
      first === undefined
        ? ''
        : `${code(first.scenario)}, exchanges ${excerpt(first.exchanges.join(', '), 100)}${others}<br>fingerprint ${code(first.fingerprint)}`,
    ]);
  });
  const lead = headOf(['clause', 'what it asks for', 'expected', 'observed', 'where']).join('\n');
  return { title, lead, rows, noun, between: '\n' };
}

/** Head of a table. */
function headOf(cells: readonly string[]): string[] {
  return [row(cells), row(cells.map(() => '---'))];
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function ids(clauses: readonly Shown[]): string {
  const named = clauses.slice(0, MOST_IDS).map(({ clause }) => code(clause.id));
  return named.join(', ') + rest(clauses.length);
}

function rest(number: number): string {
  return number > MOST_IDS ? `, +${number - MOST_IDS} more` : '';
}

/** In a code span nothing of an endpoint's text becomes a link, a mention or markup; a bar could still end the column. */
function code(text: string): string {
  const inner = excerpt(text, 300).replaceAll('`', "'").replaceAll('|', '¦');
  return inner === '' ? '' : `\`${inner}\``;
}

function cell(text: string): string {
  return text.replace(/[|<>*_`]/g, (mark) => (mark === '<' ? '&lt;' : `\\${mark}`));
}
