/** All that is secret about how requests are let in, and how they carry it. Tokens and keys end here: no record has them. */
import type { HeaderField } from '../../schemas/types.ts';
import { sign, type Signable, type SigningKeys } from './signing.ts';

/** Never part of the settings: it crosses into a worker in the environment, and gets into no file. */
export interface Credentials {
  /** Sent as X-Auth-Token. */
  readonly token?: string | undefined;
  /** Sent along with every request; some of them are credentials. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Where it is given, every request is signed. */
  readonly signing?: SigningKeys | undefined;
  /** Of the client certificate's key. */
  readonly passphrase?: string | undefined;
  /** Their URLs may hold a password. */
  readonly proxies?: Proxies | undefined;
}

/** Proxies by what they are for, and the hosts that go without, separated by commas. */
export interface Proxies {
  readonly http?: string | undefined;
  readonly https?: string | undefined;
  readonly none?: string | undefined;
}

/** Whose credentials a request carries: the operator's own, somebody else's, or none. */
export type Whose = 'given' | 'wrong' | 'none';

/** Headers by which a client proves who it is: left out or altered where a clause is about credentials. */
const CREDENTIAL = new Set([
  'authorization',
  'cookie',
  'x-auth-token',
  'x-security-token',
  'x-access-token',
  'x-subject-token',
  'x-api-key',
  'x-apikey',
  'api-key',
  'apikey',
  'x-apig-appcode',
  'private-token',
]);

const SECRET_NAME = /auth|cookie|credential|key|passw|secret|session|signature|token/;

/** Other headers' values may be words that answers are full of; to mask those would falsify the evidence. */
const SECRET_VALUE = /^(?=.*[0-9])(?=.*[A-Za-z]).{8,}$/s;

export function isCredential(name: string): boolean {
  return CREDENTIAL.has(name.toLowerCase());
}

/** Whether an endpoint could tell our requests from those of strangers. */
export function authenticates({ token, headers = {}, signing }: Credentials): boolean {
  return token !== undefined || signing !== undefined || Object.keys(headers).some(isCredential);
}

/** What was given, in words for people. */
export function kindsOf({ token, headers = {}, signing }: Credentials): string[] {
  return [
    ...(token === undefined ? [] : ['the token']),
    ...(signing === undefined ? [] : ['the access key and the secret key']),
    ...Object.keys(headers)
      .filter(isCredential)
      .map((name) => `the header ${name}`),
  ];
}

/** Headers that go with one request, and as they may be written down. */
export interface Carried {
  readonly headers: Readonly<Record<string, string>>;
  readonly recorded: readonly HeaderField[];
  /** What was made of secrets for this request alone, and is as secret for some minutes. */
  readonly signature?: string;
}

/** @param request what is sent and would be signed; undefined where its URL is none, so that it cannot be sent. */
export function carried(
  { token, headers = {}, signing }: Credentials,
  whose: Whose,
  request: Signable | undefined,
  now: Date,
): Carried {
  const own: Record<string, string> = {};
  const recorded: HeaderField[] = [];
  const mark = whose === 'given' ? '[given]' : '[other]';
  const add = (name: string, value: string, credential: boolean): void => {
    if (credential && whose === 'none') return;
    own[name] = credential && whose === 'wrong' ? another(name, value) : value;
    recorded.push([name, credential ? mark : '[redacted]']);
  };
  if (token !== undefined) add('x-auth-token', token, true);
  for (const [name, value] of Object.entries(headers)) add(name, value, isCredential(name));
  if (signing !== undefined && whose !== 'none' && request !== undefined) {
    const keys = whose === 'given' ? signing : { ...signing, secretKey: 'not-the-secret-key' };
    const signature = sign({ ...request, headers: { ...request.headers, ...own } }, keys, now);
    Object.assign(own, signature);
    recorded.push(['x-sdk-date', signature['x-sdk-date']], ['authorization', mark]);
    return { headers: own, recorded, signature: signature.authorization.slice(-64) };
  }
  return { headers: own, recorded };
}

/** A value of the same form that lets nobody in. */
function another(name: string, value: string): string {
  if (name.toLowerCase() === 'cookie') return value.replace(/=[^;]*/g, '=not-the-value');
  const [, scheme] = /^(\S+) /.exec(value) ?? [];
  if (scheme === undefined) return 'not-the-token';
  return `${scheme} ${scheme.toLowerCase() === 'basic' ? Buffer.from('nobody:not-the-password').toString('base64') : 'not-the-token'}`;
}

/**
 * Every text that must get into no record.
 * @param plain texts that are known to all; a header's value that stands in one of them is no secret.
 */
export function secretsIn(
  { token, headers = {}, signing, passphrase, proxies }: Credentials,
  plain: readonly (string | undefined)[] = [],
): string[] {
  const secrets = [token, signing?.accessKey, signing?.secretKey, passphrase];
  for (const [name, value] of Object.entries(headers)) {
    const telling = isCredential(name) || SECRET_NAME.test(name.toLowerCase());
    if (telling) secrets.push(value, ...partsOf(name.toLowerCase(), value));
    else if (SECRET_VALUE.test(value) && !plain.some((text) => text?.includes(value) === true)) secrets.push(value);
  }
  for (const url of [proxies?.http, proxies?.https]) {
    const { username = '', password = '' } = url === undefined ? {} : (URL.parse(url) ?? {});
    if (password === '') continue;
    const plain = [username, password].map(unescaped).join(':');
    secrets.push(password, unescaped(password), plain, Buffer.from(plain).toString('base64'));
  }
  return secrets.filter((secret): secret is string => secret !== undefined && secret !== '');
}

/** What is secret within a value: the token behind `Bearer`, the password in `Basic`, the values of cookies. */
function partsOf(name: string, value: string): string[] {
  if (name === 'cookie') {
    return value.split(';').flatMap((pair) => {
      const part = pair.slice(pair.indexOf('=') + 1).trim();
      return part.length < 8 ? [] : [part];
    });
  }
  const [, scheme = '', rest = ''] = /^(\S+) +(.+)$/.exec(value) ?? [];
  if (rest === '') return [];
  if (scheme.toLowerCase() !== 'basic') return [rest];
  const pair = Buffer.from(rest, 'base64').toString('utf8');
  return [rest, pair, pair.slice(pair.indexOf(':') + 1)];
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
