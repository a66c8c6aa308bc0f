/** Replaces secrets in what an endpoint may echo, so that they get into no record. */
export interface Redactor {
  bytes(value: Buffer): Buffer;
  text(value: string): string;
}

const MASK = '[redacted]';

/** Shorter ones are masked only where they stand alone: within other text they may be anything. */
const TELLING_LENGTH = 8;

export function redactor(secrets: readonly string[]): Redactor {
  const patterns = [...new Set(secrets.flatMap(spellings))].map(
    (spelling) =>
      new RegExp(
        spelling.length < TELLING_LENGTH
          ? `(?<![A-Za-z0-9])${literally(spelling)}(?![A-Za-z0-9])`
          : literally(spelling),
        'g',
      ),
  );
  const text = (value: string): string => patterns.reduce((masked, pattern) => masked.replace(pattern, MASK), value);
  return {
    text,
    bytes(value) {
      const plain = value.toString('latin1');
      const masked = text(plain);
      return masked === plain ? value : Buffer.from(masked, 'latin1');
    },
  };
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** JSON writes some characters escaped, URLs others: an echo may come in each of these spellings. */
function spellings(secret: string): string[] {
  if (secret === '') return [];
  const json = JSON.stringify(secret).slice(1, -1);
  const escaped = json.replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
  const url = encodeURIComponent(secret);
  return [
    secret,
    json,
    json.replaceAll('/', '\\/'),
    escaped,
    url,
    url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  ];
}
