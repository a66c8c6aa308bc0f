/** Reads what lets requests in and how the endpoint is reached. No message holds what was given, only where it stood. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { secretsIn, type Credentials, type Proxies } from '../endpoint/credentials.ts';
import { redactor } from '../endpoint/secrets.ts';
import type { Transport } from '../endpoint/transport.ts';
import { text, tokenText, type Given } from './given.ts';
import { systemCode, UsageError } from './usage-error.ts';

/** What one place gives: the command line, the environment, or the configuration file. */
export interface GivenCredentials {
  readonly token?: Given | undefined;
  readonly tokenFile?: Given | undefined;
  /** One header each. */
  readonly header?: readonly Given[] | undefined;
  /** Lines of headers. */
  readonly headers?: Given | undefined;
  readonly headerFile?: Given | undefined;
  readonly accessKey?: Given | undefined;
  readonly secretKey?: Given | undefined;
  readonly signingFile?: Given | undefined;
}

export interface GivenTransport {
  readonly ca?: Given | undefined;
  readonly clientCert?: Given | undefined;
  readonly clientKey?: Given | undefined;
  readonly passphrase?: Given | undefined;
  readonly insecure: boolean;
}

/** The token of an option or of a file that an option names. */
export async function readToken(token: Given | undefined, tokenFile: Given | undefined): Promise<string | undefined> {
  if (token !== undefined && tokenFile !== undefined) throw bothGiven(token, tokenFile);
  if (token !== undefined) return tokenText(token);
  if (tokenFile === undefined) return undefined;
  const path = text(tokenFile, 'the path of a file that holds the token');
  return tokenText({ value: await contentOf(path, tokenFile.where), where: `${tokenFile.where} ${path}` });
}

/** Each kind of credentials is that of the first place that gives some: options, environment, configuration file. */
export async function readCredentials(places: readonly GivenCredentials[]): Promise<Credentials> {
  const first = async <T>(read: (place: GivenCredentials) => Promise<T | undefined>): Promise<T | undefined> => {
    for (const place of places) {
      const found = await read(place);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const token = await first(({ token, tokenFile }) => readToken(token, tokenFile));
  const signing = await first(readSigning);
  const headers = await first(readHeaders);
  if (token !== undefined && signing !== undefined) {
    throw new UsageError(
      'A token and an access key are both given, and an endpoint asks for one of them: which of the two let us in could not be told. Leave one out; options win over the environment only for the same kind, so unset the variable that is left over.',
    );
  }
  const names = Object.keys(headers ?? {}).map((name) => name.toLowerCase());
  if (token !== undefined && names.includes('x-auth-token')) {
    throw new UsageError('A token and a header X-Auth-Token are both given. They are the same: leave one out.');
  }
  if (signing !== undefined && names.includes('authorization')) {
    throw new UsageError(
      'An access key and a header Authorization are both given, and signing needs that header itself. Leave one out: the header, or DMS_ACCESS_KEY and DMS_SECRET_KEY or the file that holds them.',
    );
  }
  return {
    ...(token === undefined ? {} : { token }),
    ...(signing === undefined ? {} : { signing }),
    ...(headers === undefined ? {} : { headers }),
  };
}

async function readSigning(place: GivenCredentials): Promise<Credentials['signing']> {
  const { accessKey, secretKey, signingFile } = place;
  const keys = accessKey ?? secretKey;
  if (keys !== undefined && signingFile !== undefined) throw bothGiven(keys, signingFile);
  if (signingFile !== undefined) return signingOf(signingFile);
  if (keys === undefined) return undefined;
  if (accessKey === undefined || secretKey === undefined) {
    const [there, missing] = accessKey === undefined ? ['secret', 'access'] : ['access', 'secret'];
    throw new UsageError(
      `${keys.where}: there is the ${there} key, but no ${missing} key. Expected both, DMS_ACCESS_KEY and DMS_SECRET_KEY: give the other one, too.`,
    );
  }
  return { accessKey: keyText(accessKey, 'access'), secretKey: keyText(secretKey, 'secret') };
}

const SIGNING_FORM = 'Expected two lines, DMS_ACCESS_KEY=… and DMS_SECRET_KEY=…';

async function signingOf(given: Given): Promise<NonNullable<Credentials['signing']>> {
  const path = text(given, 'the path of a file that holds both keys');
  const where = `${given.where} ${path}`;
  const found = new Map<string, Given>();
  for (const { line, number } of linesOf(await contentOf(path, given.where))) {
    const [, name = '', value = ''] = /^(?:export\s+)?(DMS_ACCESS_KEY|DMS_SECRET_KEY)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name === '') throw new UsageError(`${where}: line ${number} is neither key. ${SIGNING_FORM}.`);
    if (found.has(name)) throw new UsageError(`${where}: line ${number} gives ${name} once more. ${SIGNING_FORM}.`);
    found.set(name, { value: value.replace(/^(["'])(.*)\1$/, '$2'), where: `${where}, line ${number}` });
  }
  const accessKey = found.get('DMS_ACCESS_KEY');
  const secretKey = found.get('DMS_SECRET_KEY');
  if (accessKey === undefined || secretKey === undefined) {
    throw new UsageError(
      `${where}: ${accessKey === undefined ? 'DMS_ACCESS_KEY' : 'DMS_SECRET_KEY'} is missing. ${SIGNING_FORM}.`,
    );
  }
  return { accessKey: keyText(accessKey, 'access'), secretKey: keyText(secretKey, 'secret') };
}

function keyText({ value, where }: Given, which: 'access' | 'secret'): string {
  const key = typeof value === 'string' ? value.trim() : '';
  if (key === '') throw new UsageError(`${where}: expected the ${which} key, got nothing.`);
  // A comma or an equals sign would end the access key within the header Authorization.
  const form = which === 'access' ? /^[\x21-\x2b\x2d-\x3c\x3e-\x7e]+$/ : /^[\x21-\x7e]+$/;
  if (!form.test(key)) {
    throw new UsageError(
      `${where}: the ${which} key holds blanks, ${which === 'access' ? 'commas, equals signs, ' : ''}line breaks or letters beyond ASCII. Give the bare key.`,
    );
  }
  return key;
}

/** What the suite sets itself, or what would change how answers travel. */
const REFUSED: Readonly<Record<string, string>> = {
  host: 'it comes from the URL of the endpoint',
  'content-type': 'the scenarios set it, also wrongly',
  'content-length': 'it comes from what is sent',
  'transfer-encoding': 'it comes from what is sent',
  'accept-encoding': 'answers have to come as they are judged',
  connection: 'the suite keeps its connections itself',
  'keep-alive': 'the suite keeps its connections itself',
  upgrade: 'the suite keeps its connections itself',
  te: 'the suite keeps its connections itself',
  trailer: 'the suite keeps its connections itself',
  expect: 'requests are sent in one go',
  'x-sdk-date': 'signing sets it',
  'proxy-connection': 'the suite keeps its connections itself',
  'proxy-authorization': 'a proxy takes its name and password from the URL in HTTP_PROXY or HTTPS_PROXY',
};

async function readHeaders(place: GivenCredentials): Promise<Credentials['headers']> {
  const lines: { readonly line: string; readonly where: string }[] = [];
  for (const { value, where } of place.header ?? []) lines.push({ line: String(value), where });
  if (place.headers !== undefined) lines.push(...headerLines(String(place.headers.value), place.headers.where));
  if (place.headerFile !== undefined) {
    const path = text(place.headerFile, 'the path of a file that holds headers');
    const { where } = place.headerFile;
    const found = headerLines(await contentOf(path, where), `${where} ${path}`);
    if (found.length === 0) {
      throw new UsageError(`${where}: the file ${path} holds no header. Expected lines such as 'X-Tenant: 12'.`);
    }
    lines.push(...found);
  }
  const headers = new Map<string, { readonly name: string; readonly value: string; readonly where: string }>();
  for (const { line, where } of lines) {
    const { name, value } = headerOf(line, where);
    const before = headers.get(name.toLowerCase());
    if (before !== undefined) {
      throw new UsageError(`${where}: this header was given at ${before.where} already. Leave one out.`);
    }
    headers.set(name.toLowerCase(), { name, value, where });
  }
  return headers.size === 0
    ? undefined
    : Object.fromEntries([...headers.values()].map(({ name, value }) => [name, value]));
}

function headerLines(content: string, where: string): { readonly line: string; readonly where: string }[] {
  return linesOf(content).map(({ line, number }) => ({ line, where: `${where}, line ${number}` }));
}

function headerOf(line: string, where: string): { readonly name: string; readonly value: string } {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(colon, 0)).trim();
  const value = line.slice(colon + 1).trim();
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
    throw new UsageError(`${where}: this is no header. Expected a name, a colon and a value, such as 'X-Tenant: 12'.`);
  }
  if (value === '') {
    throw new UsageError(`${where}: this header has no value. Expected a name, a colon and a value.`);
  }
  if (!/^[\x20-\x7e]+$/.test(value)) {
    throw new UsageError(
      `${where}: the value of this header holds line breaks, control characters or letters beyond ASCII. Expected printable ASCII.`,
    );
  }
  const why = REFUSED[name.toLowerCase()];
  if (why !== undefined) {
    throw new UsageError(`${where}: the header ${name.toLowerCase()} cannot be given: ${why}. Leave it out.`);
  }
  return { name, value };
}

/** Lines with their numbers from 1, without those that are empty or start with #. */
function linesOf(content: string): { readonly line: string; readonly number: number }[] {
  return content
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'));
}

/** Reads all files of the transport once, so that what is wrong with them is said before anything is run. */
export async function readTransport(given: GivenTransport): Promise<Transport> {
  const { ca, clientCert, clientKey, passphrase, insecure } = given;
  if (insecure && ca !== undefined) {
    throw new UsageError(
      `${ca.where} and --insecure are both given, and a certificate that nobody checks needs no authority. Leave one out.`,
    );
  }
  if ((clientCert === undefined) !== (clientKey === undefined)) {
    const [there, missing] = clientCert === undefined ? [clientKey, '--client-cert'] : [clientCert, '--client-key'];
    throw new UsageError(
      `${there?.where}: a client certificate needs its key, and the key its certificate. Give ${missing}, too.`,
    );
  }
  if (passphrase !== undefined && clientKey === undefined) {
    throw new UsageError(`${passphrase.where}: a passphrase without a key. Give --client-cert and --client-key, too.`);
  }
  const caFile = await pemFile(ca);
  const certFile = await pemFile(clientCert);
  const keyFile = clientKey === undefined ? undefined : resolve(text(clientKey, 'the path of a PEM file'));
  if (certFile !== undefined && keyFile !== undefined && clientKey !== undefined) {
    const pem = await contentOf(keyFile, clientKey.where);
    const key = keyOf(pem, passphrase, `${clientKey.where} ${keyFile}`);
    const certificate = new X509Certificate(await contentOf(certFile, clientCert?.where ?? ''));
    if (!certificate.checkPrivateKey(key)) {
      throw new UsageError(
        `${clientKey.where}: the key in ${keyFile} is not that of the certificate in ${certFile}. Name the two that belong together.`,
      );
    }
  }
  return {
    ...(caFile === undefined ? {} : { caFile }),
    ...(certFile === undefined ? {} : { certFile }),
    ...(keyFile === undefined ? {} : { keyFile }),
    insecure,
  };
}

/** The path of a file that holds certificates in PEM. */
async function pemFile(given: Given | undefined): Promise<string | undefined> {
  if (given === undefined) return undefined;
  const path = resolve(text(given, 'the path of a PEM file'));
  const blocks = (await contentOf(path, given.where)).match(/-----BEGIN [^-]*CERTIFICATE-----[^-]*-----END/g) ?? [];
  try {
    if (blocks.length === 0) throw new TypeError('no certificate');
    for (const block of blocks) void new X509Certificate(`${block} CERTIFICATE-----\n`);
  } catch {
    throw new UsageError(
      `${given.where}: the file ${path} holds no certificate that can be read. Expected PEM, which has a line -----BEGIN CERTIFICATE-----; openssl x509 makes it of other forms.`,
    );
  }
  return path;
}

function keyOf(pem: string, passphrase: Given | undefined, where: string): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey({
      key: pem,
      ...(passphrase === undefined ? {} : { passphrase: text(passphrase, 'a passphrase') }),
    });
  } catch (error) {
    const code = systemCode(error);
    throw new UsageError(
      code === 'ERR_MISSING_PASSPHRASE'
        ? `${where}: the key is encrypted. Give its passphrase in DMS_CLIENT_KEY_PASSPHRASE.`
        : passphrase !== undefined && /DECRYPT|PASSWORD|BAD_PASS/.test(code)
          ? `${where}: ${passphrase.where} is not the passphrase of the key.`
          : `${where}: there is no private key that can be read. Expected PEM, which has a line -----BEGIN PRIVATE KEY-----.`,
    );
  }
}

/** The proxies that the environment names, in upper or lower case; undefined where it names none. */
export function readProxies(environment: Readonly<Record<string, string | undefined>>): Proxies | undefined {
  const named = (name: string): Given | undefined => {
    for (const where of [name, name.toUpperCase()]) {
      const value = environment[where]?.trim() ?? '';
      if (value !== '') return { value, where };
    }
    return undefined;
  };
  const http = proxyUrl(named('http_proxy'));
  const https = proxyUrl(named('https_proxy'));
  if (http === undefined && https === undefined) return undefined;
  const none = named('no_proxy')?.value;
  return { http, https, ...(typeof none === 'string' ? { none } : {}) };
}

function proxyUrl(given: Given | undefined): string | undefined {
  if (given === undefined) return undefined;
  const value = String(given.value);
  const url = URL.parse(value.includes('://') ? value : `http://${value}`);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    throw new UsageError(
      `${given.where}: expected the URL of a proxy that speaks HTTP, such as http://proxy.example:3128. Correct it, or unset it.`,
    );
  }
  return url.href;
}

function bothGiven(one: Given, other: Given): UsageError {
  return new UsageError(`${one.where} and ${other.where} are both given. Expected one of them: leave one out.`);
}

async function contentOf(path: string, where: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(
      `${where}: the file ${path} cannot be read (${systemCode(error)}). Check its path and its rights.`,
    );
  });
}

/** Masks all that is secret in a text. */
export function maskFor(credentials: Credentials): (text: string) => string {
  return redactor(secretsIn(credentials)).text;
}
