import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { register } from '../../specs/register.ts';
import type { Verdict } from '../../schemas/types.ts';
import { junit } from '../../src/report/junit.ts';
import { clauseVerdict, HOSTILE, hostileFinding, verdict } from '../support/verdict.ts';
import { elementsOf } from '../support/xml.ts';

const schema = await readFile(new URL('../../fixtures/junit.xsd', import.meta.url), 'utf8');

/** What a validator has against it. */
async function problemsOf(xml: string): Promise<readonly string[]> {
  const { errors } = await validateXML({ xml: { fileName: 'junit.xml', contents: xml }, schema });
  return errors.map(({ message }) => message);
}

const passed = [clauseVerdict({ id: 'redelivery.by-default' })];
const VERDICTS: Readonly<Record<string, Verdict>> = {
  nonconformant: verdict(),
  conformant: verdict({ clauses: passed, verdict: 'conformant', exitCode: 0, reasons: [] }),
  incomplete: verdict({ verdict: 'incomplete', exitCode: 3 }),
  strict: verdict({ strict: true }),
  insecure: verdict({ insecure: true }),
  'without clauses': verdict({ clauses: [], verdict: 'incomplete', exitCode: 3, seconds: 0 }),
  hostile: verdict({
    endpoint: HOSTILE,
    seconds: 1e-7,
    reasons: Array.from({ length: 50 }, () => HOSTILE.repeat(200)),
    clauses: [
      clauseVerdict({
        id: 'redelivery.by-default',
        verdict: 'fail',
        omitted: 7,
        findings: Array.from({ length: 100 }, (_, index) => ({
          ...hostileFinding(index + 1),
          observed: HOSTILE.repeat(2_000),
        })),
      }),
    ],
  }),
};

describe('the JUnit file', () => {
  test.for(Object.entries(VERDICTS))('of a run that is %s is valid', async ([, of]) => {
    expect(await problemsOf(junit(of, register))).toEqual([]);
  });

  test.for([
    ['time="31.250"', 'time="3e1"'],
    [' timestamp="2026-11-21T00:00:00"', ' timestamp="2026-11-21T00:00:00.000Z"'],
    [' hostname="localhost"', ''],
    ['<testsuite id="1"', '<testsuite id="0"'],
    ['<failure type="failed"', '<failure'],
    [' tests="8"', ' tests="8" skipped="2"'],
    ['    <system-out/>\n', ''],
  ] as const)('would not be with %j as %j', async ([right, wrong]) => {
    const xml = junit(verdict(), register);
    expect(xml).toContain(right);
    expect(await problemsOf(xml.replace(right, wrong))).not.toEqual([]);
  });

  test('has a case per clause and one for the run, in suites whose numbers are theirs', () => {
    const xml = junit(verdict(), register);
    const { property, ...counts } = Object.fromEntries(elementsOf(xml));
    expect(property).toBe(5 * 6);
    expect(counts).toEqual({
      testsuites: 1,
      testsuite: 5,
      properties: 5,
      testcase: 8,
      failure: 2,
      error: 1,
      skipped: 2,
      'system-out': 2 + 5,
      'system-err': 5,
    });
    expect(xml).toMatch(/<testsuites name="dms-conformance" tests="8" failures="2" errors="1" time="31\.250">/);
    expect(xml).toMatch(/<testsuite id="1" name="redelivery" .* tests="4" failures="1" errors="0" skipped="1">/);
  });

  test('is red where the exit code is not 0, also if no clause is', () => {
    const incomplete = junit(verdict({ clauses: passed, verdict: 'incomplete', exitCode: 3 }), register);
    expect(incomplete).toMatch(/<testsuites name="dms-conformance" tests="2" failures="0" errors="1"/);
    expect(junit(VERDICTS.conformant!, register)).toMatch(/tests="2" failures="0" errors="0"/);
  });

  test('counts a MUST that was not exercised as an error: a skip would read as green', () => {
    const xml = junit(verdict(), register);
    expect(xml).toMatch(/name="ack\.order\.failure-stops"[^>]*>\s*<error type="not-exercised" /);
    expect(xml).toMatch(/name="redelivery\.fresh-handler"[^>]*>\s*<skipped type="not-exercised" /);
  });

  test('is bounded, and says what it leaves out', () => {
    const xml = junit(VERDICTS.hostile!, register);
    expect(xml.length).toBeLessThan(200_000);
    expect(xml.match(/^observed /gm)).toHaveLength(20);
    expect(xml).toContain('+87 findings');
    expect(xml).toMatch(/more characters\)/);
  });
});
