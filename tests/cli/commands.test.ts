import { describe, expect, test } from 'vitest';
import { register } from '../../specs/register.ts';
import { version } from '../../src/package.ts';
import { start } from '../support/command.ts';
import { speak } from '../support/terminal.ts';

describe('help and version', () => {
  test('teach with examples and exit codes', async () => {
    const { exitCode, out } = await speak('--help');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/Examples:[^]*dms-conformance run --endpoint[^]*Exit codes:[^]*70 {2}the suite itself failed/);
  });

  test('the version is that of the package', async () => {
    expect(await speak('--version')).toEqual({ exitCode: 0, out: `${version}\n`, err: '' });
  });
});

describe('a command line that is wrong', () => {
  test.for([
    [[], /Usage:/],
    [['rnu'], /unknown command 'rnu'[^]*Did you mean run\?/],
    [['run', '--endpont', 'x'], /unknown option '--endpont'[^]*Did you mean --endpoint\?/],
    [['run', 'http://127.0.0.1:8080'], /too many arguments/],
    [['run', '--seed', 'x'], /--seed: expected a whole number/],
    [['run', '--only', 'redelivery.fresh-handlr'], /selects no scenario[^]*Did you mean redelivery.fresh-handler\?/],
    [['list', 'redelivry'], /No clause matches redelivry. Did you mean redelivery\?/],
    [['list', '--level', 'must'], /Allowed choices are MUST, SHOULD, INFO/],
    [['explain'], /missing required argument 'clause'/],
    [['explain', 'redelivery.not-before-ackwait'], /no clause[^]*redelivery.not-before-ack-wait/],
    [['judge', '/nowhere/at/all'], /cannot be read \(ENOENT\)/],
    [['judge', 'package.json'], /is no evidence: line 1/],
    [['emulate', '--port', '65536'], /--port: expected a whole number from 0 to 65535/],
    [['emulate', '--token', 'a', '--token-file', 'b'], /both given/],
    [['emulate', '--deviant', 'leases/hlf'], /there is no leases\/hlf. Did you mean leases\/half\?[^]*list --deviants/],
    [['list', '--deviants', 'no-such-class'], /No deviant/],
  ] as const)('%o exits with 2 and says what to do', async ([argv, message]) => {
    const { exitCode, out, err } = await speak(...argv);
    expect(err + out).toMatch(message);
    expect(exitCode).toBe(2);
    expect(err).not.toMatch(/^ +at /m);
  });

  test('a token behind a misspelt option is not repeated', async () => {
    const { exitCode, err } = await speak('run', '--tokne=pa55word');
    expect(exitCode).toBe(2);
    expect(err).not.toMatch(/pa55word/);
  });
});

describe('list', () => {
  test('prints every clause of the register, in columns', async () => {
    const { exitCode, out } = await speak('list');
    expect(exitCode).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual([...register.clauses.keys()]);
    expect(new Set(lines.map((line) => / (?:MUST|SHOULD|INFO) /.exec(line)?.index)).size).toBe(1);
  });

  test('narrows by pattern, level and profile', async () => {
    const { out } = await speak('list', 'redelivery', '--level', 'MUST', '--profile', 'gate');
    const clauses = out
      .trimEnd()
      .split('\n')
      .map((line) => register.clauses.get(line.split(' ')[0] ?? ''));
    expect(clauses.length).toBeGreaterThan(3);
    for (const clause of clauses) {
      expect(clause).toMatchObject({ level: 'MUST', id: expect.stringMatching(/^redelivery\./) });
      expect(['none', 'gate']).toContain(clause?.waits);
    }
  });

  test('prints scenarios, also by the clause that they provoke', async () => {
    const { exitCode, out } = await speak('list', 'ack.in-time.valid', '--scenarios');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^redelivery\/acknowledged-in-time +gate +28 s /m);
    expect(out).toMatch(/^redelivery\/long\/31\/acknowledged +certify +29\.4 s /m);
  });
});

describe('deviants', () => {
  test('are listed with the clauses that have to redden, by name and by clause', async () => {
    const { out } = await speak('list', '--deviants', 'leases');
    expect(out).toMatch(/^leases\/half +redelivery.not-before-ack-wait, redelivery.not-before-default +Leases end/m);
    const byClause = await speak('list', '--deviants', 'redelivery.long-lease');
    expect(byClause.out).toMatch(/^leases\/capped-at-60 +redelivery.long-lease +Leases last 60 s at most.$/m);
  });

  test('are served, and say what they break', async () => {
    const served = start(['emulate', '--deviant', 'response/empty-null']);
    const said = await served.says(/^emulator +http:\S+$/m);
    expect(said).toMatch(/^deviant +response\/empty-null: An empty answer is null.\nbreaks +consume.empty.array\n/);
    served.process.kill('SIGINT');
    expect((await served.ended).exitCode).toBe(0);
  });
});

describe('explain', () => {
  test('prints words, place, ruling with its reason, and scenarios', async () => {
    const { exitCode, out } = await speak('explain', 'redelivery.not-before-ack-wait');
    expect(exitCode).toBe(0);
    expect(out).toContain(register.clauses.get('redelivery.not-before-ack-wait')?.text);
    expect(out).toMatch(/MUST: an endpoint that breaks it is nonconformant/);
    expect(out).toMatch(/Stands in acknowledge document, Function/);
    expect(out).toMatch(/Ruling D1: .+\n +read as .+\n +because .+/);
    expect(out).toMatch(/redelivery\/NORMAL\/ack-wait-15 +gate +15 s +Dead letters that nobody acknowledges/);
  });

  test('can say something about every clause', async () => {
    for (const id of register.clauses.keys())
      expect(await speak('explain', id)).toMatchObject({ exitCode: 0, err: '' });
  });
});
