import { writeFile } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import configuration from '../../schemas/configuration.schema.json' with { type: 'json' };
import { defaultFilesThere } from '../campaign/configuration-file.ts';
import { VARIABLES } from '../campaign/variables.ts';
import { systemCode, UsageError } from '../campaign/usage-error.ts';
import type { Terminal } from './terminal.ts';

const WIDTH = 100;

interface Member {
  readonly type: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Writes a configuration file in which nothing is set yet, into the working directory. */
export async function init({ format }: { readonly format: 'yaml' | 'json' }, terminal: Terminal): Promise<void> {
  const [there] = await defaultFilesThere();
  if (there !== undefined) {
    throw new UsageError(`There is a configuration file already: ${there}. Edit it, or take it away first.`);
  }
  const path = `dms-conformance.config.${format}`;
  const schema = relative('.', resolve(import.meta.dirname, '../../schemas/configuration.schema.json'));
  const reference = `${schema.startsWith('.') ? '' : './'}${schema.split(sep).join('/')}`;
  // Refuses, too, where the file came to be meanwhile.
  await writeFile(path, format === 'yaml' ? yaml(reference) : json(reference), { flag: 'wx' }).catch(
    (error: unknown) => {
      throw new UsageError(
        `The file ${path} cannot be written (${systemCode(error)}). Check the rights of this directory.`,
      );
    },
  );
  terminal.out(
    `${path} is written. ${format === 'yaml' ? 'Take the # from the members that you want to set' : 'Set what you need'}, then: npx dms-conformance run\n`,
  );
}

function members(): (readonly [string, Member])[] {
  return Object.entries<Member>(configuration.properties).filter(([name]) => name !== '$schema');
}

function yaml(schema: string): string {
  const lines = [
    `# yaml-language-server: $schema=${schema}`,
    ...wrapped(configuration.description),
    ...wrapped('Tokens and keys do not belong here. Take the # from the members that you want to set.'),
  ];
  for (const [name, member] of members()) {
    lines.push('', ...wrapped(aboutOf(name, member)), `#${name}: ${JSON.stringify(shownOf(member))}`);
  }
  return `${lines.join('\n')}\n`;
}

/** JSON has no comments: what has a default is there with it, the schema tells an editor the rest. */
function json(schema: string): string {
  const set = members().filter(([, { default: standard }]) => standard !== undefined);
  const content = { $schema: schema, ...Object.fromEntries(set.map(([name, member]) => [name, member.default])) };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function aboutOf(name: string, member: Member): string {
  const { description = '', minimum, maximum } = member;
  const choices = member.enum === undefined ? '' : ` One of ${member.enum.join(', ')}.`;
  const range = minimum === undefined || maximum === undefined ? '' : ` From ${minimum} to ${maximum}.`;
  const variable = Object.entries(VARIABLES).find(([key]) => key === name)?.[1] ?? '';
  const standard = member.default === undefined ? '' : ` Default: ${JSON.stringify(member.default)}.`;
  return `${description}${choices}${range}${standard} Also ${variable}.`;
}

function shownOf({ default: standard, examples }: Member): unknown {
  return standard ?? examples?.[0];
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = '#';
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
