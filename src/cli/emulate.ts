import { once } from 'node:events';
import type { Deviant, Oddity } from '../../fixtures/deviants/gallery.ts';
import { readToken } from '../campaign/credentials.ts';
import { integer } from '../campaign/given.ts';
import { nearest } from '../campaign/nearest.ts';
import { systemCode, UsageError } from '../campaign/usage-error.ts';
import { startEmulator, type Emulator, type EmulatorOptions } from '../emulator/emulator.ts';
import type { EmulateOptions } from './main.ts';
import type { Terminal } from './terminal.ts';

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use. Name another one with --port, or 0 for any free one.',
  EACCES: 'the port needs rights that this process does not have. Name one above 1023 with --port.',
  EADDRNOTAVAIL: 'this machine does not have the address. Name another one with --host.',
  ENOTFOUND: 'the name is not known. Name an address of this machine with --host.',
};

/** Serves the emulator until SIGINT or SIGTERM. */
export async function emulate(options: EmulateOptions, terminal: Terminal): Promise<void> {
  const { host, clock, arranging } = options;
  const port = integer({ value: options.port, where: '--port' }, 0, 65_535);
  const token = await readToken(
    options.token === undefined ? undefined : { value: options.token, where: '--token' },
    options.tokenFile === undefined ? undefined : { value: options.tokenFile, where: '--token-file' },
  );
  const subject = options.deviant === undefined ? undefined : await find(options.deviant);
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const emulator = await start({
    ...subject?.options,
    ...(subject === undefined ? {} : { behaviour: subject.behaviour }),
    host,
    port,
    clock,
    arranging,
    ...(token === undefined ? {} : { token }),
  });
  terminal.out((subject === undefined ? '' : character(subject)) + introduction(emulator, token !== undefined));
  await stopped;
  await emulator.close();
}

/** An entry of the gallery by its name. */
async function find(name: string): Promise<Deviant | Oddity> {
  const { deviants, oddities } = await import('../../fixtures/deviants/gallery.ts');
  const gallery = [...deviants, ...oddities];
  const found = gallery.find((one) => one.name === name);
  if (found !== undefined) return found;
  const [meant] = nearest(
    name,
    gallery.map((one) => one.name),
    6,
  );
  throw new UsageError(
    `--deviant: there is no ${name}. ${meant === undefined ? '' : `Did you mean ${meant}? `}Expected a name that 'dms-conformance list --deviants' prints.`,
  );
}

function character(subject: Deviant | Oddity): string {
  return 'breaks' in subject
    ? `deviant   ${subject.name}: ${subject.breaks}\nbreaks    ${subject.must.join(', ')}\n`
    : `oddity    ${subject.name}: ${subject.does}\nbreaks    nothing\n`;
}

async function start(options: EmulatorOptions): Promise<Emulator> {
  try {
    return await startEmulator(options);
  } catch (error) {
    const code = systemCode(error);
    throw new UsageError(
      `The emulator cannot listen on ${options.host}, port ${options.port}: ${WHY[code] ?? `${code}.`}`,
    );
  }
}

function introduction({ url, clockUrl, arrangeUrl }: Emulator, hasToken: boolean): string {
  const command = [
    ...(hasToken ? ['DMS_TOKEN=<the token>'] : []),
    `npx dms-conformance run --endpoint ${url} --project p1`,
    ...(clockUrl === undefined ? [] : [`--clock-url ${clockUrl}`]),
    ...(arrangeUrl === undefined ? [] : [`--arrange hook=${arrangeUrl}`]),
  ].join(' ');
  return [
    `emulator  ${url}`,
    ...(clockUrl === undefined ? [] : [`clock     ${clockUrl}`]),
    `test it   ${command}`,
    'Ctrl+C ends it.',
    '',
  ].join('\n');
}
