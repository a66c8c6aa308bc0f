import { expect, test } from 'vitest';
import { makeTag, tagsIn } from '../../src/history/tags.ts';

test('a tag says the run, the scenario and the number', () => {
  expect(makeTag('k3x', '0f', 12)).toBe('dmsc-k3x-0f-12');
});

test.for([
  ['a string', 'dmsc-k3x-0f-12'],
  ['a string with something around it', '<<dmsc-k3x-0f-12>>'],
  ['a member', { a: [{ b: 'dmsc-k3x-0f-12' }] }],
  ['the name of a member', { 'dmsc-k3x-0f-12': null }],
  ['a string that is JSON', '{"t":"dmsc-k3x-0f-12"}'],
  ['a JSON string that is JSON', JSON.stringify('\n\t"dmsc-k3x-0f-12"\\')],
] as const)('a tag is found in %s', ([, body]) => {
  expect(tagsIn(body)).toEqual(['dmsc-k3x-0f-12']);
});

test('all of them are found, in their order, once each', () => {
  const [one, two, twelve] = [makeTag('k3x', '0f', 1), makeTag('k3x', '0f', 2), makeTag('k3x', '0f', 12)];
  expect(tagsIn([two, one, `${twelve} ${two}`])).toEqual([two, one, twelve]);
});

test.for([
  undefined,
  null,
  7,
  true,
  '',
  {},
  [],
  'dmsc-',
  'dmsc-k-s-',
  'dmsc--s-1',
  'dmsc-k--1',
  'dmsc-K-s-1',
  'dms-k-s-1',
])('there is none in %j', (body) => {
  expect(tagsIn(body)).toEqual([]);
});

test('nor is there one in what is nested too deep to be written again', () => {
  let body: unknown = 'dmsc-k3x-0f-12';
  for (let depth = 0; depth < 100_000; depth += 1) body = [body];
  expect(tagsIn(body)).toEqual([]);
});
