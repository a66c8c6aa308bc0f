/** The files of a bundle that are made of its evidence: the same evidence always makes the same texts. */
import { stringify } from 'yaml';
import type { Header, Product, Verdict } from '../../schemas/types.ts';
import type { Evidence } from '../history/evidence.ts';
import { plain } from '../report/plain.ts';
import { count, shortDigest } from '../report/words.ts';
import { NAMES } from './bundle.ts';

/** A configuration that makes such a run again, as far as the evidence knows it. Nothing in it is secret. */
export function configurationText(evidence: Evidence): string {
  const { endpoint, project, profile, seed, strict, arrangement } = evidence.header;
  const credentials = credentialsIn(evidence);
  const lines = [
    '# The configuration of the run, for dms-conformance run --config. Secrets were never written down.',
    `# Headers that held credentials: ${credentials.length === 0 ? 'none' : credentials.join(', ')}.`,
    ...(arrangement === undefined ? [] : [`# Dead letters were arranged by ${arrangement}: add arrange.`]),
  ];
  return `${lines.join('\n')}\n${stringify({ endpoint, project, profile, seed, programs: programsIn(evidence), strict })}`;
}

export function programsIn({ header, histories }: Evidence): number {
  const planned = new Set(header.selection);
  return histories.filter(({ scenario, program }) => program !== undefined && planned.has(scenario)).length;
}

function credentialsIn({ histories }: Evidence): string[] {
  const headers = histories.flatMap(({ exchanges }) => exchanges.flatMap(({ request }) => request.headers));
  const names = headers.filter(([, value]) => value === '[given]').map(([name]) => plain(name).toLowerCase());
  return [...new Set(names)].toSorted();
}

export function reproduceText(product: Product, evidence: Evidence, verdict: Verdict): string {
  const { header } = evidence;
  const { name, version, vendor, contact, url, build, notes } = product;
  const rows = [
    ['product', `${name} ${version}`],
    ['vendor', vendor],
    ['contact', contact],
    ...(url === undefined ? [] : [['described at', url]]),
    ...(build === undefined ? [] : [['build', build]]),
    ['tested', `${header.endpoint}, on ${header.utcDay}`],
    ['suite', `dms-conformance ${header.suite.version}, register ${header.suite.register}`],
  ];
  return [
    `# ${text(name)} ${text(version)}: a conformance bundle`,
    '',
    '| | |',
    '| --- | --- |',
    ...rows.map(([what = '', value = '']) => `| ${what} | ${text(value)} |`),
    '',
    ...(notes === undefined ? [] : [text(notes), '']),
    '## Judge it again',
    '',
    'With this directory alone, without network, and without trusting whoever made it:',
    '',
    '```sh',
    `npx dms-conformance@${header.suite.version} certify verify .`,
    '```',
    '',
    `${NAMES.evidence} holds every request and every answer, ${NAMES.verdict} what follows from them.`,
    '',
    '## Run it again',
    '',
    `Write your endpoint into ${NAMES.configuration}, give its credentials in the environment (DMS_TOKEN and others), and have five minutes:`,
    '',
    '```sh',
    `npx dms-conformance@${header.suite.version} run --config ${NAMES.configuration} --out again`,
    '```',
    '',
    'The same seed generates the same programs. Instants, ids and the order of what happens at the same time will differ.',
    '',
    '## What this proves',
    '',
    ...proven(evidence, verdict).map((line) => `- ${line}`),
    '',
    '## What it does not prove',
    '',
    ...unproven(header).map((line) => `- ${line}`),
    '',
  ].join('\n');
}

/** What follows from the files of a bundle alone, signature aside. */
export function proven({ header, histories }: Evidence, verdict: Verdict): string[] {
  const exchanges = histories.reduce((sum, history) => sum + history.exchanges.length, 0);
  const of = (...verdicts: readonly string[]): number =>
    verdict.clauses.filter((clause) => verdicts.includes(clause.verdict)).length;
  const beside = [
    ...(of('warn') > 0 ? [`${count(of('warn'), 'SHOULD')} broken`] : []),
    ...(of('not-applicable') > 0 ? [`${of('not-applicable')} not applicable`] : []),
  ];
  return [
    `These ${exchanges} exchanges satisfy every MUST of the two calls that profile ${header.profile} puts to the test: ${count(of('pass'), 'clause')} passed, none failed${beside.length === 0 ? '' : ` (${beside.join(', ')})`}.`,
    `The clauses are those of register ${shortDigest(header.suite.register)} of dms-conformance ${header.suite.version}. Whoever disputes a reading finds it with 'explain'.`,
  ];
}

export function unproven({ endpoint }: Pick<Header, 'endpoint'>): string[] {
  return [
    `That these exchanges happened. Evidence can be made up; it only has to be consistent.`,
    `That what answered at ${plain(endpoint)} was the product named here, or that the product still is as it was that day.`,
    'That another run, with another seed or under load, would have found nothing. Whoever ran it chose the seed.',
  ];
}

/** On one line of Markdown, as the text that it is. */
function text(value: string): string {
  return plain(value).replace(/[\\`*_[\]<>|#]/g, (mark) => `\\${mark}`);
}
