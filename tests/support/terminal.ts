import type { Terminal } from '../../src/cli/terminal.ts';
import { main } from '../../src/cli/main.ts';

export interface Spoken {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** A terminal that keeps what it is told. */
export function listener(): {
  readonly terminal: Terminal;
  readonly said: () => string;
  readonly complained: () => string;
} {
  let out = '';
  let err = '';
  return {
    terminal: {
      out: (text) => (out += text),
      err: (text) => (err += text),
      colour: false,
      live: false,
      columns: 100,
    },
    said: () => out,
    complained: () => err,
  };
}

/** Runs one command line in this process. */
export async function speak(...argv: readonly string[]): Promise<Spoken> {
  const { terminal, said, complained } = listener();
  const exitCode = await main(argv, terminal);
  return { exitCode, out: said(), err: complained() };
}
