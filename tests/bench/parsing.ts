/** What judging is compared with: reading the same lines from the file, and parsing them and the bodies in them. */
import type { EvidenceLine, Payload } from '../../schemas/types.ts';
import { linesOf } from '../../src/cli/lines.ts';

/** Returns how many lines and bodies were parsed. */
export function parseEvidence(path: string): number {
  let parsed = 0;
  const parseBody = (body: Payload | undefined): void => {
    if (body === undefined || body.encoding !== 'utf8' || body.data === '') return;
    try {
      JSON.parse(body.data);
      parsed += 1;
    } catch {
      // Not every body is JSON.
    }
  };
  for (const text of linesOf(path)) {
    if (text === '') continue;
    const line = JSON.parse(text) as EvidenceLine;
    parsed += 1;
    if (line.type !== 'exchange') continue;
    parseBody(line.request.body);
    if (line.outcome.kind === 'answer') parseBody(line.outcome.body);
  }
  return parsed;
}

if (import.meta.main) console.log(parseEvidence(process.argv[2] ?? ''));
