/** Replaces secrets in what an endpoint may echo, so that they get into no record. */
export interface Redactor {
  bytes(value: Buffer): Buffer;
  text(value: string): string;
}

const MASK = '[redacted]';

export function redactor(secrets: readonly string[]): Redactor {
  // JSON writes some characters escaped, URLs others: an echo may come in each of these spellings.
  const spellings = [
    ...new Set(secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])),
  ].filter((spelling) => spelling.length > 0);
  const text = (value: string): string => {
    let masked = value;
    for (const spelling of spellings) masked = masked.replaceAll(spelling, MASK);
    return masked;
  };
  return {
    text,
    bytes: (value) =>
      spellings.some((spelling) => value.includes(spelling))
        ? Buffer.from(text(value.toString('latin1')), 'latin1')
        : value,
  };
}
