import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { Exchange } from '../../schemas/types.ts';
import { curlOf } from '../../src/report/curl.ts';

const endpoint = 'http://127.0.0.1:8080/prefix/';

function exchange(request: Partial<Exchange['request']>): Exchange {
  return {
    type: 'exchange',
    scenario: 'a/b',
    id: 1,
    consumer: 'c1',
    attempt: 1,
    request: { method: 'GET', target: '/v1.0/p1/queues', headers: [], ...request },
    sent: 0,
    received: 1,
    lag: 0,
    outcome: { kind: 'failure', cause: 'broken', code: 'X', message: 'x', bytesLeft: true },
  };
}

/** What bash makes of the line: the arguments that curl would get. */
function argumentsOf(line: string, environment: Readonly<Record<string, string>> = {}): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }; ${line}`;
  const out = execFileSync('bash', ['--norc', '-c', script], { env: { PATH: process.env.PATH ?? '', ...environment } });
  return out.toString('latin1').split('\0').slice(0, -1);
}
const utf8 = (text: string | undefined): string => Buffer.from(text ?? '', 'latin1').toString('utf8');

describe('a curl line', () => {
  test('asks for the same again', () => {
    const body = { encoding: 'utf8' as const, data: '{"message":[{"handler":"h","status":"fail"}]}' };
    const headers: [string, string][] = [['content-type', 'application/json']];
    const line = curlOf(exchange({ method: 'POST', target: '/v1.0/p1/ack?x=1&y=', headers, body }), { endpoint });
    expect(argumentsOf(line)).toEqual([
      '-sS',
      '-i',
      '-X',
      'POST',
      '-H',
      'content-type: application/json',
      '--data-binary',
      body.data,
      'http://127.0.0.1:8080/prefix/v1.0/p1/ack?x=1&y=',
    ]);
  });

  test.for([`it's "quoted" $HOME \`id\` \\ !`, 'two\nlines\t\u0007\u001b[31m \u009b \u202e ü 🦊', `$'x' \\n 'y'\n`])(
    'hands %j to curl as it is, and shows no control character',
    (data) => {
      const line = curlOf(exchange({ method: 'POST', body: { encoding: 'utf8', data } }), { endpoint });
      // oxlint-disable-next-line no-control-regex -- control characters are what this is about
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
      expect(utf8(argumentsOf(line, { LC_ALL: 'C.UTF-8' })[5])).toBe(data);
    },
  );

  test('hands over bytes that are no text', () => {
    const bytes = Buffer.from([0xff, 0x80, 0x27, 0x0a, 0x41]);
    const body = { encoding: 'base64' as const, data: bytes.toString('base64') };
    const line = curlOf(exchange({ method: 'POST', body }), { endpoint });
    expect(Buffer.from(argumentsOf(line)[5] ?? '', 'latin1')).toEqual(bytes);
  });

  test('takes secrets from variables', () => {
    const headers: [string, string][] = [
      ['x-auth-token', '[given]'],
      ['Authorization', '[other]'],
    ];
    const line = curlOf(exchange({ headers }), { endpoint, insecure: true });
    expect(argumentsOf(line, { DMS_TOKEN: 'to ken', OTHER_AUTHORIZATION: 'no' }).slice(0, -1)).toEqual([
      '-sS',
      '-i',
      '-k',
      '-H',
      'x-auth-token: to ken',
      '-H',
      'Authorization: no',
    ]);
  });
});
