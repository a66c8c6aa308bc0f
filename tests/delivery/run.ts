/**
 * npm run delivery: builds and packs the package, installs it as a stranger would, and runs it from there: on the oldest Node that it
 * supports and on the newest, by somebody who may not write into it, beside a vitest configuration of the stranger's own.
 * Needs the package registry. Exits with 1 if anything is not as it should be; with --timed also if a run takes too long,
 * which says something on a quiet machine only.
 */
import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const NODES = ['22.19.0', '24.21.0'] as const;
const MOST_BYTES = 1_000_000;
const MOST_SECONDS = 10;
/** Who owns nothing, where this runs as root, whom no permission binds. */
const NOBODY = process.getuid?.() === 0 ? 65534 : undefined;

const timed = process.argv.includes('--timed');
const problems: string[] = [];
const directory = await mkdtemp(join(tmpdir(), 'dms-conformance-delivery-'));
try {
  const tarball = await pack();
  const project = await install(tarball);
  for (const version of NODES) await runOn(version, project);
} finally {
  await rm(directory, { recursive: true, force: true });
}
for (const problem of problems) console.error(`✗ ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;

function expect(holds: boolean, problem: string): void {
  if (!holds) problems.push(problem);
}

/** The tarball, and what is in it. */
async function pack(): Promise<string> {
  const { stdout } = await run('npm', [
    'pack',
    '--json',
    '--silent',
    '--ignore-scripts',
    '--pack-destination',
    directory,
  ]);
  const [packed] = Object.values(JSON.parse(stdout.slice(stdout.search(/^[[{]/m))) as Record<string, Packed>);
  if (packed === undefined) throw new Error(`npm pack said nothing of what it packed: ${stdout}`);
  const { filename, size, files } = packed;
  console.log(`${filename}: ${size} bytes, ${files.length} files`);
  expect(size < MOST_BYTES, `the tarball has ${size} bytes, more than ${MOST_BYTES}`);
  const strange = files.filter(
    ({ path, size }) => /(^|\/)(tests?|node_modules|hostile|coverage)\/|\.test\.|\.node$/.test(path) || size > 200_000,
  );
  expect(strange.length === 0, `the tarball holds ${strange.map(({ path }) => path).join(', ')}`);
  return join(directory, filename);
}

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** An empty project with the package in it, which nobody can write to any more. */
async function install(tarball: string): Promise<string> {
  const project = join(directory, 'project');
  await mkdir(project);
  await run('npm', ['init', '-y'], { cwd: project });
  // A stranger's own, which has nothing to do with ours: whoever loads it fails.
  await writeFile(join(project, 'vitest.config.ts'), "throw new Error('this is the configuration of a stranger');\n");
  const start = performance.now();
  await run('npm', ['install', '--no-audit', '--no-fund', tarball], { cwd: project });
  const seconds = (performance.now() - start) / 1000;
  const installed = (await readdir(join(project, 'node_modules'))).length;
  console.log(`installed within ${seconds.toFixed(1)} s: ${installed} entries in node_modules`);
  await run('chmod', ['-R', 'a-w', join(project, 'node_modules')]);
  await chmod(directory, 0o755);
  return project;
}

/** The self-test with that version of Node. */
async function runOn(version: string, project: string): Promise<void> {
  const home = join(directory, version);
  await mkdir(home);
  await writeFile(join(home, 'package.json'), JSON.stringify({ private: true, allowScripts: { node: true } }));
  await run('npm', ['install', '--no-audit', '--no-fund', `node@${version}`], { cwd: home });
  const reports = join(home, 'reports');
  await mkdir(reports);
  if (NOBODY !== undefined) {
    await chown(home, NOBODY, NOBODY);
    await chown(reports, NOBODY, NOBODY);
  }
  const start = performance.now();
  const { stdout, stderr } = await run('npx', ['dms-conformance', 'run', '--out', join(reports, 'run')], {
    cwd: project,
    env: { PATH: [join(home, 'node_modules', '.bin'), process.env.PATH].join(delimiter), HOME: home },
    ...(NOBODY === undefined ? {} : { uid: NOBODY, gid: NOBODY }),
  }).catch((error: unknown) => error as { readonly stdout: string; readonly stderr: string });
  const seconds = (performance.now() - start) / 1000;
  const [, said = 'no verdict'] = /^((?:CONFORMANT|INCOMPLETE|NONCONFORMANT).*)$/m.exec(stdout) ?? [];
  console.log(`Node ${version}: ${said}; the whole command within ${seconds.toFixed(1)} s`);
  expect(/^exit code 0: conformant$/m.test(stdout), `under Node ${version} it says:\n${stdout}${stderr}`);
  expect(
    !timed || seconds < MOST_SECONDS,
    `under Node ${version} it takes ${seconds.toFixed(1)} s, more than ${MOST_SECONDS}`,
  );
  const evidence = await stat(join(reports, 'run', 'evidence.ndjson')).catch(() => undefined);
  expect((evidence?.size ?? 0) > 1_000_000, `under Node ${version} it leaves no evidence`);
}
