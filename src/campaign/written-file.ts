/**
 * Reads a YAML or JSON file that a person wrote: strictly, and with the place of what is wrong. Messages say what is wrong,
 * never what stands there: a file named by mistake may hold a secret.
 */
import { readFile, stat } from 'node:fs/promises';
import {
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type YAMLMap,
} from 'yaml';
import { nearest } from './nearest.ts';
import { systemCode, UsageError } from './usage-error.ts';

/** A file and what it is, such as `configuration file`. */
export interface Kind {
  readonly what: string;
  readonly path: string;
}

/** An object, as it stands in a file. */
export interface WrittenFile {
  /** Undefined where the file sets nothing: all of it is comments. */
  readonly contents: YAMLMap | undefined;
  value(): unknown;
  /** What to throw for something at this node. */
  refuse(node: unknown, why: string): UsageError;
  lineOf(node: unknown): number;
}

/** @throws UsageError where it cannot be read, or is larger than `mostBytes`. */
export async function readText({ what, path }: Kind, mostBytes: number): Promise<string> {
  try {
    if ((await stat(path)).size > mostBytes) {
      throw new UsageError(`The ${what} ${path} is larger than ${mostBytes / 1024} kB, so it is none. Check its path.`);
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`The ${what} ${path} cannot be read (${systemCode(error)}). Check its path.`);
  }
}

/**
 * `examples` are of what is expected, one in YAML and one in JSON.
 * @throws UsageError where it is not one object in simple YAML, or in JSON where its name says so.
 */
export function parseWritten(
  { what, path }: Kind,
  text: string,
  examples: { readonly yaml: string; readonly json: string },
): WrittenFile {
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
  const at = (offset: number | undefined): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset ?? 0);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const refuseAt = (offset: number | undefined, why: string): UsageError => {
    const { line, column } = at(offset);
    return new UsageError(`The ${what} ${path} cannot be used (line ${line}, column ${column}): ${why}`);
  };
  const offsetOf = (node: unknown): number | undefined => (node as Node | null | undefined)?.range?.[0];

  if (json && !isJson(bare)) {
    throw refuseAt(
      document.errors[0]?.pos[0] ?? firstThatIsNotJson(document),
      `it is not JSON. Expected an object such as ${examples.json}.`,
    );
  }
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    throw refuseAt(
      problem.pos[0],
      problem.code === 'DUPLICATE_KEY'
        ? 'a member stands there twice. Leave one out.'
        : `it is not YAML of the simple kind that is expected (${problem.code.toLowerCase().replaceAll('_', ' ')}). Expected lines such as '${examples.yaml}'.`,
    );
  }
  // Nothing here is long enough to be said once and meant twice; what refers to itself can grow without bound.
  visit(document, {
    Node(_key, node: Node) {
      const { anchor } = node as { anchor?: string };
      if (isAlias(node) || anchor !== undefined) {
        throw refuseAt(offsetOf(node), 'there is an anchor or an alias. Write the value itself where it is meant.');
      }
    },
  });

  const { contents } = document;
  const empty = contents === null || (isScalar(contents) && contents.value === null);
  if (!isMap(contents) && (json || !empty)) {
    throw refuseAt(
      offsetOf(contents),
      `it does not fit: expected members, such as ${json ? examples.json : `'${examples.yaml}'`}.`,
    );
  }
  return {
    contents: isMap(contents) ? contents : undefined,
    value: () => document.toJS({ maxAliasCount: 0 }),
    refuse: (node, why) => refuseAt(offsetOf(node), why),
    lineOf: (node) => at(offsetOf(node)).line,
  };
}

/** @throws UsageError where a map has a member that is not known; `hint` may say more of it. */
export function refuseUnknownMembers(
  file: WrittenFile,
  map: YAMLMap,
  known: readonly string[],
  hint: (name: string) => string | undefined = () => undefined,
): void {
  for (const { key } of map.items) {
    const name = isScalar(key) ? String(key.value) : '';
    if (!known.includes(name)) throw file.refuse(key, hint(name) ?? unknownMember(name, known));
  }
}

/** The node that a schema's complaint, such as `/waivers/0/kind must be string`, is about, or the nearest one around it. */
export function nodeOf({ contents }: WrittenFile, problems: string): unknown {
  const [, pointer = ''] = /^((?:\/[^/ ]+)+)/.exec(problems) ?? [];
  const path = pointer
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  while (path.length > 0) {
    const node: unknown = contents?.getIn(path, true);
    if (node !== undefined) return node;
    path.pop();
  }
  return contents;
}

function unknownMember(key: string, known: readonly string[]): string {
  const [meant] = nearest(key, known);
  // A member that is almost ours can be shown; another one may be anything.
  return meant === undefined
    ? `there is an unknown member. Known are: ${known.filter((name) => name !== '$schema').join(', ')}.`
    : `there is an unknown member "${key}". Did you mean "${meant}"?`;
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
      const { range } = node;
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
