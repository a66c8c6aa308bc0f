/**
 * A tag is how an arranged message is recognised again, whatever an endpoint did to its body: plain ASCII, unique in the run.
 * `run` and `serial` are base-36 words, `number` counts within the scenario.
 */
export function makeTag(run: string, serial: string, number: number): string {
  return `${START}${run}-${serial}-${number}`;
}

const START = 'dmsc-';
const TAG = /dmsc-[0-9a-z]+-[0-9a-z]+-[0-9]+/g;

/** The distinct tags in a message body that came back; none in what is nested too deep to be looked through: it was not ours. */
export function tagsIn(body: unknown): readonly string[] {
  const found = new Set<string>();
  try {
    collect(body, found);
  } catch {
    return [];
  }
  return [...found];
}

function collect(value: unknown, found: Set<string>): void {
  if (typeof value === 'string') {
    if (value.includes(START)) for (const tag of value.match(TAG) ?? []) found.add(tag);
  } else if (typeof value === 'object' && value !== null) {
    for (const name in value) {
      collect(name, found);
      collect((value as Record<string, unknown>)[name], found);
    }
  }
}
