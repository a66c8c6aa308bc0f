/** Puts the parts of a run together that were run apart: one evidence of all, judged as that of any run. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { register } from '../../specs/register.ts';
import type { EvidenceLine, Footer, Header } from '../../schemas/types.ts';
import { freshDirectory, unusedDirectory } from '../campaign/configure.ts';
import { EVIDENCE_FILE } from '../campaign/evidence-file.ts';
import { systemCode, UsageError } from '../campaign/usage-error.ts';
import { schemas } from '../history/schemas.ts';
import { excerpt } from '../report/plain.ts';
import { terminalReport } from '../report/terminal.ts';
import { rules } from '../rules/index.ts';
import { verdictOf } from '../verdict/verdict.ts';
import { writeAllureResults } from './allure.ts';
import { tellGithub } from './github.ts';
import { readEvidenceFile } from './judge.ts';
import { linesOf } from './lines.ts';
import type { MergeOptions } from './main.ts';
import { writeReports } from './reports.ts';
import type { Terminal } from './terminal.ts';

/** What every part has for itself; in all else the parts of one run agree. */
const OWN: readonly string[] = [
  'run',
  'startedAt',
  'utcDay',
  'selection',
  'clauses',
  'unarranged',
  'shard',
  'features',
];

interface Part {
  readonly path: string;
  readonly header: Header & Required<Pick<Header, 'shard'>>;
  readonly footer: Footer;
}

/** Merges, judges and reports; resolves to the exit code of the whole. */
export async function merge(
  directories: readonly string[],
  { out }: MergeOptions,
  terminal: Terminal,
): Promise<number> {
  const parts = fitting(directories.map((directory) => readPart(join(directory, EVIDENCE_FILE))));
  const directory = await (out === undefined
    ? unusedDirectory((stamp) => `${stamp}-merged`)
    : freshDirectory({ value: out, where: '--out' }));
  await mkdir(directory, { recursive: true });
  const path = join(directory, EVIDENCE_FILE);
  write(path, parts);
  const evidence = readEvidenceFile(path);
  const verdict = verdictOf(evidence, register, rules);
  const { files, cases } = await writeReports(directory, evidence, verdict, register);
  const allure = await writeAllureResults(directory, evidence, verdict, register);
  terminal.out(
    terminalReport(verdict, register, { colour: terminal.colour, files: [path, ...files, allure], evidence, cases }),
  );
  await tellGithub(verdict, register, evidence, terminal, terminal.out);
  return verdict.exitCode;
}

/** Its first and its last line: what stands between is checked once it is merged. */
function readPart(path: string): Part {
  let [first, last] = ['', ''];
  try {
    for (const line of linesOf(path)) {
      if (first === '') first = line;
      if (line !== '') last = line;
    }
  } catch (error) {
    throw new UsageError(
      `The evidence ${path} cannot be read (${systemCode(error)}). Expected the directory of a part, with its evidence.ndjson.`,
    );
  }
  const header = parsed(first);
  if (header?.type !== 'header') throw new UsageError(`${path} is no evidence: it has no header of this version.`);
  const { shard } = header;
  if (shard === undefined)
    throw new UsageError(
      `${path} is no part: it is the evidence of a ${header.shards === undefined ? 'whole' : 'merged'} run. Expected runs with --shard.`,
    );
  const footer = parsed(last);
  if (footer?.type !== 'footer')
    throw new UsageError(`${path} has no footer: the run was cut off. Run ${nameOf(shard)} again.`);
  return { path, header: { ...header, shard }, footer };
}

function parsed(line: string): EvidenceLine | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return schemas.evidence.check(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function nameOf({ index, of }: Part['header']['shard']): string {
  return `shard ${index}/${of}`;
}

/** The parts in their order. @throws UsageError where they are not all the parts of one run, each once. */
function fitting(parts: readonly Part[]): readonly Part[] {
  const [first, ...others] = parts.toSorted((one, other) => one.header.shard.index - other.header.shard.index);
  if (first === undefined) throw new UsageError('There is nothing to merge. Expected the directories of all parts.');
  for (const other of others) {
    const differs = difference(first.header, other.header);
    if (differs === undefined) continue;
    throw new UsageError(
      `${other.path} is no part of the same run as ${first.path}: ${differs}. Expected parts that were run with the same suite, settings and seed, on the same endpoint.`,
    );
  }
  const all = [first, ...others];
  const { of, selection } = first.header.shard;
  const having = (index: number): readonly Part[] => all.filter(({ header }) => header.shard.index === index);
  const indices = Array.from({ length: of }, (_, place) => place + 1);
  const twice = indices.find((index) => having(index).length > 1);
  if (twice !== undefined) {
    const paths = having(twice).map(({ path }) => path);
    throw new UsageError(`Shard ${twice}/${of} is there twice: ${paths.join(' and ')}. Expected each part once.`);
  }
  const missing = indices.filter((index) => having(index).length === 0);
  if (missing.length > 0) {
    throw new UsageError(
      `${missing.map((index) => `Shard ${index}/${of}`).join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing. Expected the directories of all ${of} parts.`,
    );
  }
  const run = new Set(all.flatMap(({ header }) => header.selection));
  const lost = selection.filter((id) => !run.has(id));
  if (lost.length > 0 || run.size !== selection.length) {
    throw new UsageError(
      `The parts do not make up the whole: ${lost[0] ?? 'a scenario that is none of it'} is in ${lost.length > 0 ? 'none' : 'one'}. Expected evidence as the runs left it.`,
    );
  }
  return all;
}

/** The first thing in which two parts differ that may differ in none. */
function difference(one: Header, other: Header): string | undefined {
  const rest = (header: Header): Map<string, unknown> =>
    new Map(Object.entries(header).filter(([name]) => !OWN.includes(name)));
  const members = new Set([...rest(one).keys(), ...rest(other).keys()]);
  const named: [string, unknown, unknown][] = [
    ...[...members].map((name): [string, unknown, unknown] => [name, rest(one).get(name), rest(other).get(name)]),
    ...Object.entries(one.features).map(([name, { present }]): [string, unknown, unknown] => [
      `feature ${name}`,
      present,
      Object.entries(other.features).find(([key]) => key === name)?.[1].present,
    ]),
    ['number of parts', one.shard?.of, other.shard?.of],
    ['selection of the whole', one.shard?.selection, other.shard?.selection],
    ['clauses of the whole', one.shard?.clauses, other.shard?.clauses],
  ];
  const found = named.find(([, left, right]) => JSON.stringify(left) !== JSON.stringify(right));
  if (found === undefined) return undefined;
  const [name, left, right] = found;
  const shown = (value: unknown): string => excerpt(JSON.stringify(value) ?? 'none', 120);
  return `${name} is ${shown(right)}, not ${shown(left)}`;
}

/** Line by line: evidence may have hundreds of megabytes. */
function write(path: string, parts: readonly Part[]): void {
  const file = openSync(path, 'wx');
  const put = (line: string): void => void writeSync(file, `${line}\n`);
  try {
    put(JSON.stringify(headerOf(parts)));
    for (const { path, header } of parts) {
      let number = 0;
      let held = '';
      for (const line of linesOf(path)) {
        if (line === '') break;
        number += 1;
        // Header and footer, the first and the last one, are those of the whole.
        if (number > 2) put(renamed(held, header.shard.index));
        held = line;
      }
    }
    put(JSON.stringify(footerOf(parts)));
  } finally {
    closeSync(file);
  }
}

/** Each part has probed, and its exchanges are numbered as those of any other: the histories must not become one. */
function renamed(line: string, index: number): string {
  if (index === 1 || !line.includes('"scenario":"probe"')) return line;
  const value = JSON.parse(line) as EvidenceLine;
  return 'scenario' in value && value.scenario === 'probe'
    ? JSON.stringify({ ...value, scenario: `probe/${index}` })
    : line;
}

function headerOf(parts: readonly Part[]): Header {
  const [{ header }] = parts as readonly [Part, ...Part[]];
  const { run: _run, shard, unarranged: _unarranged, ...common } = header;
  const startedAt = parts.map((part) => part.header.startedAt).toSorted()[0] ?? header.startedAt;
  const unarranged = parts.flatMap((part) => part.header.unarranged ?? []);
  return {
    ...common,
    startedAt,
    utcDay: startedAt.slice(0, 10),
    selection: shard.selection,
    clauses: shard.clauses,
    ...(unarranged.length === 0 ? {} : { unarranged }),
    shards: parts.map(({ header: { run, startedAt } }) => ({ ...(run === undefined ? {} : { run }), startedAt })),
  };
}

/** As the part ended that ended worst. */
function footerOf(parts: readonly Part[]): Footer {
  const rank = ({ footer }: Part): number => ['interrupted', 'unreachable', 'completed'].indexOf(footer.outcome);
  const [worst] = parts.toSorted((one, other) => rank(one) - rank(other));
  const { footer } = worst as Part;
  return {
    ...footer,
    undeleted: parts.flatMap((part) => part.footer.undeleted),
    at: Math.max(...parts.map((part) => part.footer.at)),
  };
}
