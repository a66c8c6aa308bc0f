/**
 * Checks signatures as a server does, by what is published of SDK-HMAC-SHA256 (headers, canonical request, string to sign)
 * and with nothing of the suite's own signing.
 */
import { createHash, createHmac } from 'node:crypto';

const MOST_MINUTES = 15;

interface Signed {
  readonly method: string;
  /** As in the request line. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** Why a request is not let in; undefined if it is. */
export function refusalOf(
  { method, url, headers, body }: Signed,
  keys: { readonly accessKey: string; readonly secretKey: string },
  now: Date,
): string | undefined {
  const { authorization, 'x-sdk-date': date } = headers;
  if (typeof authorization !== 'string') return 'it is not signed';
  const form = /^SDK-HMAC-SHA256 Access=([^,]+), SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;
  const [, access, names = '', signature] = form.exec(authorization) ?? [];
  if (access === undefined) return 'the Authorization cannot be read';
  if (access !== keys.accessKey) return 'the access key is not known';
  const signed = names.split(';');
  if (!signed.includes('host') || !signed.includes('x-sdk-date')) return 'host and x-sdk-date have to be signed';
  if (signed.join() !== signed.toSorted().join()) return 'the signed headers are not in order';
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(date)) ?? [];
  const [year = NaN, month = NaN, ...rest] = parts.map(Number);
  const at = Date.UTC(year, month - 1, ...rest);
  if (!(Math.abs(now.getTime() - at) <= MOST_MINUTES * 60_000)) return 'the date is not of now';

  const [path = '', query = ''] = split(url, '?');
  const canonicalPath = path.split('/').map(reencode).join('/').replace(/\/?$/, '/');
  const pairs: [string, string][] = [];
  for (const parameter of query.split('&')) {
    if (parameter === '') continue;
    const [name, value] = split(parameter.replace(/\+/g, '%20'), '=');
    pairs.push([bytesOf(name), bytesOf(value)]);
  }
  pairs.sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : x > y ? 1 : 0) : a < b ? -1 : 1));
  const lines = [
    method,
    canonicalPath,
    pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&'),
    signed.map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`).join(''),
    names,
    createHash('sha256').update(body).digest('hex'),
  ];
  const text = `SDK-HMAC-SHA256\n${String(date)}\n${createHash('sha256').update(lines.join('\n')).digest('hex')}`;
  const expected = createHmac('sha256', keys.secretKey).update(text).digest('hex');
  return signature === expected ? undefined : 'the signature is wrong';
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** One character for each byte that is meant. */
function bytesOf(text: string): string {
  let bytes = '';
  const raw = Buffer.from(text, 'utf8');
  for (let index = 0; index < raw.length; index += 1) {
    const hex = raw.subarray(index + 1, index + 3).toString('latin1');
    if (raw[index] === 0x25 && /^[0-9a-f]{2}$/i.test(hex)) {
      bytes += String.fromCharCode(Number(`0x${hex}`));
      index += 2;
    } else bytes += String.fromCharCode(raw[index] ?? 0);
  }
  return bytes;
}

function encode(bytes: string): string {
  let text = '';
  for (const character of bytes) {
    text += /^[\w.~-]$/.test(character)
      ? character
      : `%${(0x100 + character.charCodeAt(0)).toString(16).slice(1).toUpperCase()}`;
  }
  return text;
}

function reencode(segment: string): string {
  return encode(bytesOf(segment));
}
