import { readFile } from 'node:fs/promises';
import configuration from '../../schemas/configuration.schema.json' with { type: 'json' };
import type { Configuration } from '../../schemas/types.ts';
import { schemas } from '../history/schemas.ts';
import { nearest } from './nearest.ts';
import { systemCode, UsageError } from './usage-error.ts';

/** Read from the working directory where no other file is named. */
export const DEFAULT_FILE = 'dms-conformance.config.json';

/** A configuration file as it was read. */
export interface ConfigurationFile {
  readonly path: string;
  readonly values: Configuration;
}

/**
 * Reads the configuration file that was asked for; without one, the default file if it exists.
 * Throws UsageError where it cannot be read or says something that is not a setting.
 */
export async function readConfiguration(asked: string | undefined): Promise<ConfigurationFile | undefined> {
  const path = asked ?? DEFAULT_FILE;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = systemCode(error);
    if (asked === undefined && code === 'ENOENT') return undefined;
    throw new UsageError(`The configuration file ${path} cannot be read (${code}). Check its path.`);
  }
  return { path, values: parse(path, text) };
}

function parse(path: string, text: string): Configuration {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // Only where, never what: a file named by mistake may hold a secret.
    const where = /line \d+ column \d+/.exec(String(error))?.[0];
    throw new UsageError(
      `The configuration file ${path} is not JSON${where === undefined ? '' : ` (${where})`}. Expected an object such as {"endpoint": "http://127.0.0.1:8080", "profile": "gate"}.`,
    );
  }
  const known = Object.keys(configuration.properties);
  for (const key of typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : []) {
    if (!known.includes(key)) throw unknownKey(path, key, known);
  }
  if (!schemas.configuration.check(value)) {
    throw new UsageError(`The configuration file ${path} does not fit: ${schemas.configuration.problems()}.`);
  }
  return value;
}

/** Members that somebody may expect, what they would hold, and where that belongs. */
const SECRETS = [
  [['token', 'authtoken', 'xauthtoken'], 'a token', 'DMS_TOKEN', 'tokenFile'],
  [['header', 'headers'], 'headers, which may be secret', 'DMS_HEADERS', 'headerFile'],
  [['accesskey', 'ak', 'accesskeyid'], 'an access key', 'DMS_ACCESS_KEY', 'signingFile'],
  [['secretkey', 'sk', 'secretaccesskey'], 'a secret key', 'DMS_SECRET_KEY', 'signingFile'],
] as const satisfies readonly (readonly [readonly string[], string, string, string])[];

function unknownKey(path: string, key: string, known: readonly string[]): UsageError {
  const [, what, variable, member] =
    SECRETS.find(([names]: readonly [readonly string[], ...unknown[]]) =>
      names.includes(key.toLowerCase().replace(/[^a-z]/g, '')),
    ) ?? [];
  if (what !== undefined) {
    return new UsageError(
      `The configuration file ${path} must not hold ${what}. Put it into the environment variable ${variable}, or into a file of its own and name that in "${member}".`,
    );
  }
  const [meant] = nearest(key, known);
  return new UsageError(
    `The configuration file ${path} has an unknown member "${key}". ${meant === undefined ? `Known are: ${known.filter((name) => name !== '$schema').join(', ')}.` : `Did you mean "${meant}"?`}`,
  );
}
