/** The commands of the guides are run, as they stand there. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { BIN } from './support/command.ts';
import { ownDirectory } from './support/directory.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs of all that there is would take minutes: a setting of the environment narrows them, where the command does not. */
const narrow = (only: string): Readonly<Record<string, string>> => ({ DMS_ONLY: only, DMS_PROGRAMS: '0' });

/** For guides that go by the wall clock: these wait for nothing. */
const INSTANT = narrow('redelivery/*/after-fail');

interface Told {
  readonly exitCode: number;
  readonly out: string;
}

/** The commands of a guide, in its order. */
async function commandsOf(guide: string): Promise<string> {
  const text = await readFile(join(root, 'docs', guide), 'utf8');
  return [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = '']) => block).join('\n');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Runs commands with bash in a directory, until the first that fails; whoever is in the background has to be there first. */
async function tell(commands: string, directory: string, env: Readonly<Record<string, string>>): Promise<Told> {
  const bin = join(directory, '.bin');
  await mkdir(bin);
  await writeFile(join(bin, 'npx'), `#!/usr/bin/env bash\nshift\nexec ${process.execPath} ${BIN} "$@"\n`);
  await chmod(join(bin, 'npx'), 0o755);
  const ports = new Map<string, number>();
  for (const [port] of commands.matchAll(/\b80\d\d\b/g)) if (!ports.has(port)) ports.set(port, await freePort());
  const served = commands
    .replace(/\b80\d\d\b/g, (port) => `${ports.get(port)}`)
    .replace(
      /^(.*--port (\d+).*)&$/gm,
      `$1>/dev/null &\nuntil (: </dev/tcp/127.0.0.1/$2) 2>/dev/null; do sleep 0.1; done`,
    );
  const script = `set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n${served}`;
  return await new Promise((resolve) => {
    const environment = { ...env, PATH: [bin, process.env.PATH].join(delimiter) };
    execFile('bash', ['-c', script], { cwd: directory, env: environment }, (error, stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code ?? -1), out: stdout + stderr }),
    );
  });
}

describe.concurrent('the commands of a guide can be carried out', { timeout: 120_000 }, () => {
  test('gate my CI', async () => {
    await using directory = await ownDirectory();
    const { exitCode, out } = await tell(await commandsOf('gate-my-ci.md'), directory.path, INSTANT);
    expect(out).toMatch(/✓ acknowledge[^]*CONFORMANT[^]*CONFORMANT/);
    expect({ exitCode, out }).toMatchObject({ exitCode: 0 });
    expect(await readdir(directory.path)).toEqual(
      expect.arrayContaining(['ci-report', 'dms-conformance.config.yaml', 'report']),
    );
  });

  test('certify my product, but for what only five minutes on the wall clock can show', async () => {
    await using directory = await ownDirectory();
    const commands = (await commandsOf('certify-my-product.md')).replace(
      /^(npx dms-conformance certify .*)$/gm,
      '$1 || echo "exit code $?"',
    );
    const { exitCode, out } = await tell(commands, directory.path, INSTANT);
    expect(out).toMatch(
      /CONFORMANT[^]*refused: run\/evidence\.ndjson cannot be certified[^]*filtered: --only redelivery\/\*\/after-fail [^]*programs: 0 were generated[^]*exit code 1/,
    );
    // Nothing was packed, so there is nothing to verify or to list.
    expect(out.match(/cannot be read \(ENOENT\)|exit code 2/g)?.length).toBeGreaterThanOrEqual(3);
    expect({ exitCode, out }).toMatchObject({ exitCode: 0 });
  });

  test('develop an emulator', async () => {
    await using directory = await ownDirectory();
    const { exitCode, out } = await tell(
      await commandsOf('develop-an-emulator.md'),
      directory.path,
      narrow('order/NORMAL/*'),
    );
    expect(out).toMatch(
      /CONFORMANT[^]*ack\.order\.gap[^]*CONFORMANT[^]*NONCONFORMANT[^]*exit code 1[^]*CONFORMANT, BUT FOR [^]*leases\/half/,
    );
    expect({ exitCode, out }).toMatchObject({ exitCode: 0 });
  });

  test('read a verdict', async () => {
    await using directory = await ownDirectory();
    const { exitCode, out } = await tell(await commandsOf('read-a-verdict.md'), directory.path, {});
    expect(out).toMatch(/NONCONFORMANT[^]*exit code 1[^]*Ruling D1[^]*report\.html[^]*NONCONFORMANT/);
    expect({ exitCode, out }).toMatchObject({ exitCode: 0 });
  });
});
