/** What is wrong with what a run against a hostile endpoint left behind. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Blame, Hostile } from '../../fixtures/hostile/hostile.ts';
import type { Verdict } from '../../schemas/types.ts';
import verdictSchema from '../../schemas/verdict.schema.json' with { type: 'json' };
import { readEvidence } from '../../src/history/evidence.ts';
import { speak } from '../support/terminal.ts';
import { elementsOf, elementsOfPage } from '../support/xml.ts';
import { TOKEN, type Met } from './meeting.ts';

export const MOST_MEGABYTES = 512;

/** Whatever an endpoint sends, a page stays one that can be opened. */
const MOST_OF_A_PAGE = 5_000_000;

const isVerdict = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false }).compile<Verdict>(
  verdictSchema,
);

export interface Inspected {
  /** Whom the verdict blames; undefined where there is no verdict. */
  readonly blame: Blame | undefined;
  readonly problems: readonly string[];
}

export async function inspect(expected: Pick<Hostile, 'exit' | 'blame' | 'seconds'>, met: Met): Promise<Inspected> {
  const files = await filesIn(met.directory);
  const verdict = verdictIn(files.get('verdict.json'));
  const blame = verdict?.blame;
  return {
    blame,
    problems: [
      ...met.problems,
      ...ends(expected, met, blame),
      ...bounds(expected, met),
      ...evidence(files.get('evidence.ndjson')),
      ...verdictProblems(files.get('verdict.json'), met.exit),
      ...junit(files.get('junit.xml')),
      ...summary(files.get('summary.md')),
      ...page(files.get('report.html')),
      ...(await judgedAgain(met.directory, files.get('verdict.json'))),
      ...terminal(met),
      ...secrets(met, files),
    ],
  };
}

function ends({ exit, blame }: Pick<Hostile, 'exit' | 'blame'>, met: Met, blamed: Blame | undefined): string[] {
  return [
    ...((exit as readonly number[]).includes(met.exit)
      ? []
      : [`ends with exit code ${met.exit}, not ${exit.join(' or ')}`]),
    ...(blamed !== undefined && blame.includes(blamed)
      ? []
      : [`blames ${blamed ?? '-'}, not ${blame.map((one) => one ?? '-').join(' or ')}`]),
  ];
}

function bounds({ seconds }: Pick<Hostile, 'seconds'>, met: Met): string[] {
  return [
    ...(met.seconds > seconds ? [`takes ${met.seconds.toFixed(1)} s, more than ${seconds} s`] : []),
    ...((met.megabytes ?? 0) > MOST_MEGABYTES
      ? [`takes ${met.megabytes?.toFixed(0)} MB, more than ${MOST_MEGABYTES} MB`]
      : []),
  ];
}

function evidence(text: string | undefined): string[] {
  if (text === undefined) return ['leaves no evidence.ndjson'];
  try {
    return readEvidence(text.split('\n')).problems.map((problem) => `its evidence is incomplete: ${problem}`);
  } catch (error) {
    return [`its evidence cannot be read: ${String(error)}`];
  }
}

function verdictIn(text: string | undefined): Verdict | undefined {
  try {
    const verdict: unknown = JSON.parse(text ?? '');
    return isVerdict(verdict) ? verdict : undefined;
  } catch {
    return undefined;
  }
}

function verdictProblems(text: string | undefined, exit: number): string[] {
  const verdict = verdictIn(text);
  if (verdict === undefined) return ['leaves no valid verdict.json'];
  return [
    ...(verdict.exitCode === exit ? [] : [`its verdict.json says exit code ${verdict.exitCode}`]),
    ...obeyed('its verdict.json', text ?? ''),
  ];
}

function junit(text: string | undefined): string[] {
  if (text === undefined) return ['leaves no junit.xml'];
  try {
    return elementsOf(text).get('testsuites') === 1 ? obeyed('its junit.xml', text) : ['its junit.xml has no root'];
  } catch (error) {
    return [`its junit.xml is not well formed: ${String(error)}`];
  }
}

/** What stands in code spans and in indented code is shown, not obeyed. */
function summary(text: string | undefined): string[] {
  if (text === undefined) return ['leaves no summary.md'];
  const obeyable = text.replace(/^ {4}.*$/gm, '').replace(/`[^`\n]*`/g, '');
  return [
    ...(/<(?!br>|\/?sub>)[a-z!/]/i.test(obeyable) ? ['its summary.md holds markup of the endpoint'] : []),
    ...obeyed('its summary.md', text),
  ];
}

function page(text: string | undefined): string[] {
  if (text === undefined) return ['leaves no report.html'];
  try {
    elementsOfPage(text);
  } catch (error) {
    return [`its report.html is not well formed: ${String(error)}`];
  }
  return [
    ...(text.length > MOST_OF_A_PAGE ? [`its report.html has ${text.length} characters`] : []),
    ...obeyed('its report.html', text),
  ];
}

async function judgedAgain(directory: string, verdict: string | undefined): Promise<string[]> {
  const { out, err } = await speak('judge', join(directory, 'evidence.ndjson'), '--json');
  return out === verdict ? [] : [`judging its evidence makes another verdict.json ${err}`.trim()];
}

function terminal({ out, err }: Met): string[] {
  return [
    ...obeyed('what it prints', out + err),
    ...(/^ +at .*:\d+/m.test(out + err) ? ['prints a stack'] : []),
    ...(err === '' ? [] : [`complains: ${JSON.stringify(err.slice(0, 300))}`]),
  ];
}

/** Characters that a terminal obeys: it gets none from us but the end of a line. */
function obeyed(what: string, text: string): string[] {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  const found = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.exec(text);
  return found === null ? [] : [`${what} holds the character U+${found[0].charCodeAt(0).toString(16)}`];
}

function secrets({ out, err }: Met, files: ReadonlyMap<string, string>): string[] {
  const places = new Map([...files, ['what it prints', out + err]]);
  return [...places].filter(([, text]) => text.includes(TOKEN)).map(([place]) => `the token stands in ${place}`);
}

async function filesIn(directory: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  return new Map(
    await Promise.all(
      files.map(async ({ name, parentPath }) => [name, await readFile(join(parentPath, name), 'utf8')] as const),
    ),
  );
}
