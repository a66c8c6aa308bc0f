import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { EvidenceLine } from '../../schemas/types.ts';

export const EVIDENCE_FILE = 'evidence.ndjson';

export interface EvidenceFile {
  readonly path: string;
  write(line: EvidenceLine): void;
  close(): void;
}

/**
 * Opens the evidence of a new run. Every line is with the operating system when `write` returns, so that a run that is
 * killed leaves all that it saw. Throws where the file exists already.
 */
export function openEvidence(directory: string): EvidenceFile {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, EVIDENCE_FILE);
  const file = openSync(path, 'wx');
  return {
    path,
    write(line) {
      const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
    },
    close: () => closeSync(file),
  };
}
