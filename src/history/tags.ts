/**
 * A tag is how an arranged message is recognised again, whatever an endpoint did to its body: plain ASCII, unique in the run.
 * `run` and `serial` are base-36 words, `number` counts within the scenario.
 */
export function makeTag(run: string, serial: string, number: number): string {
  return `dmsc-${run}-${serial}-${number}`;
}

const TAG = /dmsc-[0-9a-z]+-[0-9a-z]+-[0-9]+/g;

/** The distinct tags in a message body that came back. */
export function tagsIn(body: unknown): readonly string[] {
  // In JSON a text stands as it is, as far as tags go.
  return [...new Set((typeof body === 'string' ? body : written(body))?.match(TAG))];
}

/** Nothing for what is nested too deep to be written again: it was not ours. */
function written(body: unknown): string | undefined {
  try {
    return JSON.stringify(body);
  } catch {
    return undefined;
  }
}
