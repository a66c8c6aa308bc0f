import type { Terminal } from '../../src/cli/terminal.ts';
import { main } from '../../src/cli/main.ts';

export interface Spoken {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line in this process. */
export async function speak(...argv: readonly string[]): Promise<Spoken> {
  let out = '';
  let err = '';
  const terminal: Terminal = {
    out: (text) => (out += text),
    err: (text) => (err += text),
    colour: false,
    live: false,
    columns: 100,
  };
  const exitCode = await main(argv, terminal);
  return { exitCode, out, err };
}
