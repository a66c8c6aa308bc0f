/** An exchange as a command line that sends the same request again. */
import type { Exchange, Payload } from '../../schemas/types.ts';
import { plain } from './plain.ts';

export interface CurlOptions {
  /** The endpoint, up to and without /v1.0. */
  readonly endpoint: string;
  readonly insecure?: boolean;
}

/** Secrets stand as variables of the shell that runs it: `$DMS_TOKEN`, `$AUTHORIZATION`. */
export function curlOf({ request }: Exchange, { endpoint, insecure = false }: CurlOptions): string {
  const { method, target, headers, body } = request;
  return [
    'curl -sS -i',
    ...(insecure ? ['-k'] : []),
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    ...headers.map(([name, value]) => `-H ${header(name, value)}`),
    ...(body === undefined ? [] : [`--data-binary ${data(body)}`]),
    quoted(endpoint.replace(/\/+$/, '') + target),
  ].join(' ');
}

function header(name: string, value: string): string {
  if (value === '[given]' || value === '[other]') {
    const variable =
      name.toLowerCase() === 'x-auth-token' ? 'DMS_TOKEN' : name.toUpperCase().replace(/[^A-Z0-9]/g, '_');
    return `"${plain(name)}: $${value === '[given]' ? variable : `OTHER_${variable}`}"`;
  }
  return quoted(`${name}: ${value}`);
}

function data({ encoding, data }: Payload): string {
  // Bytes that are no text go through the shell in octal.
  return encoding === 'utf8'
    ? quoted(data)
    : `$'${[...Buffer.from(data, 'base64')].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}'`;
}

/** For bash and zsh. Control characters, which could steer a terminal, are written as escapes. */
export function quoted(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  if (/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(text)) {
    const escaped = JSON.stringify(text)
      .slice(1, -1)
      .replaceAll("'", "\\'")
      .replace(/\\"/g, '"')
      .replace(
        // oxlint-disable-next-line no-control-regex -- as above
        /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    return `$'${escaped}'`;
  }
  return `'${text.replaceAll("'", "'\\''")}'`;
}
