import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import fixture from '../../fixtures/signing/vectors.json' with { type: 'json' };
import { sign, type Signable } from '../../src/endpoint/signing.ts';
import { refusalOf } from '../support/verifier.ts';

const { accessKey, secretKey, date, vectors } = fixture;
const KEYS = { accessKey, secretKey };
const NOW = new Date(date);

/** What a server sees of a request that was signed. */
function asked(request: Signable, keys = KEYS): Parameters<typeof refusalOf>[0] {
  const { path, query, body, headers, method } = request;
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    method,
    url: query === '' ? path : `${path}?${query}`,
    headers: { ...Object.fromEntries(lower), ...sign(request, keys, NOW) },
    body: Buffer.from(body),
  };
}

describe('a signature', () => {
  test.for(vectors)(
    'is that of the published package for $name',
    ({ authorization, method, path, query, headers, body }) => {
      expect(sign({ method, path, query, headers: headers as Record<string, string>, body }, KEYS, NOW)).toEqual({
        'x-sdk-date': '20261125T010203Z',
        authorization,
      });
    },
  );

  test('is of the second, in UTC', () => {
    const { 'x-sdk-date': stamp } = sign(
      { method: 'GET', path: '/', query: '', headers: { host: 'a' }, body: '' },
      KEYS,
      new Date('2026-01-02T03:04:05.678+01:00'),
    );
    expect(stamp).toBe('20260102T020405Z');
  });
});

/** Any text of a request line: letters, marks, percent signs that encode something or nothing, bytes that are no UTF-8. */
const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }).map(encodeURIComponent),
  fc.constantFrom('%2F', '%2f', '%FF', '%', '%zz', '%7E', '~', '!', "'", '(', '*', ';', ':', '@', ',', '$', '.', '%2E'),
  fc.stringMatching(/^[A-Za-z0-9_-]{0,5}$/),
);
const segment = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));
const queryPart = fc.oneof(
  fc.tuple(segment, fc.oneof(segment, fc.constantFrom('', '+5', ' 1', 'a=b', '[]'))).map((pair) => pair.join('=')),
  segment,
  fc.constantFrom('', '=', '==', 'a=1', 'a=2', 'a=10'),
);
const request: fc.Arbitrary<Signable> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD'),
  path: fc.array(segment, { minLength: 1, maxLength: 6 }).map((segments) => `/${segments.join('/')}`),
  query: fc.array(queryPart, { maxLength: 5 }).map((parts) => parts.join('&')),
  headers: fc
    .dictionary(
      fc.constantFrom('Content-Type', 'X-Project-Id', 'x-auth-token', 'Accept'),
      fc.stringMatching(/^[ -~]{1,20}$/),
    )
    .map((headers) => ({ ...headers, host: 'dms.example' })),
  body: fc.oneof(
    fc.string(),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  ),
});

describe('whoever verifies as it is published', () => {
  test('accepts every request that we sign', () => {
    fc.assert(
      fc.property(request, (one) => {
        expect(refusalOf(asked(one), KEYS, NOW)).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });

  const one: Signable = {
    method: 'POST',
    path: '/v1.0/p1/queues',
    query: 'a=1&b=',
    headers: { host: 'dms.example', 'content-type': 'application/json' },
    body: '{}',
  };

  test.for([
    ['another method', { method: 'PUT' }],
    ['another path', { url: '/v1.0/p2/queues?a=1&b=' }],
    ['another query', { url: '/v1.0/p1/queues?a=1&b=2' }],
    ['another body', { body: Buffer.from('[]') }],
    ['another host', { headers: { host: 'elsewhere.example' } }],
    ['another content type', { headers: { 'content-type': 'text/plain' } }],
    ['another date', { headers: { 'x-sdk-date': '20261125T010204Z' } }],
  ] as const)('refuses %s than the signed one', ([, change]) => {
    const signed = asked(one);
    expect(refusalOf(signed, KEYS, NOW)).toBeUndefined();
    expect(
      refusalOf(
        { ...signed, ...change, headers: { ...signed.headers, ...('headers' in change ? change.headers : {}) } },
        KEYS,
        NOW,
      ),
    ).toBe('the signature is wrong');
  });

  test('refuses another secret key, and a date that is long past', () => {
    expect(refusalOf(asked(one, { ...KEYS, secretKey: 'another' }), KEYS, NOW)).toBe('the signature is wrong');
    expect(refusalOf(asked(one), KEYS, new Date(NOW.getTime() + 16 * 60_000))).toMatch(/date/);
  });
});
