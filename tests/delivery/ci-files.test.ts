import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { BIN } from '../support/command.ts';
import { ownDirectory } from '../support/directory.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Waits for nothing on any endpoint. */
const INSTANT = 'redelivery/NORMAL/after-fail';

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean }>>;
  readonly runs: { readonly using: string; readonly steps: readonly [Step, Step] };
}

interface Step {
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
}

interface GitLab {
  readonly '.dms-conformance': {
    readonly variables: Readonly<Record<string, string>>;
    readonly script: readonly string[];
    readonly artifacts: { readonly reports: { readonly junit: string } };
  };
}

async function yaml(path: string): Promise<unknown> {
  return parse(await readFile(join(root, path), 'utf8')) as unknown;
}

interface Ran {
  readonly exitCode: number;
  readonly said: string;
  readonly output: string;
  /** What was left, by name. */
  readonly report: readonly string[];
  /** Words that npx was given. */
  readonly words: readonly string[];
}

/** Runs a script of a CI file with bash; `npx` is one that runs this suite and takes down what it was asked for. */
async function inBash(script: string, env: Readonly<Record<string, string>>, out: string): Promise<Ran> {
  await using directory = await ownDirectory();
  const bin = join(directory.path, 'bin');
  await mkdir(bin);
  const asked = join(directory.path, 'asked');
  const npx = `#!/usr/bin/env bash\nprintf '%s\\n' "$@" >${asked}\nshift 4\nexec ${process.execPath} ${BIN} "$@"\n`;
  await writeFile(join(bin, 'npx'), npx);
  await chmod(join(bin, 'npx'), 0o755);
  const output = join(directory.path, 'output');
  await writeFile(output, '');
  const ran = await new Promise<{ exitCode: number; said: string }>((resolve) => {
    const environment = { ...env, PATH: [bin, process.env.PATH].join(delimiter), GITHUB_OUTPUT: output };
    execFile('bash', ['-e', '-c', script], { cwd: directory.path, env: environment }, (error, stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code), said: stdout + stderr }),
    );
  });
  return {
    ...ran,
    output: await readFile(output, 'utf8'),
    report: await readdir(join(directory.path, out)).catch(() => []),
    words: (await readFile(asked, 'utf8')).trimEnd().split('\n'),
  };
}

async function githubAction(given: Readonly<Record<string, string>>): Promise<Ran> {
  const { inputs, runs } = (await yaml('action.yml')) as Action;
  const valueOf = (name: string): string => given[name] ?? inputs[name]?.default ?? '';
  const [step] = runs.steps;
  expect(runs.using).toBe('composite');
  const env = Object.entries(step.env ?? {}).map(([name, value]) => [
    name,
    value.replace(/\$\{\{ inputs\.(\S+) \}\}/g, (_, input: string) => {
      expect(Object.keys(inputs)).toContain(input);
      return valueOf(input);
    }),
  ]);
  return await inBash(step.run ?? '', Object.fromEntries(env) as Record<string, string>, valueOf('out'));
}

test('the action runs the suite with what it is given, and hands on its exit code', { timeout: 60_000 }, async () => {
  const emulator = await startEmulator({ project: 'p1', token: 's3cret' });
  try {
    const ran = await githubAction({
      endpoint: emulator.url,
      project: 'p1',
      token: 's3cret',
      args: `--only\n${INSTANT}\n--programs\n0\n`,
      package: 'a.tgz',
    });
    expect(ran).toMatchObject({ exitCode: 0, output: 'exit-code=0\n' });
    expect(ran.words).toEqual([
      '--yes',
      '--package',
      'a.tgz',
      'dms-conformance',
      'run',
      '--only',
      INSTANT,
      '--programs',
      '0',
    ]);
    expect(ran.report).toContain('junit.xml');
    const wrong = await githubAction({ endpoint: emulator.url, project: 'p1', token: 'wrong', package: 'a.tgz' });
    expect(wrong).toMatchObject({ exitCode: 3, output: 'exit-code=3\n' });
  } finally {
    await emulator.close();
  }
});

test('without an endpoint the action is red, and no self-test', { timeout: 60_000 }, async () => {
  const ran = await githubAction({ endpoint: '', package: 'a.tgz' });
  expect(ran).toMatchObject({ exitCode: 2, output: 'exit-code=2\n', report: [] });
  expect(ran.said).toMatch(/DMS_ENDPOINT is empty/);
});

test('the GitLab job runs the suite, and leaves its JUnit file where it says', { timeout: 60_000 }, async () => {
  const { '.dms-conformance': job } = (await yaml('docs/ci/gitlab.yml')) as GitLab;
  const emulator = await startEmulator({ project: 'p1' });
  try {
    const env = {
      ...job.variables,
      DMS_ENDPOINT: emulator.url,
      DMS_PROJECT: 'p1',
      DMS_ONLY: INSTANT,
      DMS_PROGRAMS: '0',
    };
    const out = job.variables['DMS_OUT'] ?? '';
    const ran = await inBash(job.script.join('\n'), env, out);
    expect(ran.exitCode).toBe(0);
    expect(ran.report.map((name) => `${out}/${name}`)).toContain(job.artifacts.reports.junit);
  } finally {
    await emulator.close();
  }
});
