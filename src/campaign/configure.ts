/** Settings and credentials of a run, out of options, environment and configuration file; the first one that speaks wins. */
import { randomInt } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Credentials } from '../endpoint/credentials.ts';
import { readConfiguration, type ConfigurationFile } from './configuration-file.ts';
import { maskFor, readCredentials, readProxies, readTransport, type GivenCredentials } from './credentials.ts';
import {
  arrangeOf,
  endpointUrl,
  flag,
  httpUrl,
  integer,
  oneOf,
  projectId,
  shardFrom,
  text,
  type Given,
} from './given.ts';
import { nearest } from './nearest.ts';
import { preloadedIn } from './preloaded-file.ts';
import type { Settings } from './settings.ts';
import { systemCode, UsageError } from './usage-error.ts';
import { SECRET_VARIABLES, VARIABLES } from './variables.ts';
import { readWaivers } from './waivers-file.ts';

/** How many programs are generated where nothing is said, but for a gate on the wall clock. */
export const CERTIFY_PROGRAMS = 300;

type Name = keyof typeof VARIABLES;

/** Options of `run`, as they stand on the command line. */
export type RunOptions = { readonly [name in Name]?: string | boolean | undefined } & {
  readonly header?: readonly string[] | undefined;
};
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Configured {
  readonly settings: Settings;
  readonly credentials: Credentials;
  /** Whether only the result is to be printed. */
  readonly quiet: boolean;
}

/**
 * Validates everything at the door, the directory for the run included; makes nothing.
 * @param nameOf names the directory below `reports` where none was asked for, given the profile and the UTC time.
 * @throws UsageError, which never holds a secret.
 */
export async function configure(
  options: RunOptions,
  environment: Environment,
  nameOf: (profile: Settings['profile'], stamp: string) => string,
): Promise<Configured> {
  refuseMisspelt(environment);
  const config = given('config', options, environment, undefined);
  const file = await readConfiguration(config === undefined ? undefined : text(config, 'the path of a file'));
  const take = <T>(name: Name, read: (given: Given) => T): T | undefined => {
    const found = given(name, options, environment, file);
    return found === undefined ? undefined : read(found);
  };

  const endpoint = take('endpoint', endpointUrl);
  const clockUrl = take('clockUrl', (given) => {
    if (endpoint !== undefined) return httpUrl(given).href;
    throw new UsageError(
      `${given.where}: a clock without an endpoint. Expected --endpoint too, or neither: the embedded emulator has a clock of its own.`,
    );
  });
  const profile = take('profile', (given) => oneOf<Settings['profile']>(given, ['gate', 'certify'])) ?? 'gate';
  const passphrase = variable(SECRET_VARIABLES.passphrase, environment);
  const transport = await readTransport({
    ca: take('ca', (given) => given),
    clientCert: take('clientCert', (given) => given),
    clientKey: take('clientKey', (given) => given),
    passphrase,
    insecure: take('insecure', flag) ?? false,
  });
  const credentials: Credentials = {
    ...(await readCredentials(placesOf(options, environment, file))),
    ...(passphrase === undefined ? {} : { passphrase: String(passphrase.value) }),
    proxies: endpoint === undefined ? undefined : readProxies(environment),
  };
  const seed = take('seed', (given) => integer(given, 0, 0xffffffff));
  const shard = take('shard', (given) => {
    if (seed !== undefined) return shardFrom(given);
    throw new UsageError(
      `${given.where}: a part of a run without a seed. Expected --seed too, the same for all parts: programs are generated from it, and the parts would not fit together.`,
    );
  });
  const project = take('project', projectId) ?? 'dms-conformance';
  if (endpoint !== undefined) refuseConfusable(credentials, [project, endpoint, clockUrl]);
  const waivers = take('waivers', (given) => text(given, 'the path of a file of waivers'));
  const settings = {
    endpoint,
    project,
    profile,
    only: take('only', (given) => text(given, "a pattern of scenario or clause ids, such as 'redelivery*'")),
    seed: seed ?? randomInt(0x100000000),
    shard,
    programs: take('programs', (given) => integer(given, 0, 100_000)) ?? programsFor(profile, endpoint, clockUrl),
    strict: take('strict', flag) ?? false,
    waivers: waivers === undefined ? undefined : await readWaivers(waivers),
    clockUrl,
    maxQueues: take('maxQueues', (given) => integer(given, 2, 400)),
    arrange: take('arrange', (given) => arrangeOf(given, endpoint)) ?? { kind: 'dms' as const },
    transport,
  };
  if (settings.arrange.kind === 'preloaded') await preloadedIn(settings.arrange.file);
  const quiet = take('quiet', flag) ?? false;
  const out = take('out', freshDirectory) ?? unusedDirectory((stamp) => nameOf(profile, stamp));
  return { settings: { ...settings, out: await out }, credentials, quiet };
}

/** As many as the waits of the profile leave time for; under a controlled clock none has to wait. */
function programsFor(profile: Settings['profile'], endpoint: string | undefined, clockUrl: string | undefined): number {
  const wall = endpoint !== undefined && clockUrl === undefined;
  return wall && profile === 'gate' ? 60 : CERTIFY_PROGRAMS;
}

/** Place by place, not name by name: a token file on the command line beats a token in the environment. */
function placesOf(
  options: RunOptions,
  environment: Environment,
  file: ConfigurationFile | undefined,
): readonly GivenCredentials[] {
  const files = (...place: readonly [RunOptions, Environment, ConfigurationFile | undefined]): GivenCredentials => ({
    tokenFile: given('tokenFile', ...place),
    headerFile: given('headerFile', ...place),
    signingFile: given('signingFile', ...place),
  });
  return [
    {
      ...files(options, {}, undefined),
      token: given('token', options, {}, undefined),
      header: (options.header ?? []).map((value, index, all) => ({
        value,
        where: all.length === 1 ? '--header' : `--header, number ${index + 1}`,
      })),
    },
    {
      ...files({}, environment, undefined),
      token: given('token', {}, environment, undefined),
      headers: variable(SECRET_VARIABLES.headers, environment),
      accessKey: variable(SECRET_VARIABLES.accessKey, environment),
      secretKey: variable(SECRET_VARIABLES.secretKey, environment),
    },
    files({}, {}, file),
  ];
}

/** What is masked wherever it occurs must occur nowhere else: nobody could read the evidence any more. */
function refuseConfusable(credentials: Credentials, plain: readonly (string | undefined)[]): void {
  const { token, signing } = credentials;
  const mask = maskFor({ token, signing });
  if (plain.every((text = '') => mask(text) === text)) return;
  throw new UsageError(
    'A token or key is a part of the project id, of the URL of the endpoint, or of that of the clock, so that it could not be kept out of the evidence. Expected a secret that stands nowhere else: change one of them.',
  );
}

function given(
  name: Name,
  options: RunOptions,
  environment: Environment,
  file: ConfigurationFile | undefined,
): Given | undefined {
  const option = options[name];
  if (option !== undefined) return { value: option, where: optionName(name) };
  const named = variable(VARIABLES[name], environment);
  if (named !== undefined) return named;
  const member = Object.entries(file?.values ?? {}).find(([key]) => key === name);
  return member === undefined ? undefined : { value: member[1], where: `${file?.path}, member "${name}"` };
}

function variable(name: string, environment: Environment): Given | undefined {
  const value = environment[name];
  // An empty variable is a forgotten one: to ignore DMS_ENDPOINT would test the wrong thing and call it conformant.
  if (value === '') {
    throw new UsageError(`The environment variable ${name} is empty. Expected a value: set it, or unset it.`);
  }
  return value === undefined ? undefined : { value, where: name };
}

/** `clockUrl` as the command line spells it: `--clock-url`. */
function optionName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Other programs may have variables of this prefix; one that is almost ours is a slip that would go unnoticed. */
function refuseMisspelt(environment: Environment): void {
  const known: readonly string[] = [...Object.values(VARIABLES), ...Object.values(SECRET_VARIABLES)];
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('DMS_') || known.includes(name)) continue;
    const [meant] = nearest(name, known, name.length > 9 ? 2 : 1);
    if (meant !== undefined) {
      throw new UsageError(`The environment variable ${name} is not known. Did you mean ${meant}? Rename or unset it.`);
    }
  }
}

/** A directory that does not exist or is empty: the evidence of one run is never mixed with another's. */
export async function freshDirectory(given: Given): Promise<string> {
  const path = resolve(text(given, 'the path of a directory'));
  const state = await stateOf(path);
  if (state === 'absent' || state === 'empty') return path;
  throw new UsageError(
    state === 'full'
      ? `${given.where}: the directory ${path} is not empty, and no run overwrites another's evidence. Name another one, or empty it.`
      : `${given.where}: ${path} is no directory that can be used (${state}). Name another one.`,
  );
}

export async function unusedDirectory(nameOf: (stamp: string) => string): Promise<string> {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  for (let number = 1; ; number += 1) {
    const path = resolve('reports', nameOf(stamp) + (number === 1 ? '' : `-${number}`));
    if ((await stateOf(path)) !== 'full') return path;
  }
}

async function stateOf(path: string): Promise<string> {
  try {
    return (await readdir(path)).length === 0 ? 'empty' : 'full';
  } catch (error) {
    const code = systemCode(error);
    return code === 'ENOENT' ? 'absent' : code;
  }
}
