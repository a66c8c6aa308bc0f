import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Clause, ClauseRegister } from '../../schemas/types.ts';
import { joinChapters } from '../../src/history/register.ts';

function clause(id: string): Clause {
  return { id, level: 'MUST', text: `${id} holds`, places: [], rulings: [], waits: 'none' };
}

function chapter(name: string, first: string, ...more: readonly string[]): ClauseRegister {
  return { chapter: name, title: name, clauses: [clause(first), ...more.map(clause)] };
}

test('the clauses of all chapters, in their order, each with its chapter', () => {
  const chapters = [chapter('one', 'a', 'b'), chapter('two', 'c')];
  const register = joinChapters(chapters);
  expect(register.chapters).toEqual(chapters);
  expect([...register.clauses]).toEqual([
    ['a', { ...clause('a'), chapter: 'one' }],
    ['b', { ...clause('b'), chapter: 'one' }],
    ['c', { ...clause('c'), chapter: 'two' }],
  ]);
});

test('a clause that stands twice is refused, in one chapter or in two', () => {
  const error = new RangeError('clause a stands twice in the register');
  expect(() => joinChapters([chapter('one', 'a', 'b', 'a')])).toThrow(error);
  expect(() => joinChapters([chapter('one', 'a'), chapter('two', 'b', 'a')])).toThrow(error);
});

test('the digest is the SHA-256 of the chapters as JSON', () => {
  // That of [].
  expect(joinChapters([]).digest).toBe('sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945');
  const chapters = [chapter('one', 'a')];
  const expected = createHash('sha256').update(JSON.stringify(chapters)).digest('hex');
  expect(joinChapters(chapters).digest).toBe(`sha256:${expected}`);
});

test('the digest tells registers apart by any word of them', () => {
  const digests = [
    [chapter('one', 'a', 'b')],
    [chapter('one', 'b', 'a')],
    [chapter('one', 'a'), chapter('two', 'b')],
    [chapter('two', 'b'), chapter('one', 'a')],
    [{ ...chapter('one', 'a', 'b'), title: 'another one' }],
  ].map((chapters) => joinChapters(chapters).digest);
  expect(new Set(digests).size).toBe(digests.length);
});
