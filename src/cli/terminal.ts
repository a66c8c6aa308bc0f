/** Where a command writes to: the process, or what a test puts in its place. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether colours are wanted. */
  readonly colour: boolean;
  /** Whether a line can be written over. */
  readonly live: boolean;
  readonly columns: number;
}

export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  // A reader that goes away early, as `head` does, is no failure of ours.
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    colour: stdout.isTTY && stdout.hasColors(),
    live: stdout.isTTY && process.env.TERM !== 'dumb',
    columns: stdout.columns || 100,
  };
}
