/**
 * A verdict as JUnit XML: a test suite per chapter with a test case per clause, and one test case for the run as a whole.
 * It is red exactly where the exit code is not 0. A MUST that was not exercised is an error, not a skip, since a skip
 * reads as green everywhere.
 */
import type { BrokenFinding, Verdict } from '../../schemas/types.ts';
import type { Register } from '../history/register.ts';
import { plain } from './plain.ts';
import { shown, type Shown } from './standing.ts';
import { exitMeaning, INSECURE, placesOf, waiverText } from './words.ts';

interface Case {
  readonly suite: string;
  readonly name: string;
  readonly kind: 'passed' | 'failure' | 'error' | 'skipped';
  readonly message: string;
  readonly details: string;
}

export function junit(verdict: Verdict, register: Register): string {
  const cases = [ofRun(verdict), ...shown(verdict, register).map(ofClause)];
  const chapters = [...Map.groupBy(cases, ({ suite }) => suite)];
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="dms-conformance"${totals(cases)} time="${verdict.seconds}">`,
    ...(verdict.insecure === true ? [`  <!-- ${INSECURE} -->`] : []),
  ];
  for (const [suite, own] of chapters) {
    lines.push(`  <testsuite name="${attribute(suite)}"${totals(own)} timestamp="${attribute(verdict.startedAt)}">`);
    for (const one of own) lines.push(...testcase(one));
    lines.push('  </testsuite>');
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
    message: exitMeaning(verdict),
    details: [
      ...(verdict.insecure === true ? [INSECURE] : []),
      ...(waived === undefined ? [] : [exitMeaning(verdict)]),
      ...reasons.map(plain),
      ...waivers.map((waiver) => plain(`waiver of ${waiver.clause}, ${waiver.state}: ${waiverText(waiver)}`)),
    ].join('\n'),
  };
}

function ofClause({ clause, of, standing, waivers }: Shown): Case {
  const base = { suite: clause.chapter, name: clause.id };
  const details = [`${clause.level}: ${clause.text}`, placesOf(clause), ...of.findings.map(inWords)].join('\n');
  if (standing === 'failed') {
    return { ...base, kind: 'failure', message: plain(of.findings[0]?.observed ?? clause.text), details };
  }
  if (standing === 'waived') {
    const message = plain(`broken, but waived: ${waivers.map(waiverText).join('; ')}`);
    return { ...base, kind: 'skipped', message, details };
  }
  if (standing === 'not-exercised' || standing === 'not-applicable') {
    const kind = standing === 'not-exercised' && clause.level === 'MUST' ? 'error' : 'skipped';
    return { ...base, kind, message: `${standing}: ${plain(of.reason ?? '')}`, details };
  }
  const said = standing === 'warned' ? `warning\n${details}` : (of.notes ?? []).map(plain).join('\n');
  return { ...base, kind: 'passed', message: '', details: said };
}

function inWords({ expected, observed, scenario, exchanges }: BrokenFinding): string {
  return `expected ${plain(expected)}\nobserved ${plain(observed)}\nin ${plain(scenario)}, exchanges ${exchanges.join(', ')}`;
}

function testcase({ suite, name, kind, message, details }: Case): string[] {
  const open = `    <testcase name="${attribute(name)}" classname="dms-conformance.${attribute(suite)}"`;
  if (kind !== 'passed') {
    const inner =
      kind === 'skipped'
        ? `<skipped message="${attribute(message)}"/>`
        : `<${kind} message="${attribute(message)}">${content(details)}</${kind}>`;
    return [`${open}>`, `      ${inner}`, '    </testcase>'];
  }
  return details === ''
    ? [`${open}/>`]
    : [`${open}>`, `      <system-out>${content(details)}</system-out>`, '    </testcase>'];
}

function totals(cases: readonly Case[]): string {
  const number = (kind: Case['kind']): number => cases.filter((one) => one.kind === kind).length;
  return ` tests="${cases.length}" failures="${number('failure')}" errors="${number('error')}" skipped="${number('skipped')}"`;
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
