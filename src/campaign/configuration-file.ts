/** Reads the configuration file. Messages say where something is wrong, never what stands there: a file named by mistake may hold a secret. */
import { readFile, stat } from 'node:fs/promises';
import { isAlias, isMap, isScalar, LineCounter, parseDocument, visit, type Document, type Node } from 'yaml';
import configuration from '../../schemas/configuration.schema.json' with { type: 'json' };
import type { Configuration } from '../../schemas/types.ts';
import { schemas } from '../history/schemas.ts';
import { nearest } from './nearest.ts';
import { systemCode, UsageError } from './usage-error.ts';

/** Read from the working directory where no other file is named; there may be one of them. */
export const DEFAULT_FILES = [
  'dms-conformance.config.yaml',
  'dms-conformance.config.yml',
  'dms-conformance.config.json',
] as const;

/** All members with the longest of paths are a few kilobytes. */
const MOST_BYTES = 256 * 1024;

/** A configuration file as it was read. */
export interface ConfigurationFile {
  readonly path: string;
  readonly values: Configuration;
}

/**
 * Reads the configuration file that was asked for; without one, the default file if there is one.
 * Throws UsageError where it cannot be read or says something that is not a setting.
 */
export async function readConfiguration(asked: string | undefined): Promise<ConfigurationFile | undefined> {
  const path = asked ?? (await defaultFile());
  if (path === undefined) return undefined;
  let text: string;
  try {
    if ((await stat(path)).size > MOST_BYTES) {
      throw new UsageError(
        `The configuration file ${path} is larger than ${MOST_BYTES / 1024} kB, so it is none. Check its path.`,
      );
    }
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`The configuration file ${path} cannot be read (${systemCode(error)}). Check its path.`);
  }
  return { path, values: parse(path, text) };
}

/** The default files that the working directory has. */
export async function defaultFilesThere(): Promise<readonly string[]> {
  const there = await Promise.all(
    DEFAULT_FILES.map((name) =>
      stat(name).then(
        () => [name],
        (error: unknown) => (systemCode(error) === 'ENOENT' ? [] : [name]),
      ),
    ),
  );
  return there.flat();
}

async function defaultFile(): Promise<string | undefined> {
  const [first, ...others] = await defaultFilesThere();
  if (others.length > 0) {
    throw new UsageError(
      `There are several configuration files here: ${[first, ...others].join(', ')}. Keep one of them, or name one with --config.`,
    );
  }
  return first;
}

function parse(path: string, text: string): Configuration {
  const lines = new LineCounter();
  const json = path.toLowerCase().endsWith('.json');
  const bare = text.replace(/^\ufeff/, '');
  const document = parseDocument(bare, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
    strict: true,
    stringKeys: true,
    uniqueKeys: true,
    merge: false,
  });
  const at = (offset: number | undefined): string => {
    const { line, col } = lines.linePos(offset ?? 0);
    return `line ${Math.max(line, 1)}, column ${Math.max(col, 1)}`;
  };
  const refuse = (offset: number | undefined, why: string): UsageError =>
    new UsageError(`The configuration file ${path} cannot be used (${at(offset)}): ${why}`);

  if (json && !isJson(bare)) {
    throw refuse(
      document.errors[0]?.pos[0] ?? firstThatIsNotJson(document),
      'it is not JSON. Expected an object such as {"endpoint": "http://127.0.0.1:8080", "profile": "gate"}.',
    );
  }
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    throw refuse(
      problem.pos[0],
      problem.code === 'DUPLICATE_KEY'
        ? 'a member stands there twice. Leave one out.'
        : `it is not YAML of the simple kind that is expected (${problem.code.toLowerCase().replaceAll('_', ' ')}). Expected lines such as 'profile: gate'.`,
    );
  }
  // Nothing here is long enough to be said once and meant twice; what refers to itself can grow without bound.
  visit(document, {
    Node(_key, node: Node) {
      const { anchor } = node as { anchor?: string };
      if (isAlias(node) || anchor !== undefined) {
        throw refuse(node.range?.[0], 'there is an anchor or an alias. Write the value itself where it is meant.');
      }
    },
  });

  const { contents } = document;
  // A YAML file in which everything is a comment sets nothing.
  if (!json && (contents === null || (isScalar(contents) && contents.value === null))) return {};
  if (!isMap(contents)) {
    throw refuse(
      contents?.range?.[0],
      `it does not fit: expected members, such as ${json ? '{"profile": "gate"}' : "'profile: gate'"}.`,
    );
  }
  const known = Object.keys(configuration.properties);
  for (const { key } of contents.items) {
    const name = isScalar(key) ? String(key.value) : '';
    const offset = (key as Node | null)?.range?.[0];
    if (!known.includes(name)) throw refuse(offset, unknownMember(name, known));
  }
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  if (!schemas.configuration.check(value)) {
    const problems = schemas.configuration.problems();
    const [, member] = /^\/([^/ ]+)/.exec(problems) ?? [];
    const node = member === undefined ? undefined : contents.get(member, true);
    throw refuse(node?.range?.[0], `it does not fit: ${problems}.`);
  }
  return value;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Where YAML begins that is no JSON. */
function firstThatIsNotJson(document: Document): number | undefined {
  let first: number | undefined;
  visit(document, {
    Node(_key, node) {
      const range = (node as Node).range;
      const { type, source = '', flow } = node as { type?: string; source?: string; flow?: boolean };
      const fits = isScalar(node)
        ? type === 'QUOTE_DOUBLE' || (type === 'PLAIN' && isJson(source))
        : !isAlias(node) && flow === true;
      if (fits) return undefined;
      first = range?.[0];
      return visit.BREAK;
    },
  });
  return first;
}

/** Members that somebody may expect, what they would hold, and where that belongs. */
const SECRETS: readonly {
  readonly names: readonly string[];
  readonly what: string;
  readonly variable: string;
  readonly member: string;
}[] = [
  { names: ['token', 'authtoken', 'xauthtoken'], what: 'a token', variable: 'DMS_TOKEN', member: 'tokenFile' },
  {
    names: ['header', 'headers'],
    what: 'headers, which may be secret',
    variable: 'DMS_HEADERS',
    member: 'headerFile',
  },
  { names: ['accesskey', 'ak'], what: 'an access key', variable: 'DMS_ACCESS_KEY', member: 'signingFile' },
  { names: ['secretkey', 'sk'], what: 'a secret key', variable: 'DMS_SECRET_KEY', member: 'signingFile' },
];

function unknownMember(key: string, known: readonly string[]): string {
  const secret = SECRETS.find(({ names }) => names.includes(key.toLowerCase().replace(/[^a-z]/g, '')));
  if (secret !== undefined) {
    return `it must not hold ${secret.what}. Put it into the environment variable ${secret.variable}, or into a file of its own and name that in "${secret.member}".`;
  }
  const [meant] = nearest(key, known);
  // A member that is almost ours can be shown; another one may be anything.
  return meant === undefined
    ? `there is an unknown member. Known are: ${known.filter((name) => name !== '$schema').join(', ')}.`
    : `there is an unknown member "${key}". Did you mean "${meant}"?`;
}
