import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import configuration from '../../schemas/configuration.schema.json' with { type: 'json' };
import { VARIABLES } from '../../src/campaign/variables.ts';
import { schemas } from '../../src/history/schemas.ts';
import { command } from '../support/command.ts';
import { ownDirectory } from '../support/directory.ts';

const NAMES = Object.keys(configuration.properties).filter((name) => name !== '$schema');

/** The members of that file that are comments, set. */
function uncommented(text: string, names: readonly string[]): string {
  return names.reduce((rest, name) => rest.replace(new RegExp(`^#(?=${name}: )`, 'm'), ''), text);
}

describe('init', { timeout: 60_000 }, () => {
  test('writes YAML in which every member is a comment that fits the schema, and which sets nothing', async () => {
    await using directory = await ownDirectory();
    const cwd = directory.path;
    const { exitCode, out } = await command(['init'], { cwd });
    expect(out).toMatch(/^dms-conformance.config.yaml is written/);
    expect(exitCode).toBe(0);
    expect(await readdir(cwd)).toEqual(['dms-conformance.config.yaml']);
    const text = await readFile(join(cwd, 'dms-conformance.config.yaml'), 'utf8');
    expect(parse(text)).toBeNull();
    const set: unknown = parse(uncommented(text, NAMES));
    expect(Object.keys(set as object)).toEqual(NAMES);
    expect(schemas.configuration.check(set) ? '' : schemas.configuration.problems()).toBe('');
    // Descriptions are those of the schema, and nowhere else.
    const comments = text.replaceAll('\n# ', ' ');
    for (const [name, member] of Object.entries(configuration.properties)) {
      if (!('description' in member)) continue;
      expect(comments).toContain(member.description);
      expect(comments).toContain(`Also ${VARIABLES[name as keyof typeof VARIABLES]}.`);
    }
    expect(
      Math.max(
        ...text
          .split('\n')
          .slice(1)
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(100);
  });

  test.for(['yaml', 'json'] as const)('names the schema for editors in %s', async (format) => {
    await using directory = await ownDirectory();
    const cwd = directory.path;
    expect((await command(['init', '--format', format], { cwd })).exitCode).toBe(0);
    const text = await readFile(join(cwd, `dms-conformance.config.${format}`), 'utf8');
    const named =
      /^# yaml-language-server: \$schema=(\S+)$/m.exec(text)?.[1] ?? (parse(text) as { $schema: string }).$schema;
    const schema: unknown = JSON.parse(await readFile(resolve(cwd, named), 'utf8'));
    expect(schema).toEqual(configuration);
  });

  test.for(['yaml', 'yml', 'json'])('leaves a file alone that is there already, here in %s', async (extension) => {
    await using directory = await ownDirectory();
    const cwd = directory.path;
    await writeFile(join(cwd, `dms-conformance.config.${extension}`), 'mine');
    for (const format of ['yaml', 'json']) {
      const { exitCode, err } = await command(['init', '--format', format], { cwd });
      expect(err).toMatch(/There is a configuration file already/);
      expect(exitCode).toBe(2);
    }
    expect(await readdir(cwd)).toEqual([`dms-conformance.config.${extension}`]);
    expect(await readFile(join(cwd, `dms-conformance.config.${extension}`), 'utf8')).toBe('mine');
  });

  test.for(['yaml', 'json'] as const)('writes %s that run reads', async (format) => {
    await using directory = await ownDirectory();
    const cwd = directory.path;
    await command(['init', '--format', format], { cwd });
    const path = join(cwd, `dms-conformance.config.${format}`);
    const text = await readFile(path, 'utf8');
    const own = { only: 'http/error-body', seed: 11, out: 'sub/run', programs: 0 };
    await writeFile(
      path,
      format === 'json'
        ? JSON.stringify({ ...(JSON.parse(text) as object), ...own })
        : uncommented(text, ['project', 'profile', 'only', 'seed', 'programs', 'out', 'strict', 'insecure'])
            .replace(/^only: .*$/m, `only: ${own.only}`)
            .replace(/^seed: .*$/m, `seed: ${own.seed}`)
            .replace(/^out: .*$/m, `out: ${own.out}`),
    );
    await mkdir(dirname(join(cwd, own.out)), { recursive: true });
    const { exitCode, out, err } = await command(['run', '--quiet'], { cwd });
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).toMatch(/CONFORMANT/);
    const verdict: unknown = JSON.parse(await readFile(join(cwd, own.out, 'verdict.json'), 'utf8'));
    expect(verdict).toMatchObject({ seed: 11, profile: 'gate', strict: false, filtered: true });
  });

  test('two configuration files are one too many for run', async () => {
    await using directory = await ownDirectory();
    const cwd = directory.path;
    await writeFile(join(cwd, 'dms-conformance.config.yaml'), 'seed: 1');
    await writeFile(join(cwd, 'dms-conformance.config.json'), '{"seed": 1}');
    const { exitCode, err } = await command(['run'], { cwd });
    expect(err).toMatch(/several configuration files here: dms-conformance.config.yaml, dms-conformance.config.json/);
    expect(exitCode).toBe(2);
  });
});
