import { describe, expect, test } from 'vitest';
import { register } from '../../specs/register.ts';
import { annotations } from '../../src/report/annotations.ts';
import { clauseVerdict, HOSTILE, hostileFinding, verdict } from '../support/verdict.ts';

/** The commands that a runner reads off a text: of each its kind, title and message, taken back out of their escapes. */
function commandsIn(text: string): { kind: string; title: string; message: string }[] {
  const plain = (escaped: string): string =>
    escaped
      .replaceAll('%3A', ':')
      .replaceAll('%2C', ',')
      .replaceAll('%0A', '\n')
      .replaceAll('%0D', '\r')
      .replaceAll('%25', '%');
  return text.split(/\r?\n|\r/).flatMap((line) => {
    const [, kind = '', title = '', message = ''] = /^\s*::([a-z-]+)(?: title=([^,:]*))?[^:]*::(.*)$/.exec(line) ?? [];
    return kind === '' ? [] : [{ kind, title: plain(title), message: plain(message) }];
  });
}

describe('annotations', () => {
  test('tell of the run, then of what failed, then of what was warned of', () => {
    const told = commandsIn(annotations(verdict(), register));
    expect(told.map(({ kind, title }) => `${kind} ${title}`)).toEqual([
      'error dms-conformance: nonconformant',
      'error MUST redelivery.by-default',
      'warning SHOULD redelivery.prompt',
    ]);
    expect(told[0]?.message).toMatch(
      /^http:\/\/127\.0\.0\.1:8080, profile gate\nnonconformant: .*\n1 clause is broken\n/,
    );
    expect(told[1]?.message).toMatch(
      /\nexpected a.*\nobserved a.*\nin redelivery\/default\/absent, exchanges 1, and 4 findings more$/,
    );
  });

  test('are a notice where the run is conformant', () => {
    const told = commandsIn(annotations(verdict({ verdict: 'conformant', exitCode: 0, clauses: [] }), register));
    expect(told.map(({ kind }) => kind)).toEqual(['notice']);
  });

  test('are no more than GitHub shows, and say how many are left out', () => {
    const ids = [...register.clauses.keys()].slice(0, 30);
    const clauses = ids.map((id, index) =>
      clauseVerdict({ id, verdict: index < 15 ? 'fail' : 'warn', findings: [hostileFinding(1)] }),
    );
    const told = commandsIn(annotations(verdict({ clauses }), register));
    expect(told.filter(({ kind }) => kind === 'error')).toHaveLength(10);
    expect(told.filter(({ kind }) => kind === 'warning')).toHaveLength(10);
    expect(told[0]?.message).toMatch(/6 clauses more failed: .*\n5 clauses more warned: /);
  });

  test('say what is waived', () => {
    const text = annotations(
      verdict({ verdict: 'conformant', exitCode: 0, waived: 1, reasons: [], clauses: [] }),
      register,
    );
    expect(text).toMatch(
      /^::warning title=dms-conformance%3A conformant%2C but for 1 waived clause::[^]*not certifiable/,
    );
  });

  test('hold no command of an endpoint, and what it wrote as it was', () => {
    const commands = '50% %0A::error::mine\r\n::set-output name=x::y ##[error]mine, a:b';
    const finding = {
      scenario: commands,
      expected: commands,
      observed: `::add-mask::x${commands}`,
      exchanges: [1],
      fingerprint: '0123456789abcdef',
    };
    const clauses = [clauseVerdict({ id: 'redelivery.by-default', verdict: 'fail', findings: [finding] })];
    const text = annotations(verdict({ clauses, endpoint: commands, reasons: [commands, HOSTILE] }), register);
    const told = commandsIn(text);
    expect(told.map(({ kind }) => kind)).toEqual(['error', 'error']);
    expect(text.trimEnd().split('\n')).toHaveLength(2);
    expect(text).not.toMatch(/##\[/);
    expect(told[1]?.message).toContain('expected 50% %0A::error::mine ::set-output name=x::y # #[error]mine, a:b\n');
  });
});
