/** Reads the configuration file. */
import { stat } from 'node:fs/promises';
import configuration from '../../schemas/configuration.schema.json' with { type: 'json' };
import type { Configuration } from '../../schemas/types.ts';
import { schemas } from '../history/schemas.ts';
import { systemCode, UsageError } from './usage-error.ts';
import { nodeOf, parseWritten, readText, refuseUnknownMembers } from './written-file.ts';

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
  return { path, values: parse(path, await readText({ what: 'configuration file', path }, MOST_BYTES)) };
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
  const file = parseWritten({ what: 'configuration file', path }, text, {
    yaml: 'profile: gate',
    json: '{"endpoint": "http://127.0.0.1:8080", "profile": "gate"}',
  });
  // A YAML file in which everything is a comment sets nothing.
  if (file.contents === undefined) return {};
  refuseUnknownMembers(file, file.contents, Object.keys(configuration.properties), secretHint);
  const value = file.value();
  if (!schemas.configuration.check(value)) {
    const problems = schemas.configuration.problems();
    throw file.refuse(nodeOf(file, problems), `it does not fit: ${problems}.`);
  }
  return value;
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

function secretHint(key: string): string | undefined {
  const secret = SECRETS.find(({ names }) => names.includes(key.toLowerCase().replace(/[^a-z]/g, '')));
  return secret === undefined
    ? undefined
    : `it must not hold ${secret.what}. Put it into the environment variable ${secret.variable}, or into a file of its own and name that in "${secret.member}".`;
}
