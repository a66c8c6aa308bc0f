import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { EvidenceLine } from '../../schemas/types.ts';

export const EVIDENCE_FILE = 'evidence.ndjson';

export interface EvidenceFile {
  readonly path: string;
  write(line: EvidenceLine): void;
  /** Gives all that was written so far to the operating system. */
  flush(): void;
  close(): void;
}

/** Milliseconds for which lines are gathered; one at a time they would cost a tenth of a run. */
const GATHER_MS = 50;
const GATHER_BYTES = 512 * 1024;
/** What a character of a string takes at most in UTF-8. */
const MOST_BYTES_A_CHARACTER = 3;

/**
 * Opens the evidence of a new run. Every line is with the operating system within 50 ms, so that a run that is killed
 * leaves all that it saw but for its last moment. Throws where the file exists already.
 */
export function openEvidence(directory: string): EvidenceFile {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, EVIDENCE_FILE);
  const file = openSync(path, 'wx');
  const gathered = Buffer.allocUnsafe(GATHER_BYTES);
  let filled = 0;
  let timer: NodeJS.Timeout | undefined;
  const give = (bytes: Buffer): void => {
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
  };
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const bytes = gathered.subarray(0, filled);
    filled = 0;
    give(bytes);
  };
  return {
    path,
    write(line) {
      const text = JSON.stringify(line);
      const most = (text.length + 1) * MOST_BYTES_A_CHARACTER;
      if (filled + most > GATHER_BYTES) flush();
      if (most > GATHER_BYTES) give(Buffer.from(`${text}\n`));
      else {
        filled += gathered.write(text, filled);
        filled += gathered.write('\n', filled);
      }
      // By its header `clean` finds what a run has left behind that was killed.
      if (line.type === 'header') flush();
      else timer ??= setTimeout(flush, GATHER_MS);
    },
    flush,
    close() {
      flush();
      closeSync(file);
    },
  };
}
