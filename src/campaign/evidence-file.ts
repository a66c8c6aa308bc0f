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
const GATHER_CHARACTERS = 256 * 1024;

/**
 * Opens the evidence of a new run. Every line is with the operating system within 50 ms, so that a run that is killed
 * leaves all that it saw but for its last moment. Throws where the file exists already.
 */
export function openEvidence(directory: string): EvidenceFile {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, EVIDENCE_FILE);
  const file = openSync(path, 'wx');
  let gathered = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const bytes = Buffer.from(gathered);
    gathered = '';
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
  };
  return {
    path,
    write(line) {
      gathered += `${JSON.stringify(line)}\n`;
      // By its header `clean` finds what a run has left behind that was killed.
      if (line.type === 'header' || gathered.length > GATHER_CHARACTERS) flush();
      else timer ??= setTimeout(flush, GATHER_MS);
    },
    flush,
    close() {
      flush();
      closeSync(file);
    },
  };
}
