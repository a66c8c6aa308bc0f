/** Reads single values that a user gave, each with the place where it stood. */
import { resolve } from 'node:path';
import type { Arrange, Shard } from './settings.ts';
import { UsageError } from './usage-error.ts';

/** A value and where it stood, such as `--seed` or `DMS_SEED`. */
export interface Given {
  readonly value: unknown;
  readonly where: string;
}

export function text({ value, where }: Given, expected: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new UsageError(`${where}: expected ${expected}, got ${shown(value)}.`);
}

/** A whole number in decimal digits, both ends included. */
export function integer({ value, where }: Given, least: number, most: number): number {
  const number = typeof value === 'number' ? value : /^[0-9]+$/.test(String(value)) ? Number(value) : NaN;
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new UsageError(`${where}: expected a whole number from ${least} to ${most}, got ${shown(value)}.`);
}

export function flag({ value, where }: Given): boolean {
  if (value === true || value === 'true' || value === '1') return true;
  if (value === false || value === 'false' || value === '0') return false;
  throw new UsageError(`${where}: expected true or false, got ${shown(value)}.`);
}

export function oneOf<T extends string>({ value, where }: Given, choices: readonly T[]): T {
  const choice = choices.find((choice) => choice === value);
  if (choice !== undefined) return choice;
  throw new UsageError(`${where}: expected ${choices.join(' or ')}, got ${shown(value)}.`);
}

/** `2/3`: the second part of three. */
export function shardFrom({ value, where }: Given): Shard {
  const [, index = '', of = ''] = /^([0-9]{1,4})\/([0-9]{1,4})$/.exec(String(value)) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  if (shard.index >= 1 && shard.index <= shard.of) return shard;
  throw new UsageError(
    `${where}: expected a part and how many there are, counted from 1, such as 1/3 to 3/3, got ${shown(value)}.`,
  );
}

/** `dms`, `hook=URL`, `command=COMMAND` or `preloaded=FILE`. */
export function arrangeOf(given: Given, endpoint: string | undefined): Arrange {
  const { value, where } = given;
  const [, kind = '', rest = ''] = /^([a-z]+)(?:=(.*))?$/s.exec(typeof value === 'string' ? value.trim() : '') ?? [];
  if (kind === 'dms' && rest === '') return { kind };
  const known = ['hook', 'command', 'preloaded'].includes(kind);
  if (!known || rest.trim() === '') {
    throw new UsageError(
      `${where}: expected dms, hook=URL, command=COMMAND or preloaded=FILE, got ${shown(value)}. See docs/arranging.md.`,
    );
  }
  if (endpoint === undefined) {
    throw new UsageError(
      `${where}: the embedded emulator is arranged over its own calls. Expected --endpoint too, or no --arrange.`,
    );
  }
  if (kind === 'hook') return { kind, url: httpUrl({ value: rest, where }).href };
  return kind === 'command' ? { kind, command: rest } : { kind: 'preloaded', file: resolve(rest) };
}

export function projectId({ value, where }: Given): string {
  if (typeof value === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(value)) return value;
  throw new UsageError(
    `${where}: expected a project id of 1 to 64 letters, digits, '-' and '_', got ${shown(value)}. It is the path segment behind /v1.0/.`,
  );
}

export function httpUrl({ value, where }: Given): URL {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new UsageError(
      `${where}: expected a URL that starts with http:// or https://, such as http://127.0.0.1:8080, got ${shown(value)}.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError(
      `${where}: the URL holds credentials. They would get into reports: remove what stands before the @, and give a token in DMS_TOKEN.`,
    );
  }
  return url;
}

/** The URL of an endpoint, up to and without /v1.0. */
export function endpointUrl(given: Given): string {
  const url = httpUrl(given);
  if (url.search !== '' || url.hash !== '') {
    throw new UsageError(
      `${given.where}: expected a URL without query and fragment, got ${shown(given.value)}. Leave out what starts at ${url.search === '' ? '#' : '?'}.`,
    );
  }
  const path = url.pathname.replace(/\/+$/, '');
  if (/\/v1\.0$/i.test(path)) {
    throw new UsageError(
      `${given.where}: expected the URL up to, and without, /v1.0, got ${shown(given.value)}. Leave out the /v1.0: the suite adds it.`,
    );
  }
  return url.origin + path;
}

/** Messages never hold the token, wherever it was given. */
export function tokenText({ value, where }: Given): string {
  const token = typeof value === 'string' ? value.trim() : '';
  if (token === '') {
    throw new UsageError(`${where}: expected a token, got nothing. Leave it out for an endpoint that wants none.`);
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new UsageError(
      `${where}: the token holds blanks, line breaks or letters beyond ASCII, which no X-Auth-Token header can carry. Give the bare token.`,
    );
  }
  return token;
}

/** A value as it may be printed: short, on one line, and without what stands before the @ of a URL. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  const masked = text.replace(/[^/"\s]*@/g, '…@');
  return masked.length > 120 ? `${masked.slice(0, 120)}…` : masked;
}
