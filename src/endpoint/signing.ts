/** Signs requests with an access key and a secret key: SDK-HMAC-SHA256. */
import { createHash, createHmac } from 'node:crypto';

const ALGORITHM = 'SDK-HMAC-SHA256';
const UNRESERVED = /[A-Za-z0-9_.~-]/;

export interface SigningKeys {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** A request as it goes over the wire. */
export interface Signable {
  readonly method: string;
  /** Path as in the request line, percent-encoded, without the query. */
  readonly path: string;
  /** Query as in the request line, without the question mark; may be empty. */
  readonly query: string;
  /** Those that are signed, `host` among them; each is to arrive as it is here. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** The two headers that a signature adds. */
export interface Signature {
  readonly 'x-sdk-date': string;
  readonly authorization: string;
}

export function sign(request: Signable, { accessKey, secretKey }: SigningKeys, date: Date): Signature {
  const stamp = date.toISOString().replace(/[-:]|\.\d+/g, '');
  const headers = Object.entries({ ...request.headers, 'x-sdk-date': stamp })
    .map(([name, value]): [string, string] => [name.toLowerCase(), value.trim()])
    .toSorted(([one], [other]) => compare(one, other));
  const names = headers.map(([name]) => name).join(';');
  const canonical = [
    request.method.toUpperCase(),
    canonicalPath(request.path),
    canonicalQuery(request.query),
    ...headers.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    sha256(request.body),
  ].join('\n');
  const signature = createHmac('sha256', secretKey)
    .update([ALGORITHM, stamp, sha256(canonical)].join('\n'))
    .digest('hex');
  return {
    'x-sdk-date': stamp,
    authorization: `${ALGORITHM} Access=${accessKey}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

/**
 * Each segment decoded and encoded again in the one way that leaves no choice, so that `%7e` and `~` sign alike; a slash
 * that is encoded stays within its segment. Ends with a slash.
 */
function canonicalPath(path: string): string {
  const canonical = path
    .split('/')
    .map((segment) => encoded(decoded(segment)))
    .join('/');
  return canonical.endsWith('/') ? canonical : `${canonical}/`;
}

/**
 * Parameters by name and then by value, both decoded, as bytes; a plus is a blank, as in every form. One without `=` has
 * an empty value; nothing between two `&` is no parameter.
 */
function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', ...value] = part.split('=');
      return [name, value.join('=')].map((text) => decoded(text.replaceAll('+', ' ')));
    })
    .toSorted(
      ([name = NOTHING, value = NOTHING], [otherName = NOTHING, otherValue = NOTHING]) =>
        Buffer.compare(name, otherName) || Buffer.compare(value, otherValue),
    )
    .map((pair) => pair.map(encoded).join('='))
    .join('&');
}

const NOTHING = Buffer.alloc(0);

/** The bytes that a percent-encoded text stands for, be they UTF-8 or not; a percent sign that encodes nothing is itself. */
function decoded(text: string): Buffer {
  return Buffer.from(
    Buffer.from(text, 'utf8')
      .toString('latin1')
      .replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}

function encoded(bytes: Buffer): string {
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    return UNRESERVED.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
