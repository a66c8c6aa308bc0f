/**
 * A verdict as JUnit XML: a test suite per chapter with a test case per clause, and one test case for the run as a whole.
 * It is red exactly where the exit code is not 0. A MUST that was not exercised is an error, not a skip, since a skip
 * reads as green everywhere.
 */
import type { BrokenFinding, Verdict } from '../../schemas/types.ts';
import type { Register } from '../history/register.ts';
import { excerpt, plain } from './plain.ts';
import { shown, type Shown } from './standing.ts';
import { brokenCount, count, exitMeaning, INSECURE, placesOf, waiverText } from './words.ts';

interface Case {
  readonly suite: string;
  readonly name: string;
  readonly kind: 'passed' | 'failure' | 'error' | 'skipped';
  /** What of its kind it is. */
  readonly type: string;
  readonly message: string;
  readonly details: string;
  readonly seconds: number;
}

/** Findings of one clause that are shown, and characters of each text: readers keep all of a file in memory. */
const MOST_FINDINGS = 20;
const MOST_CHARACTERS = 1_000;

export function junit(verdict: Verdict, register: Register): string {
  const cases = [ofRun(verdict), ...shown(verdict, register).map(ofClause)];
  const chapters = [...Map.groupBy(cases, ({ suite }) => suite)];
  // One schema wants neither zone nor fraction.
  const timestamp = verdict.startedAt.slice(0, 19);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="dms-conformance"${totals(cases)} time="${seconds(verdict.seconds)}">`,
  ];
  for (const [id, [suite, own]] of chapters.entries()) {
    const skipped = own.filter(({ kind }) => kind === 'skipped').length;
    const time = seconds(own.reduce((sum, one) => sum + one.seconds, 0));
    lines.push(
      `  <testsuite id="${id}" name="${attribute(suite)}" package="dms-conformance" hostname="localhost" timestamp="${attribute(timestamp)}" time="${time}"${totals(own)} skipped="${skipped}">`,
      ...properties(verdict),
      ...own.flatMap(testcase),
      '    <system-out/>',
      '    <system-err/>',
      '  </testsuite>',
    );
  }
  return [...lines, '</testsuites>', ''].join('\n');
}

function ofRun(verdict: Verdict): Case {
  const { exitCode, reasons, waived, waivers = [] } = verdict;
  const kind = exitCode === 0 ? 'passed' : verdict.verdict === 'nonconformant' ? 'failure' : 'error';
  return {
    suite: 'run',
    name: 'verdict',
    kind,
    type: verdict.verdict,
    message: exitMeaning(verdict),
    details: [
      ...(verdict.insecure === true ? [INSECURE] : []),
      ...(waived === undefined ? [] : [exitMeaning(verdict)]),
      ...reasons.map(short),
      ...waivers.map((waiver) => short(`waiver of ${waiver.clause}, ${waiver.state}: ${waiverText(waiver)}`)),
    ].join('\n'),
    seconds: verdict.seconds,
  };
}

function ofClause({ clause, of, standing, waivers }: Shown): Case {
  // A clause is judged by many scenarios, and none of their time is its own.
  const base = { suite: clause.chapter, name: clause.id, type: standing, seconds: 0 };
  const findings = of.findings.slice(0, MOST_FINDINGS);
  const more = brokenCount(of) - findings.length;
  const details = [
    `${clause.level}: ${clause.text}`,
    placesOf(clause),
    ...findings.map(inWords),
    ...(more > 0 ? [`+${count(more, 'finding')}`] : []),
  ].join('\n');
  if (standing === 'failed') {
    return { ...base, kind: 'failure', message: short(of.findings[0]?.observed ?? clause.text), details };
  }
  if (standing === 'waived') {
    const message = plain(`broken, but waived: ${waivers.map(waiverText).join('; ')}`);
    return { ...base, kind: 'skipped', message, details };
  }
  if (standing === 'not-exercised' || standing === 'not-applicable') {
    const kind = standing === 'not-exercised' && clause.level === 'MUST' ? 'error' : 'skipped';
    return { ...base, kind, message: `${standing}: ${short(of.reason ?? '')}`, details };
  }
  const said = standing === 'warned' ? `warning\n${details}` : (of.notes ?? []).map(short).join('\n');
  return { ...base, kind: 'passed', message: '', details: said };
}

function inWords({ expected, observed, scenario, exchanges }: BrokenFinding): string {
  return `expected ${short(expected)}\nobserved ${short(observed)}\nin ${plain(scenario)}, exchanges ${exchanges.join(', ')}`;
}

function short(text: string): string {
  return excerpt(text, MOST_CHARACTERS);
}

function testcase({ suite, name, kind, type, message, details, seconds: took }: Case): string[] {
  const open = `    <testcase name="${attribute(name)}" classname="dms-conformance.${attribute(suite)}" time="${seconds(took)}"`;
  if (kind !== 'passed') {
    const said = `${kind} type="${attribute(type)}" message="${attribute(message)}"`;
    const inner = kind === 'skipped' ? `<${said}/>` : `<${said}>${content(details)}</${kind}>`;
    return [`${open}>`, `      ${inner}`, '    </testcase>'];
  }
  return details === ''
    ? [`${open}/>`]
    : [`${open}>`, `      <system-out>${content(details)}</system-out>`, '    </testcase>'];
}

/** What was tested, in each suite: some readers take suites apart. */
function properties({ endpoint, profile, clock, seed, suite, insecure }: Verdict): string[] {
  const all = {
    endpoint,
    profile,
    clock,
    seed: `${seed}`,
    suite: suite.version,
    register: suite.register,
    ...(insecure === true ? { insecure: INSECURE } : {}),
  };
  return [
    '    <properties>',
    ...Object.entries(all).map(
      ([name, value]) => `      <property name="${name}" value="${attribute(short(value))}"/>`,
    ),
    '    </properties>',
  ];
}

/** Readers want a decimal number, without an exponent. */
function seconds(number: number): string {
  return number.toFixed(3);
}

/** `skipped` is for each suite alone: no schema has it for all together. */
function totals(cases: readonly Case[]): string {
  const number = (kind: Case['kind']): number => cases.filter((one) => one.kind === kind).length;
  return ` tests="${cases.length}" failures="${number('failure')}" errors="${number('error')}"`;
}

/** Character data: what XML 1.0 forbids is dropped, since no escape makes it legal. */
function content(text: string): string {
  return (
    text
      .toWellFormed()
      // oxlint-disable-next-line no-control-regex -- control characters are what this is about
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('\r', '&#13;')
  );
}

function attribute(text: string): string {
  return content(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}
