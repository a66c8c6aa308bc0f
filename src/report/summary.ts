/** A verdict as Markdown, to be read in a pull request. */
import type { Verdict } from '../../schemas/types.ts';
import type { Evidence } from '../history/evidence.ts';
import type { Register } from '../history/register.ts';
import { counterexampleText } from './counterexample.ts';
import { excerpt } from './plain.ts';
import { byReason, shown, type Shown, type Standing } from './standing.ts';
import { SELF_TEST } from './terminal.ts';
import {
  brokenCount,
  count,
  duration,
  exitMeaning,
  headline,
  INSECURE,
  placesOf,
  shortDigest,
  toneOf,
  waiverText,
} from './words.ts';

const MOST_IDS = 20;
const MARKS = { good: '✅', doubtful: '⚠️', bad: '❌' } as const;

export function summary(verdict: Verdict, register: Register, evidence: Pick<Evidence, 'histories'>): string {
  const all = shown(verdict, register);
  const those = (standing: Standing): readonly Shown[] => all.filter((one) => one.standing === standing);
  const failed = those('failed');
  const waived = those('waived');
  const warned = those('warned');
  const notExercised = those('not-exercised');
  const parts = [
    `## ${MARKS[toneOf(verdict)]} ${headline(verdict)}`,
    ...(verdict.insecure === true ? [`**${INSECURE}.**`] : []),
    [
      `${code(verdict.endpoint)}, profile **${verdict.profile}**${verdict.strict ? ', strict' : ''}, ${verdict.clock} clock, ${duration(verdict.seconds)}, seed ${verdict.seed}, suite ${verdict.suite.version}, register ${code(shortDigest(verdict.suite.register))}.`,
      `Exit code ${verdict.exitCode}: ${exitMeaning(verdict)}.`,
      ...(verdict.endpoint === 'embedded' ? [`This is a ${SELF_TEST}.`] : []),
      ...(verdict.filtered ? ['`--only` narrowed what had to be exercised.'] : []),
    ].join('\n'),
    verdict.reasons.map((reason) => `- ${code(reason)}`).join('\n'),
    table(
      ['passed', 'failed', 'waived', 'warned', 'noted', 'not exercised', 'not applicable'],
      [
        [those('passed'), failed, waived, warned, those('noted'), notExercised, those('not-applicable')].map(
          ({ length }) => `${length}`,
        ),
      ],
    ),
    ...broken('Failed', failed),
    ...broken('Waived', waived),
    ...waivers(verdict),
    ...counterexamples(verdict, evidence),
    ...broken('Warnings', warned),
    ...(notExercised.length === 0
      ? []
      : [
          '### Not exercised',
          table(
            ['reason', 'clauses'],
            byReason(notExercised).map(({ reason, clauses }) => [code(reason), ids(clauses)]),
          ),
        ]),
    ...coverage(verdict.programs),
    ...(verdict.undeleted.length === 0
      ? []
      : [
          `### ${count(verdict.undeleted.length, 'queue')} could not be deleted`,
          verdict.undeleted.slice(0, MOST_IDS).map(code).join(', ') + rest(verdict.undeleted.length),
        ]),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function waivers({ waivers = [] }: Verdict): string[] {
  if (waivers.length === 0) return [];
  const rows = waivers.map((waiver) => [
    code(waiver.clause),
    code(waiver.scenario ?? ''),
    code(waiver.fingerprint),
    waiver.state === 'excuses' ? `excuses ${count(waiver.findings, 'finding')}` : `**${waiver.state}**`,
    code(waiverText(waiver)),
  ]);
  return ['### Waivers', table(['clause', 'scenario', 'fingerprint', 'state', 'why'], rows)];
}

function counterexamples(verdict: Verdict, evidence: Pick<Evidence, 'histories'>): string[] {
  if (verdict.counterexamples.length === 0) return [];
  const texts = verdict.counterexamples.map((found) =>
    // Indented code ends with nothing that a text could hold.
    counterexampleText(found, evidence, verdict, undefined)
      .map((line) => `    ${line}`)
      .join('\n'),
  );
  return ['### Counterexamples', ...texts];
}

/** How often generated programs did what. */
function coverage(programs: Verdict['programs']): string[] {
  if (programs === null) return [];
  const counts = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .toSorted(([, one], [, other]) => other - one)
      .map(([name, number]) => `${name} ${number}`)
      .join(', ');
  return [
    '### Generated programs',
    `${count(programs.count, 'program')} exercised ${count(Object.keys(programs.clauses).length, 'clause')}; in how many programs each, is in verdict.json.`,
    table(
      ['what was done', 'how often'],
      [
        ['operations', cell(counts(programs.operations))],
        ['acknowledgements', cell(counts(programs.acknowledgements))],
        ['at the same time', cell(counts(programs.overlaps))],
      ],
    ),
  ];
}

function broken(title: string, clauses: readonly Shown[]): string[] {
  if (clauses.length === 0) return [];
  const rows = clauses.map(({ clause, of }) => {
    const [first] = of.findings;
    const others = brokenCount(of) > 1 ? `, +${brokenCount(of) - 1} more` : '';
    return [
      `${code(clause.id)}<br>${clause.level}`,
      `${cell(clause.text)}<br><sub>${cell(placesOf(clause))}</sub>`,
      code(first?.expected ?? ''),
      code(first?.observed ?? ''),
      first === undefined
        ? ''
        : `${code(first.scenario)}, exchanges ${first.exchanges.join(', ')}${others}<br>fingerprint ${code(first.fingerprint)}`,
    ];
  });
  return [`### ${title}`, table(['clause', 'what it asks for', 'expected', 'observed', 'where'], rows)];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
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
