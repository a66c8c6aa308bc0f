import { describe, expect, test } from 'vitest';
import { schemas } from '../../src/history/schemas.ts';
import { header } from '../support/history.ts';

test('nothing is wrong with what fits', () => {
  expect(schemas.configuration.check({})).toBe(true);
  expect(schemas.configuration.problems()).toBe('No errors');
});

describe('an error body (J2)', () => {
  test.for([
    { code: 'DMS.10240401', message: 'not there' },
    { code: 10240401, message: 'not there' },
    { error_code: 'DMS.10240401', error_msg: 'not there', request_id: 'r', more: {} },
    { error_code: 10240401, message: '' },
  ])('%j is one', (body) => {
    expect(schemas.errorBody.check(body)).toBe(true);
    expect(schemas.errorBody.problems()).toBe('No errors');
  });

  test.for([
    {},
    { code: 'DMS.10240401' },
    { message: 'not there' },
    { code: 'x', error_msg: 7 },
    { code: null, message: 'x' },
    [],
    null,
    'x',
    undefined,
  ])('%j is none', (body) => {
    expect(schemas.errorBody.check(body)).toBe(false);
  });
});

describe('what is wrong', () => {
  test('is said with its place, one thing after the other', () => {
    expect(schemas.errorBody.check({ code: 'x', message: 7 })).toBe(false);
    expect(schemas.errorBody.problems()).toBe(
      "/message must be string;  must have required property 'error_msg';  must match a schema in anyOf",
    );
    expect(schemas.errorBody.check({ message: 'x' })).toBe(false);
    expect(schemas.errorBody.problems()).toBe(
      " must have required property 'code';  must have required property 'error_code';  must match a schema in anyOf",
    );
  });

  test('is what was wrong with the last value, and with no other schema', () => {
    expect(schemas.errorBody.check({})).toBe(false);
    expect(schemas.evidence.check(header())).toBe(true);
    expect(schemas.evidence.problems()).toBe('No errors');
    expect(schemas.errorBody.problems()).not.toBe('No errors');
    expect(schemas.errorBody.check({ code: 1, message: 'x' })).toBe(true);
    expect(schemas.errorBody.problems()).toBe('No errors');
  });
});

test('a number too large for a double is none: rules would reckon with infinity', () => {
  expect(schemas.evidence.check({ ...header(), seed: JSON.parse('1e999') as number })).toBe(false);
  expect(schemas.evidence.check({ ...header(), longestWait: JSON.parse('1e999') as number })).toBe(false);
});
