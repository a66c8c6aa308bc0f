import { describe, expect, test } from 'vitest';
import { authenticates, carried, secretsIn, type Credentials } from '../../src/endpoint/credentials.ts';
import { redactor } from '../../src/endpoint/secrets.ts';
import type { Signable } from '../../src/endpoint/signing.ts';
import { refusalOf } from '../support/verifier.ts';

const NOW = new Date('2026-11-25T01:02:03Z');
const KEYS = { accessKey: 'AK', secretKey: 'SK' };
const REQUEST: Signable = { method: 'GET', path: '/v1.0/p1', query: '', headers: { host: 'dms.example' }, body: '' };
const HEADERS: NonNullable<Credentials['headers']> = {
  Authorization: 'Bearer abc',
  Cookie: 'a=1; b=2',
  'X-Api-Key': 'k',
  'X-Tenant': 't',
};

describe('what a request carries', () => {
  test('are our own credentials and all other headers, of which records only know the names', () => {
    const { headers, recorded } = carried({ token: 'T', headers: HEADERS }, 'given', REQUEST, NOW);
    expect(headers).toEqual({ 'x-auth-token': 'T', ...HEADERS });
    expect(recorded).toEqual([
      ['x-auth-token', '[given]'],
      ['Authorization', '[given]'],
      ['Cookie', '[given]'],
      ['X-Api-Key', '[given]'],
      ['X-Tenant', '[redacted]'],
    ]);
  });

  test('are, of somebody else, other values of the same form, and headers that are no credentials', () => {
    const { headers, recorded } = carried({ token: 'T', headers: HEADERS }, 'wrong', REQUEST, NOW);
    expect(headers).toEqual({
      'x-auth-token': 'not-the-token',
      Authorization: 'Bearer not-the-token',
      Cookie: 'a=not-the-value; b=not-the-value',
      'X-Api-Key': 'not-the-token',
      'X-Tenant': 't',
    });
    expect(recorded.map(([, value]) => value)).toEqual(['[other]', '[other]', '[other]', '[other]', '[redacted]']);
    const basic = carried({ headers: { authorization: 'Basic eDp5' } }, 'wrong', REQUEST, NOW).headers['authorization'];
    expect(Buffer.from(basic?.slice(6) ?? '', 'base64').toString()).toBe('nobody:not-the-password');
  });

  test('is, of nobody, what is no credential', () => {
    expect(carried({ token: 'T', headers: HEADERS }, 'none', REQUEST, NOW)).toEqual({
      headers: { 'X-Tenant': 't' },
      recorded: [['X-Tenant', '[redacted]']],
    });
    expect(carried({ signing: KEYS }, 'none', REQUEST, NOW)).toEqual({ headers: {}, recorded: [] });
  });

  test.for([
    ['given', undefined, '[given]'],
    ['wrong', 'the signature is wrong', '[other]'],
  ] as const)('is, signed and %s, let in or not: %s', ([whose, refusal, mark]) => {
    const { headers, recorded } = carried({ signing: KEYS, headers: { 'X-Tenant': 't' } }, whose, REQUEST, NOW);
    const asked = { method: 'GET', url: '/v1.0/p1', body: Buffer.alloc(0) };
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    expect(refusalOf({ ...asked, headers: { ...lower, host: 'dms.example' } }, KEYS, NOW)).toBe(refusal);
    expect(headers['authorization']).toMatch(/SignedHeaders=host;x-sdk-date;x-tenant, /);
    expect(recorded).toContainEqual(['authorization', mark]);
    expect(recorded).toContainEqual(['x-sdk-date', '20261125T010203Z']);
  });
});

test.for([
  [{}, false],
  [{ headers: { 'X-Tenant': 't' } }, false],
  [{ passphrase: 'p', proxies: { http: 'http://a:b@c' } }, false],
  [{ token: 'T' }, true],
  [{ signing: KEYS }, true],
  [{ headers: { cookie: 'a=1' } }, true],
] as const)('%j lets in whom the endpoint could tell from others: %s', ([credentials, expected]) => {
  expect(authenticates(credentials)).toBe(expected);
});

describe('what is secret', () => {
  test('are credentials and what is within them, keys, passphrases and passwords of proxies', () => {
    expect(
      new Set(
        secretsIn({
          token: 'T',
          signing: KEYS,
          passphrase: 'P',
          headers: { Authorization: 'Basic eDp5', Cookie: 'a=12345678; b=2', 'X-Session': 's' },
          proxies: { http: 'http://u:p%20w@proxy' },
        }),
      ),
    ).toEqual(
      new Set([
        'T',
        'AK',
        'SK',
        'P',
        'Basic eDp5',
        'eDp5',
        'x:y',
        'y',
        'a=12345678; b=2',
        '12345678',
        's',
        'p%20w',
        'p w',
        'u:p w',
        Buffer.from('u:p w').toString('base64'),
      ]),
    );
  });

  test.for([
    // To mask these would falsify what an endpoint answers.
    ['Accept', 'application/json', false],
    ['X-Client', 'dms-conformance', false],
    ['X-Version', '12', false],
    ['X-Project-Id', 'project-0123456', false],
    ['X-Tenant', 'tenant-0123456', true],
  ] as const)('%s: %s is one: %s', ([name, value, expected]) => {
    expect(secretsIn({ headers: { [name]: value } }, ['project-0123456', undefined])).toEqual(expected ? [value] : []);
  });
});

describe('masking', () => {
  const secret = 's3cr3t-"x"/+ü';
  const bytes = Buffer.from(secret);
  test.for([
    ['base64', bytes.toString('base64')],
    ['base64 for URLs', bytes.toString('base64url')],
    ['base64 behind one byte', Buffer.from(`x${secret}yy`).toString('base64')],
    ['base64 behind two bytes', Buffer.from(`xx${secret}y`).toString('base64')],
    ['hexadecimal', bytes.toString('hex')],
    ['capital hexadecimal', bytes.toString('hex').toUpperCase()],
    ['a form', new URLSearchParams({ a: `${secret} (1)` }).toString()],
  ] as const)('finds it in %s', ([, text]) => {
    const masked = redactor([secret, `${secret} (1)`]).text(`before ${text} after`);
    expect(masked).toMatch(/^before .*\[redacted\].* after$/);
    // Less than a byte of it is left at either end.
    expect(masked.length).toBeLessThan('before [redacted] after'.length + 8);
  });
});
